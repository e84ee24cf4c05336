"""The form of a question as the page shows it: made from its shape and its draft, each control with what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.sdk import LANGS, Text
from kbplatform_quizzes.editing.drafts import Draft, row_shape, under
from kbplatform_quizzes.editing.shapes import Leaf, Rows, Shape

if TYPE_CHECKING:
    from kbplatform.sdk import FieldError, Lang

_OTHER = Text("（没有这个）", "(isn't there)")
_NONE = Text("—", "—")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a form knows besides the draft: problems by field, the sections there are, which folded row is open, where to go on typing."""

    lang: Lang
    problems: Mapping[str, str]
    sections: Sequence[tuple[str, str]] = ()
    open: str = "scenes.0"
    focus: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """One control. ``picks`` are values with their labels; ``value`` and ``en`` what stands in it (``en``: the English of a text)."""

    path: str
    control: str
    label: str
    hint: str = ""
    value: str = ""
    en: str = ""
    picks: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    focus: bool = False
    group: str = ""
    """Of ``one``: the name that its row's fellows share, and ``value`` is the place of the row."""
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its place. ``name`` is the id it had when the form was shown; a folded one has no controls."""

    path: str
    label: str
    parts: tuple[Control | List, ...]
    problem: str = ""
    name: str = ""
    summary: str = ""
    open: bool = True
    first: bool = False
    last: bool = False
    focus: bool = False


@dataclass(frozen=True, slots=True)
class List:
    """Rows of one kind, with the button that adds one."""

    path: str
    label: str
    each: str
    rows: tuple[Row, ...]
    problem: str = ""
    folded: bool = False
    full: bool = False


def parts_of(shape: Shape, draft: Draft, shown: Shown) -> tuple[Control | List, ...]:
    """The form."""
    return _Builder(draft, shown).parts(shape, draft, "")


class _Builder:
    def __init__(self, whole: Draft, shown: Shown) -> None:
        self._shown = shown
        self._lang = shown.lang
        scenes, endings = ([row["id"].strip() for row in whole.get(name, ()) if row["id"].strip()] for name in ("scenes", "endings"))
        self._places = {"start": scenes, "to": [*scenes, *endings]}

    def parts(self, shape: Shape, draft: Draft, path: str, *, focus: bool = False, hints: bool = True) -> tuple[Control | List, ...]:
        found: list[Control | List] = []
        for part in shape:
            if isinstance(part, Rows):
                found.append(self._list(part, draft.get(part.name) or [], under(path, part.name)))
            else:
                found.append(self._control(part, draft.get(part.name) or "", path, focus=focus and not found, hint=hints))
        return tuple(found)

    def _list(self, rows: Rows, members: list[Draft], path: str) -> List:
        shown = self._shown
        made = []
        for at, row in enumerate(members):
            here, name = under(path, at), row["id"] if rows.keyed else ""
            label = f"{rows.each.in_(self._lang)} {name or at + 1}"
            opened, focus = not rows.folded or here == shown.open, shown.focus == here
            inner = self.parts(row_shape(rows, row), row, here, focus=focus, hints=rows.folded or at == 0) if opened else ()
            problem = shown.problems.get(here, "") if opened else self._within(here)
            ends = {"first": at == 0, "last": at + 1 == len(members)}
            made.append(Row(here, label, inner, problem, name, _summary(row, self._lang), opened, **ends, focus=focus))
        full = len(members) >= rows.most
        problem = shown.problems.get(path, "")
        return List(path, rows.label.in_(self._lang), rows.each.in_(self._lang), tuple(made), problem, rows.folded, full)

    def _within(self, path: str) -> str:
        """What is wrong somewhere in a row that is folded away."""
        return next((words for field, words in self._shown.problems.items() if field == path or field.startswith(f"{path}.")), "")

    def _control(self, leaf: Leaf, value: Text | str, path: str, *, focus: bool, hint: bool) -> Control:
        here, problems = under(path, leaf.name), self._shown.problems
        said = [problems[p] for p in (here, *(f"{here}.{lang}" for lang in LANGS if leaf.control == "words")) if p in problems]
        zh, en = (value.zh, value.en) if isinstance(value, Text) else (value, "")
        group = ""
        if leaf.control == "one":
            above, _, place = path.rpartition(".")
            group, zh = under(above, leaf.name), place
        return Control(
            here, _kind(leaf), leaf.label.in_(self._lang), leaf.hint.in_(self._lang) if hint else "", zh, en, self._picks(leaf, zh),
            " ".join(dict.fromkeys(said)), focus, group, ticked=value == "true",
        )  # fmt: skip

    def _picks(self, leaf: Leaf, value: str) -> tuple[tuple[str, str], ...]:
        if leaf.name == "section":
            known = [(key, f"{heading} ({key})" if heading else key) for key, heading in self._shown.sections]
        elif leaf.control == "place":
            known = [(name, name) for name in self._places[leaf.name]]
        else:
            return tuple((key, label.in_(self._lang)) for key, label in leaf.picks)
        lost = [(value, f"{value} {_OTHER.in_(self._lang)}")] if value and value not in dict(known) else []
        return (("", _NONE.in_(self._lang)), *known, *lost)


def _kind(leaf: Leaf) -> str:
    return "pick" if leaf.control == "place" or leaf.name == "section" else leaf.control


def _summary(row: Draft, lang: Lang) -> str:
    words = row.get("says") or row.get("text")
    return ((words.in_(lang) or words.zh or words.en) if isinstance(words, Text) else "")[:60]


def by_field(problems: Sequence[FieldError], lang: Lang) -> dict[str, str]:
    """Field → what is wrong with it, in the reader's language."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(problem.message.in_(lang))
    return {field: "；".join(words) if lang == "zh" else "; ".join(words) for field, words in found.items()}
