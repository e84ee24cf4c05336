"""What somebody types about a lesson, what of it is personal, and what of it can be saved."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from kbplatform.sdk import Text
from kbplatform_experience.private import make_private, tidy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from kbplatform.sdk import Finding, Lang, Rules

WORDS: dict[str, Text] = {
    "lesson": Text("一句话经验", "The lesson in one line"),
    "situation": Text("情况", "Situation"),
    "action": Text("做法", "What was done"),
    "result": Text("结果", "What came of it"),
    "tags": Text("标签", "Tags"),
    "figures": Text("附上的计算器", "Calculators attached"),
}
"""The fields that are a writer's own words, in their order."""
MANY_LINES = frozenset({"situation", "action", "result", "figures"})
MAX_LESSON, MAX_DETAIL = 200, 2_000
MAX_TAGS, MAX_TAG = 8, 24
MAX_TYPED = 20_000
"""Characters of one field that are read at all."""
MAX_READ = 3 * MAX_DETAIL
"""Characters of one field that are looked through for personal data; a longer one is too long whatever is found in it."""
_TORN = 64
"""Characters at the end of a text that was cut: half a number may stand there, which nobody would recognise."""
NAMES = ("kind", "lang", "article", "section", "team")
"""The fields that are chosen, not written."""
MAX_NAME = 80
_BETWEEN_TAGS = re.compile(r"[,，、;；\n]+|\s#|(?<=\S)\s{2,}")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_LATIN = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in; nothing of it is masked. ``tags`` and ``figures`` are one text each, ``keep`` the findings said to be none."""

    lesson: str = ""
    situation: str = ""
    action: str = ""
    result: str = ""
    tags: str = ""
    figures: str = ""
    kind: str = "tip"
    lang: str = ""
    article: str = ""
    section: str = ""
    team: str = ""
    unnamed: bool = False
    keep: frozenset[str] = field(default_factory=frozenset, repr=False)

    @property
    def written_in(self) -> Lang:
        """The language chosen, else that of the words."""
        return (
            "zh" if self.lang == "zh" else "en" if self.lang == "en" else language_of(f"{self.lesson} {self.situation} {self.action} {self.result}")
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """Something personal in a field. ``label`` says what it is, ``kept`` that the writer says it isn't personal."""

    label: str
    shown: str
    key: str
    correctable: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a field's text: as it will be saved, and the mark that stands for it where it was personal."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class MarkedField:
    """A field in which something personal was found."""

    name: str
    label: str
    pieces: tuple[Piece, ...]

    @property
    def marks(self) -> list[Mark]:
        """What was found, each once."""
        return list({p.mark.key: p.mark for p in self.pieces if p.mark}.values())


@dataclass(frozen=True, slots=True)
class Looked:
    """A form looked through for personal data. ``hidden``: something will be masked. ``seal`` names what was found: who sends it back has seen it."""

    fields: tuple[MarkedField, ...]
    hidden: bool
    seal: str


def typed_from(form: Mapping[str, str], keep: Collection[str] = ()) -> Typed:
    """The form a browser sent."""
    words: dict[str, Any] = {f.name: form.get(f.name, "")[:MAX_TYPED].replace("\0", "�") for f in fields(Typed) if f.name not in {"unnamed", "keep"}}
    words["kind"] = words["kind"] or "tip"
    return replace(Typed(), **words, unnamed=form.get("unnamed") == "1", keep=frozenset(list(keep)[:200]))


def stored_words(typed: Typed, rules: Rules) -> dict[str, str]:
    """The writer's words as they may be stored: masked and tidy. Of what is longer than ``MAX_READ`` only the beginning."""
    return {name: _stored(getattr(typed, name), typed, rules, lines=name in MANY_LINES or name == "tags") for name in WORDS}


def _stored(text: str, typed: Typed, rules: Rules, *, lines: bool) -> str:
    plain = make_private(text[:MAX_READ], rules, typed.written_in, keep=typed.keep, lines=lines).text
    return plain if len(text) <= MAX_READ else plain[:-_TORN]


def too_long(typed: Typed) -> dict[str, int]:
    """Fields that are longer than anything that can be saved, with their length: nobody needs to look for personal data in them."""
    sizes = {name: len(tidy(getattr(typed, name), lines=True)) for name in WORDS if len(getattr(typed, name)) > MAX_READ}
    return {name: size for name, size in sizes.items() if size > MAX_READ}


def masked_copy(typed: Typed, rules: Rules) -> Typed:
    """The same form without personal data: what a draft may hold."""
    plain: dict[str, Any] = {name: make_private(getattr(typed, name)[:MAX_NAME], rules, "en").text for name in NAMES}
    plain |= stored_words(typed, rules)
    return replace(typed, **plain, keep=frozenset())


def as_plain(typed: Typed) -> dict[str, object]:
    """For the database's JSON."""
    return {name: value for name, value in asdict(typed).items() if name != "keep"}


def from_plain(data: Mapping[str, object]) -> Typed:
    """Back from the database's JSON, whatever an older version put there."""
    words: dict[str, Any] = {f.name: str(data.get(f.name) or "") for f in fields(Typed) if f.name not in {"unnamed", "keep"}}
    return replace(Typed(), **words, unnamed=bool(data.get("unnamed")))


def look(typed: Typed, rules: Rules, ui_lang: Lang) -> Looked:
    """Where in the form something personal stands, and what will stand there instead."""
    found, sealed, hidden = [], [], False
    for name, label in WORDS.items():
        text = getattr(typed, name)[:MAX_READ]
        result = make_private(text, rules, typed.written_in, keep=typed.keep, lines=True)
        hidden = hidden or result.hidden
        sealed += [f"{name} {f.key}" for f in result.findings]
        if result.findings:
            found.append(MarkedField(name, label.in_(ui_lang), tuple(_pieces(text, result.findings, rules, typed, ui_lang))))
        elif result.hidden:  # it shows only without control characters: there is no place to point at
            sealed.append(f"{name} {len(result.text)}")
            found.append(MarkedField(name, label.in_(ui_lang), (Piece(result.text),)))
    seal = hashlib.sha256("\n".join(sorted(sealed)).encode()).hexdigest()[:20] if sealed else ""
    return Looked(tuple(found), hidden, seal)


def _pieces(text: str, findings: tuple[Finding, ...], rules: Rules, typed: Typed, ui_lang: Lang) -> Iterator[Piece]:
    at = 0
    for f in findings:
        kept = f.correctable and f.key in typed.keep
        if f.start > at:
            yield Piece(text[at : f.start])
        mark = Mark(rules.names[f.kind].in_(ui_lang), f.shown, f.key, f.correctable, kept)
        yield Piece(text[f.start : f.end] if kept else rules.word(f.kind, typed.written_in), mark)
        at = f.end
    if text[at:]:
        yield Piece(text[at:])


def tags_in(text: str) -> list[str]:
    """The tags of a masked text, each once, as they are compared: NFKC, lower case. A tag that is only a mask says nothing and is left out."""
    tags = (_tag(piece) for piece in _BETWEEN_TAGS.split(text))
    return list(dict.fromkeys(t for t in tags if t and not any(sign in t for sign in "〔〕[]*")))


def _tag(piece: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", piece).lower().strip("# \t").split())


def language_of(text: str) -> Lang:
    """``zh`` where at least one of four words is written in Chinese characters: two of them count as a word."""
    han, latin = len(_HAN.findall(text)) / 2, len(_LATIN.findall(text))
    return "zh" if han and han * 3 >= latin else "en"
