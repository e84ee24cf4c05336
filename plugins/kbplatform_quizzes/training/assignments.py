"""Assignments: a quiz to pass or an article to read, for people and teams, by a day; and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ColumnElement, func, or_, select, true

from kbplatform.sdk import LANGS, ArticleService, FieldError, InvalidInput, NotFound, Text, Viewer, record_audit, utcnow
from kbplatform_quizzes.attempts.people import Circle, circle_of
from kbplatform_quizzes.models import Assignment, Quiz, Reading
from kbplatform_quizzes.private import note as kept_note
from kbplatform_quizzes.training.finding import practices_of
from kbplatform_quizzes.training.progress import Key, best_by_quiz, readings, today
from kbplatform_quizzes.training.sections import last_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Member, Services
    from kbplatform_quizzes.training.progress import Best

Standing = Literal["overdue", "due", "again", "done"]
STANDINGS: tuple[Standing, ...] = ("overdue", "due", "again", "done")
PAGE_SIZE = 25
MAX_NOTE = 300
MAX_TARGETS = 200
_NONE = Text("没有这项任务", "There is no such assignment")
_WHAT = Text("请选一份测验或一篇文章", "Choose a quiz or an article")
_WHOM = Text("请选自己团队里的人或团队", "Choose people and teams among your own")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to assign: either ``quiz`` by key or ``article`` by slug, to teams by key and people by number."""

    quiz: str = ""
    article: str = ""
    teams: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody an assignment is for, and how far they are."""

    id: int
    name: str
    standing: Standing
    percent: float | None
    done_at: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment as whoever assigns sees it. ``key`` and ``title`` are empty where they may not read what it is about."""

    id: int
    kind: Literal["quiz", "article"]
    key: str
    title: Text
    to: str
    due_on: date | None
    note: str
    people: tuple[Person, ...]

    def count(self, standing: Standing) -> int:
        """How many of its people stand so."""
        return sum(p.standing == standing for p in self.people)


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment as the person it is for sees it."""

    id: int
    kind: Literal["quiz", "article"]
    key: str
    title: Text
    due_on: date | None
    note: str
    standing: Standing


class Assignments:
    """Assigning, following and withdrawing. Whoever calls has asked for the permission; whose people they are is asked here."""

    def __init__(self, services: Services) -> None:
        self._db, self._rules = services.db, services.masking
        self._articles = ArticleService(services.db)

    # ------------------------------------------------------------------ assigning

    def assign(self, viewer: Viewer, actor: Actor, wanted: Wanted) -> list[int]:
        """One assignment for each team and person; their numbers. Assigned again, the day and the note are those said last.

        What the site masks is taken out of the note. Raises InvalidInput that names ``what``, ``whom`` or ``due``.
        """
        with self._db.read() as session:
            circle = circle_of(session, viewer)
            quiz = session.scalar(select(Quiz).where(Quiz.key == wanted.quiz, Quiz.state == "open")) if wanted.quiz else None
        slugs = [wanted.article] if wanted.article else sorted(practices_of(quiz)) if quiz else []
        targets = self._targets(viewer, circle, wanted, slugs, found=bool(wanted.article or quiz))
        note = kept_note(wanted.note, MAX_NOTE, self._rules).text
        with self._db.write() as session:
            numbers = [_put(session, quiz, wanted, team, user, note, actor) for team, user in targets]
            about = wanted.quiz or wanted.article
            record_audit(session, actor, "quizzes.assigned", "quiz" if quiz else "article", about, to=[t or str(u) for t, u in targets])
            return numbers

    def _targets(self, viewer: Viewer, circle: Circle, wanted: Wanted, slugs: Sequence[str], *, found: bool) -> list[tuple[str | None, int | None]]:
        problems = []
        if not found or (wanted.quiz and wanted.article) or len(self._articles.cards(slugs, "zh", viewer)) < len(slugs):
            problems.append(FieldError("what", _WHAT))
        teams, people = dict.fromkeys(wanted.teams), dict.fromkeys(wanted.people)
        if not 0 < len(teams) + len(people) <= MAX_TARGETS or teams.keys() - circle.teams.keys() or people.keys() - circle.by_id.keys():
            problems.append(FieldError("whom", _WHOM))
        if wanted.due_on is not None and wanted.due_on < today():
            problems.append(FieldError("due", Text("这一天已经过了", "That day is over")))
        if not problems and (unable := self._unable(circle, list(teams), slugs)):
            problems.append(FieldError("whom", Text(f"{unable} 读不了这篇，先改它给谁看", f"{unable} may not read that: change who it is for first")))
        if problems:
            raise InvalidInput(problems[0].message, fields=tuple(problems))
        return [*((team, None) for team in teams), *((None, user) for user in people)]

    def _unable(self, circle: Circle, teams: list[str], slugs: Sequence[str]) -> str:
        """The name of a team that may not read one of the articles; empty where all may."""
        readers = ((circle.teams[key], Viewer(id=0, teams=frozenset({key}))) for key in teams)
        return next((name for name, reader in readers if len(self._articles.cards(slugs, "zh", reader)) < len(slugs)), "")

    def withdraw(self, viewer: Viewer, actor: Actor, number: int) -> None:
        """Nobody has to do it any more; what they did stays. Raises NotFound, also for other teams' people."""
        with self._db.read() as session:
            circle = circle_of(session, viewer)
        with self._db.write() as session:
            row = _find(session, circle, number)
            row.withdrawn_at = utcnow()
            record_audit(session, actor, "quizzes.assignment_withdrawn", "quizzes_assignment", number)

    # ------------------------------------------------------------------ following

    def page(self, viewer: Viewer, page: int = 1) -> tuple[list[Assigned], int]:
        """Assignments to the viewer's people, the next due first, and how many there are."""
        with self._db.read() as session:
            circle = circle_of(session, viewer)
            here = _running(circle)
            total = session.scalar(select(func.count()).select_from(Assignment).where(*here)) or 0
            order = (Assignment.due_on.is_(None), Assignment.due_on, Assignment.id.desc())
            rows = session.scalars(select(Assignment).where(*here).order_by(*order).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
            return self._assigned(session, viewer, circle, rows), total

    def get(self, viewer: Viewer, number: int) -> Assigned:
        """One assignment with its people. Raises NotFound."""
        with self._db.read() as session:
            circle = circle_of(session, viewer)
            return self._assigned(session, viewer, circle, [_find(session, circle, number)])[0]

    def overdue(self, viewer: Viewer) -> list[tuple[Assigned, int]]:
        """Assignments whose day is over, with how many of the viewer's people haven't done them; those with most people first."""
        with self._db.read() as session:
            circle = circle_of(session, viewer)
            late = select(Assignment).where(*_running(circle), Assignment.due_on < today()).order_by(Assignment.due_on).limit(PAGE_SIZE)
            found = self._assigned(session, viewer, circle, session.scalars(late).all())
        return sorted(((a, a.count("overdue")) for a in found if a.count("overdue")), key=lambda pair: -pair[1])

    def _assigned(self, session: Session, viewer: Viewer, circle: Circle, rows: Sequence[Assignment]) -> list[Assigned]:
        facts = _Facts(session, rows, circle.by_id)
        titles = facts.titles(self._articles, viewer)
        return [_view(row, facts, titles, circle) for row in rows]

    # ------------------------------------------------------------------ doing

    def to_do(self, viewer: Viewer) -> list[Task]:
        """What the viewer was assigned, by themselves or with a team: what is most urgent first, each thing once."""
        if viewer.id is None:
            return []
        with self._db.read() as session:
            mine = or_(Assignment.user_id == viewer.id, Assignment.team.in_(viewer.teams))
            order = (Assignment.due_on.is_(None), Assignment.due_on, Assignment.id)
            rows = session.scalars(select(Assignment).where(mine, Assignment.withdrawn_at.is_(None)).order_by(*order)).all()
            if not rows:
                return []
            facts = _Facts(session, rows, [viewer.id])
            titles = facts.titles(self._articles, viewer)
        tasks: dict[int | str, Task] = {}
        for row in rows:
            what = facts.what(row)
            title = titles.get(what) if facts.open(row) else None
            if title and what not in tasks:  # what they may no longer read or take is nothing they can do
                kind, key = facts.named(row)
                tasks[what] = Task(row.id, kind, key, title, row.due_on, row.note, facts.standing(row, viewer.id))
        return sorted(tasks.values(), key=lambda t: STANDINGS.index(t.standing))

    def reading(self, viewer: Viewer, slug: str) -> Task | None:
        """The viewer's task to read this article, if they have one."""
        return next((t for t in self.to_do(viewer) if t.kind == "article" and t.key == slug), None)

    def read(self, viewer: Viewer, slug: str) -> None:
        """The viewer says that they read the article as it is now. Raises NotFound where nobody asked them to."""
        if viewer.id is None or self.reading(viewer, slug) is None:
            raise NotFound(_NONE)
        with self._db.write() as session:
            session.merge(Reading(user_id=viewer.id, slug=slug, at=utcnow()))


class _Facts:
    """What stands behind some assignments: their quizzes, and how far these people are. Three queries."""

    def __init__(self, session: Session, rows: Sequence[Assignment], users: Iterable[int]) -> None:
        people = set(users)
        numbers = {row.quiz_id for row in rows if row.quiz_id is not None}
        self.quizzes = {q.id: q for q in session.scalars(select(Quiz).where(Quiz.id.in_(numbers)))}
        self.slugs = {row.slug for row in rows if row.slug is not None}
        self._best: dict[Key, Best] = {}
        if numbers:
            self._best |= best_by_quiz(session, people, numbers)
        if self.slugs:
            self._best |= readings(session, people, self.slugs)
        proved = {q.practice for q in self.quizzes.values() if q.practice}
        self._changed = last_changes(session, self.slugs | proved)
        self._today = today()

    def what(self, row: Assignment) -> int | str:
        """What an assignment is about, as keys have it."""
        return row.quiz_id if row.quiz_id is not None else row.slug or ""

    def named(self, row: Assignment) -> tuple[Literal["quiz", "article"], str]:
        """Its kind and key."""
        return ("quiz", self.quizzes[row.quiz_id].key) if row.quiz_id is not None else ("article", row.slug or "")

    def open(self, row: Assignment) -> bool:
        """Whether it can still be done."""
        return row.quiz_id is None or self.quizzes[row.quiz_id].state == "open"

    def titles(self, articles: ArticleService, viewer: Viewer) -> dict[int | str, Text]:
        """Titles of the articles that the viewer may read, and of the quizzes that ask about no others."""
        asked = {q.id: practices_of(q) for q in self.quizzes.values()}
        slugs = self.slugs.union(*asked.values())
        zh, en = ({c.slug: c.title for c in articles.cards(slugs, lang, viewer)} for lang in LANGS) if slugs else ({}, {})
        read = {slug: Text(title, en.get(slug, title)) for slug, title in zh.items() if slug in self.slugs}
        return {q.id: Text(q.zh, q.en) for q in self.quizzes.values() if asked[q.id] <= zh.keys()} | read

    def best(self, row: Assignment, user: int) -> Best | None:
        """The best that somebody did for it."""
        return self._best.get(Key(user, self.what(row)))

    def standing(self, row: Assignment, user: int) -> Standing:
        """Done; to be done again, where it changed in meaning since; else due or overdue."""
        best = self.best(row, user)
        quiz = self.quizzes.get(row.quiz_id) if row.quiz_id is not None else None
        state = best.state(self._changed.get((quiz.practice or "") if quiz else row.slug or "")) if best else "none"
        if state == "passed":
            return "done"
        if state == "stale":
            return "again"
        return "overdue" if row.due_on is not None and row.due_on < self._today else "due"


def _view(row: Assignment, facts: _Facts, titles: dict[int | str, Text], circle: Circle) -> Assigned:
    kind, key = facts.named(row)
    members = circle.of_team(row.team) if row.team else [circle.by_id[row.user_id]] if row.user_id in circle.by_id else []
    people = sorted((_person(row, facts, m) for m in members), key=lambda p: STANDINGS.index(p.standing))
    to = circle.teams.get(row.team, row.team) if row.team else members[0].name if members else ""
    title = titles.get(facts.what(row))
    return Assigned(row.id, kind, key if title else "", title or Text("", ""), to, row.due_on, row.note, tuple(people))


def _person(row: Assignment, facts: _Facts, member: Member) -> Person:
    best = facts.best(row, member.id)
    at = best.passed_at.astimezone().strftime("%Y-%m-%d") if best and best.passed_at else ""
    return Person(member.id, member.name, facts.standing(row, member.id), best.percent if best else None, at)


def _running(circle: Circle) -> list[ColumnElement[bool]]:
    theirs = or_(Assignment.team.in_(circle.teams.keys()), Assignment.user_id.in_(circle.by_id.keys()))
    return [Assignment.withdrawn_at.is_(None), true() if circle.everybody else theirs]


def _find(session: Session, circle: Circle, number: int) -> Assignment:
    row = session.scalar(select(Assignment).where(Assignment.id == number, *_running(circle))) if 0 < number < 2**31 else None
    if row is None:
        raise NotFound(_NONE)
    return row


def _put(session: Session, quiz: Quiz | None, wanted: Wanted, team: str | None, user: int | None, note: str, actor: Actor) -> int:
    quiz_id, slug = (quiz.id, None) if quiz else (None, wanted.article)
    alike = {"quiz_id": quiz_id, "slug": slug, "team": team, "user_id": user}
    same = (getattr(Assignment, name).is_not_distinct_from(value) for name, value in alike.items())
    row = session.scalars(select(Assignment).where(Assignment.withdrawn_at.is_(None), *same)).first() or Assignment(**alike)
    row.due_on, row.note, row.by = wanted.due_on, note, actor.id
    session.add(row)
    session.flush()
    return row.id
