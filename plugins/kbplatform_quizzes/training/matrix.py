"""Who knows what: a person a row, a practice a column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import select

from kbplatform.sdk import ArticleService, Member, NotFound, Text
from kbplatform_quizzes.attempts.people import circle_of
from kbplatform_quizzes.models import Quiz
from kbplatform_quizzes.training.progress import STATES, Key, State, best_by_practice
from kbplatform_quizzes.training.sections import last_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from kbplatform.sdk import ArticleCard, Database, Lang, Viewer
    from kbplatform.sdk import Cell as FileCell
    from kbplatform_quizzes.training.progress import Best

Sort = Literal["need", "name"]
SORTS: tuple[Sort, ...] = get_args(Sort)
PAGE_SIZE = 25
MAX_PRACTICES = 200
MAX_COLUMNS = 30
"""Practices side by side on the page; the file and the API have all of them."""
WORDS: Mapping[State, Text] = {
    "none": Text("未开始", "not started"),
    "going": Text("在学", "going"),
    "stale": Text("要重学", "stale"),
    "passed": Text("通过", "passed"),
}
LETTERS: Mapping[State, Text] = {"none": Text("–", "–"), "going": Text("学", "G"), "stale": Text("重", "S"), "passed": Text("过", "P")}
"""What stands for a state in a field of the page: hundreds of them have to stay light. Its legend says which is which."""
_NOBODY = Text("没有这个人", "There is no such person")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see. Empty ``team``, ``group`` and ``state`` restrict nothing.

    ``page`` of people and ``across``, the page of practices, are from 1.
    """

    team: str = ""
    group: str = ""
    state: str = ""
    sort: Sort = "need"
    page: int = 1
    across: int = 1


@dataclass(frozen=True, slots=True)
class Practice:
    """A column: the practice, when it last changed in meaning, and how many people stand how."""

    card: ArticleCard
    changed_at: datetime | None
    counts: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Field:
    """Where a person and a practice meet. ``percent`` is of the best attempt; None where there is none that is done."""

    state: State
    percent: float | None = None
    passed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A person with a field for each practice, in the order of the columns."""

    member: Member
    fields: tuple[Field, ...]

    def count(self, state: State) -> int:
        """How many practices stand so."""
        return sum(f.state == state for f in self.fields)


@dataclass(frozen=True, slots=True)
class Matrix:
    """``rows`` are those of the page; columns are counted over all ``people`` that were asked for."""

    practices: tuple[Practice, ...]
    rows: tuple[Row, ...]
    people: int
    teams: Mapping[str, str]
    groups: Mapping[str, str]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.people // PAGE_SIZE)

    def columns(self, across: int) -> slice:
        """The practices of a page of them: the last where there is no such page."""
        last = max(1, -(-len(self.practices) // MAX_COLUMNS))
        first = (min(max(across, 1), last) - 1) * MAX_COLUMNS
        return slice(first, min(first + MAX_COLUMNS, len(self.practices)))


class Training:
    """Reads the matrix. Whoever calls has asked for the permission; whose people they are is asked here."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._articles = ArticleService(db)

    def matrix(self, viewer: Viewer, lang: Lang, asked: Asked) -> Matrix:
        """One page of the matrix of the viewer's people, over the practices they may read."""
        whole = self.whole(viewer, lang, asked)
        start = (asked.page - 1) * PAGE_SIZE
        return replace(whole, rows=whole.rows[start : start + PAGE_SIZE])

    def whole(self, viewer: Viewer, lang: Lang, asked: Asked) -> Matrix:
        """All of it, for a file."""
        cards, groups = self._practices(viewer, lang), self._articles.group_labels(lang)
        used = {card.group_id for card in cards}
        shown = [card for card in cards if not asked.group or card.group_id == asked.group]
        with self._db.read() as session:
            circle = circle_of(session, viewer)
            members = circle.of_team(asked.team)
            best = best_by_practice(session, (m.id for m in members))
            changes = last_changes(session, (card.slug for card in shown))
        rows = [Row(m, tuple(_field(best.get(Key(m.id, c.slug)), changes.get(c.slug)) for c in shown)) for m in members]
        if asked.state:
            rows = [row for row in rows if any(f.state == asked.state for f in row.fields)]
        if asked.sort == "need":
            rows.sort(key=lambda row: (row.count("passed"), -row.count("stale"), row.count("going")))  # stable: by name within
        practices = tuple(Practice(c, changes.get(c.slug), Counter(row.fields[i].state for row in rows)) for i, c in enumerate(shown))
        labels = {key: label for key, label in groups.items() if key in used}
        return Matrix(practices, tuple(rows), len(rows), circle.teams, labels)

    def person(self, viewer: Viewer, lang: Lang, user_id: int) -> tuple[Row, tuple[Practice, ...]]:
        """One person's row with its practices: the viewer's own, or that of one of their people. Raises NotFound."""
        cards = self._practices(viewer, lang)
        with self._db.read() as session:
            mine = user_id == viewer.id
            member = Member(user_id, viewer.name, viewer.teams) if mine else circle_of(session, viewer).by_id.get(user_id)
            if member is None:
                raise NotFound(_NOBODY)
            best = best_by_practice(session, [user_id])
            changes = last_changes(session, (card.slug for card in cards))
        fields = tuple(_field(best.get(Key(user_id, c.slug)), changes.get(c.slug)) for c in cards)
        return Row(member, fields), tuple(Practice(c, changes.get(c.slug), {}) for c in cards)

    def _practices(self, viewer: Viewer, lang: Lang) -> list[ArticleCard]:
        """The practices that some open quiz proves, as far as the viewer may read them, by number."""
        with self._db.read() as session:
            proved = set(session.scalars(select(Quiz.practice).where(Quiz.state == "open", Quiz.practice.is_not(None)).distinct()))
        cards = self._articles.cards([slug for slug in proved if slug], lang, viewer)
        return sorted(cards, key=lambda c: (c.number is None, c.number or 0, c.title))[:MAX_PRACTICES]


def _field(best: Best | None, changed_at: datetime | None) -> Field:
    return Field(best.state(changed_at), best.percent, best.passed_at) if best else Field("none")


def heading(matrix: Matrix, lang: Lang) -> list[str]:
    """The columns of the file."""
    before, after = (Text("姓名", "Name"), Text("团队", "Teams")), [WORDS[state] for state in reversed(STATES)]
    titles = [f"{p.card.number or ''} {p.card.title}".strip() for p in matrix.practices]
    return [*(t.in_(lang) for t in before), *titles, *(t.in_(lang) for t in after)]


def table(matrix: Matrix, lang: Lang) -> Iterator[Sequence[FileCell]]:
    """The rows of the file: words with the best percentage, then how many practices stand how; people's sums in the last rows."""
    for row in matrix.rows:
        teams = "、".join(matrix.teams.get(key, key) for key in sorted(row.member.teams))
        yield [row.member.name, teams, *(_written(f, lang) for f in row.fields), *(row.count(state) for state in reversed(STATES))]
    for state in reversed(STATES):
        sums = [p.counts.get(state, 0) for p in matrix.practices]
        yield [WORDS[state].in_(lang), "", *sums, *(sum(sums) if s == state else None for s in reversed(STATES))]


def _written(field: Field, lang: Lang) -> str:
    return WORDS[field.state].in_(lang) + (f" {field.percent:.0f}" if field.percent is not None else "")
