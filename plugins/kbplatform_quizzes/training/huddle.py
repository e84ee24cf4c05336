"""班前会, the huddle: five minutes with the team before the shift. What it is made of stands in :data:`PARTS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kbplatform.sdk import ArticleService, SectionRef, Text, open_gaps, sections_of, utcnow
from kbplatform_quizzes.attempts.people import circle_of
from kbplatform_quizzes.faces import Orders, worded
from kbplatform_quizzes.kinds.choice import TRUE_FALSE, Multiple, Single, TrueFalse
from kbplatform_quizzes.models import Attempt, AttemptItem, BankQuestion
from kbplatform_quizzes.practice import EXAM
from kbplatform_quizzes.registry import bank_of
from kbplatform_quizzes.training.progress import GRADED, today
from kbplatform_quizzes.training.sections import changed_since

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import ArticleCard, Lang, Services, Viewer
    from kbplatform_quizzes.store import Stored

QUESTIONS = 3
MAX_CHANGES = 5
SINCE_DAYS = (1, 7, 30)
USUAL_DAYS = 7
FEWEST = 3
"""Answers of a team to a practice's questions from which their mean says something."""
ASKED_ALOUD = (Single, Multiple, TrueFalse)
"""Kinds that a room can answer by a show of hands."""


@dataclass(frozen=True, slots=True)
class Asked:
    """For a team (all of the viewer's people where empty), over what changed in so many days, with these questions if they were drawn before."""

    team: str = ""
    days: int = USUAL_DAYS
    questions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Slide:
    """One thing to show. ``kind`` names its template; ``show`` is whether it has something to reveal."""

    kind: str
    title: Text
    context: Mapping[str, object] = field(default_factory=dict)
    show: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An article that changed in meaning, with the sections that did."""

    card: ArticleCard
    sections: tuple[SectionRef, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a question, whether it is right, and what happens next where it isn't."""

    words: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the room sees it, with what is revealed after."""

    id: int
    stem: str
    options: tuple[Option, ...]
    feedback: str
    card: ArticleCard
    section: str


class Huddle:
    """What is at hand for one huddle."""

    def __init__(self, services: Services, viewer: Viewer, lang: Lang, asked: Asked, *, sees_gaps: bool, day: date | None = None) -> None:
        self.services, self.viewer, self.lang, self.asked = services, viewer, lang, asked
        self.articles = ArticleService(services.db)
        self.sees_gaps = sees_gaps
        self.day = day or today()
        self.changes = self._changes()

    def slides(self) -> list[Slide]:
        """Every part's slides, in the order of the parts."""
        return [slide for part in PARTS for slide in part(self)]

    def _changes(self) -> list[Change]:
        """The articles changed in meaning that the viewer may read, the last one first."""
        since = utcnow() - timedelta(days=self.asked.days)
        with self.services.db.read() as session:
            changed = changed_since(session, since, self.lang)
            cards = {c.slug: c for c in self.articles.cards(changed, self.lang, self.viewer)}
            kept = [slug for slug in changed if slug in cards][:MAX_CHANGES]
            return [Change(cards[slug], _named(session, cards[slug], changed[slug])) for slug in kept]


def _named(session: Session, card: ArticleCard, ids: list[str]) -> tuple[SectionRef, ...]:
    return tuple(s for s in sections_of(session, card.slug, card.lang) if s.id in ids)


def changes_part(huddle: Huddle) -> list[Slide]:
    """What changed, on one slide."""
    if not huddle.changes:
        return []
    return [Slide("changes", Text("这几天改了什么", "What changed"), {"changes": huddle.changes, "days": huddle.asked.days})]


def questions_part(huddle: Huddle) -> list[Slide]:
    """Three questions, one a slide."""
    drawn = drawn_questions(huddle)
    titles = (Text(f"第 {n} 问", f"Question {n}") for n in range(1, len(drawn) + 1))
    return [Slide("question", title, {"question": q}, show=True) for title, q in zip(titles, drawn, strict=True)]


def gap_part(huddle: Huddle) -> list[Slide]:
    """The question that most people found no answer to, for those who may see such."""
    if not huddle.sees_gaps:
        return []
    with huddle.services.db.read() as session:
        found = open_gaps(session, 1)
    return [Slide("gap", Text("大家搜不到的", "What nobody finds"), {"gap": gap}) for gap in found]


PARTS: tuple[Callable[[Huddle], list[Slide]], ...] = (changes_part, questions_part, gap_part)
"""What a huddle is made of, in order. The next part is added here, with a template ``huddle/<kind>.html``."""


def drawn_questions(huddle: Huddle) -> list[Question]:
    """The questions named in the address; else three of the day: about what changed, then about what the team is weakest at.

    The same team gets the same questions all day. Their answers are those that everybody sees after “check yourself”.
    """
    known = [s for s in bank_of(huddle.services).of() if isinstance(s.question.body, ASKED_ALOUD) and EXAM not in s.question.tags]
    cards = {c.slug: c for c in huddle.articles.cards({s.slug for s in known}, huddle.lang, huddle.viewer)}
    known = [s for s in known if s.slug in cards]
    if huddle.asked.questions:
        by_id = {s.id: s for s in known}
        chosen = [by_id[n] for n in huddle.asked.questions if n in by_id][:QUESTIONS]
    else:
        chosen = _draw(huddle, known)
    return [_question(s, cards[s.slug], huddle.lang) for s in chosen]


def _draw(huddle: Huddle, known: list[Stored]) -> list[Stored]:
    """Each from another practice as long as there are enough; which of its questions is drawn by day and team, those about a change first."""
    source = Random(f"huddle:{huddle.day.isoformat()}:{huddle.asked.team}")  # noqa: S311 - a choice of questions, not a secret
    by_slug: dict[str, list[Stored]] = {}
    for stored in known:
        by_slug.setdefault(stored.slug, []).append(stored)
    changed = {(c.card.slug, s.id) for c in huddle.changes for s in c.sections}
    for members in by_slug.values():
        source.shuffle(members)
        members.sort(key=lambda s: (s.slug, s.question.section) in changed)  # the last one is taken first
    rest = sorted(by_slug)
    source.shuffle(rest)
    first = [change.card.slug for change in huddle.changes] + weakest(huddle)
    order = [slug for slug in dict.fromkeys([*first, *rest]) if slug in by_slug]
    drawn: list[Stored] = []
    while order and len(drawn) < QUESTIONS:
        drawn += [by_slug[slug].pop() for slug in order][: QUESTIONS - len(drawn)]
        order = [slug for slug in order if by_slug[slug]]
    return drawn


def weakest(huddle: Huddle) -> list[str]:
    """Practices by the mean mark of the team's answers in graded attempts, the lowest first; those with few answers are left out."""
    with huddle.services.db.read() as session:
        people = [m.id for m in circle_of(session, huddle.viewer).of_team(huddle.asked.team)]
        mean = func.avg(AttemptItem.fraction)
        rows = session.execute(
            select(BankQuestion.slug, mean)
            .join(AttemptItem, AttemptItem.question_id == BankQuestion.id)
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .where(Attempt.user_id.in_(people), Attempt.kind == GRADED, AttemptItem.fraction.is_not(None))
            .group_by(BankQuestion.slug)
            .having(func.count() >= FEWEST, mean < 1)
            .order_by(mean, BankQuestion.slug)
            .limit(QUESTIONS)
        )
        return [slug for slug, _ in rows]


def _question(stored: Stored, card: ArticleCard, lang: Lang) -> Question:
    question = stored.question
    body = question.body
    if isinstance(body, TrueFalse):
        said = zip((True, False), TRUE_FALSE, strict=True)
        options = tuple(Option(words.in_(lang), value == body.right, _why(body, value, lang)) for value, words in said)
    elif isinstance(body, Single | Multiple):
        order = Orders(f"huddle:{stored.id}:{question.version}").of(question.id, len(body.options))
        options = tuple(Option(worded(o.text, lang), o.right, worded(o.why, lang)) for o in (body.options[i] for i in order))
    else:
        options = ()
    return Question(stored.id, worded(question.stem, lang), options, worded(question.feedback, lang), card, question.section)


def _why(body: TrueFalse, said: bool, lang: Lang) -> str:
    return "" if said == body.right else worded(body.why_true if said else body.why_false, lang)
