"""Statistics and results as somebody may see them: of their own people, and nothing of articles that aren't for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from kbplatform.sdk import ArticleService, NotFound, Text, record_audit
from kbplatform_quizzes.attempts.people import Circle, circle_of
from kbplatform_quizzes.registry import bank_of, quizzes_of
from kbplatform_quizzes.statistics.analysis import Statistics, analyse
from kbplatform_quizzes.statistics.mine import Mine, mine
from kbplatform_quizzes.statistics.results import Results, results
from kbplatform_quizzes.statistics.sample import Scope, load

if TYPE_CHECKING:
    from kbplatform.sdk import Actor, Services, Viewer
    from kbplatform_quizzes.attempts.quizzes import QuizView


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which team (``""``: all one sees), ended on which days; ``apart`` shows the wordings of a question each by itself.

    ``part`` is which 2,000 first attempts statistics are of, from 1, the newest.
    """

    team: str = ""
    since: date | None = None
    until: date | None = None
    apart: bool = False
    part: int = 1

    def scope(self, seen: Circle) -> Scope:
        """The attempts that are asked for."""
        return Scope(seen.ids, self.since, self.until)


@dataclass(frozen=True, slots=True)
class Report:
    """The statistics of a quiz for one reader; ``readable`` are the articles they may read, of those it asks about."""

    quiz: QuizView
    seen: Circle
    statistics: Statistics
    readable: frozenset[str]


class Figures:
    """Reads what attempts came to. Permissions are for the caller to ask; whose attempts and which articles is decided here."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._bank = bank_of(services)
        self._quizzes = quizzes_of(services)
        self._articles = ArticleService(services.db)

    def quiz(self, viewer: Viewer, key: str, *, drafts: bool) -> QuizView:
        """A quiz. Raises NotFound, also where the practice it is about isn't for this reader."""
        quiz = self._quizzes.get(key, drafts=drafts)
        if quiz.practice and not self._readable(viewer, [quiz.practice]):
            raise NotFound(Text("没有这份测验", "There is no such quiz"))
        return quiz

    def statistics(self, viewer: Viewer, quiz: QuizView, wanted: Wanted) -> Report:
        """The statistics of a quiz. Raises NotFound for a team that isn't theirs."""
        with self._db.read() as session:
            seen = circle_of(session, viewer, wanted.team)
            sample = load(session, self._bank, quiz.id, wanted.scope(seen), wanted.part)
        found = analyse(sample, apart=wanted.apart)
        return Report(quiz, seen, found, self._readable(viewer, {item.wording.slug for item in found.items}))

    def results(self, viewer: Viewer, wanted: Wanted, quiz: str = "") -> Results:
        """The results of their people, in one quiz or in all. Raises NotFound for a team that isn't theirs."""
        with self._db.read() as session:
            seen = circle_of(session, viewer, wanted.team)
            found = results(session, seen, wanted.scope(seen), quiz)
        readable = self._readable(viewer, {p for p in found.practices.values() if p})
        return replace(found, standings=tuple(s for s in found.standings if (p := found.practices[s.quiz]) is None or p in readable))

    def exported(self, viewer: Viewer, actor: Actor, wanted: Wanted, quiz: str = "") -> Results:
        """The same for a file with names in it, which is written to the audit."""
        found = self.results(viewer, wanted, quiz)
        with self._db.write() as session:
            record_audit(session, actor, "quizzes.results_exported", "quiz", quiz, team=wanted.team)
        return found

    def mine(self, viewer: Viewer, user: int) -> Mine:
        """Their own results."""
        with self._db.read() as session:
            found = mine(session, self._bank, user)
        readable = self._readable(viewer, {q.practice for q in found.quizzes if q.practice} | {w.stored.slug for w in found.wrong})
        return Mine(
            tuple(q for q in found.quizzes if q.practice is None or q.practice in readable),
            tuple(w for w in found.wrong if w.stored.slug in readable),
        )

    def _readable(self, viewer: Viewer, slugs: Iterable[str]) -> frozenset[str]:
        return frozenset(card.slug for card in self._articles.cards(slugs, "zh", viewer))


def figures_of(services: Services) -> Figures:
    """The figures of this platform."""
    return services.once(Figures)
