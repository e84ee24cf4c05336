"""Cards on the home page: what one has to do, what waits for a trainer, what a lead's people are late with. And the box beside an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.sdk import ArticlePanel, DashboardCard, Text, current_viewer, may
from kbplatform_quizzes.attempts.marking import Markers
from kbplatform_quizzes.models import Attempt, Quiz
from kbplatform_quizzes.registry import ASSIGN, AUTHOR, MARK, TAKE, bank_of, sittings_of
from kbplatform_quizzes.training.assignments import Assignments
from kbplatform_quizzes.training.flags import open_flags
from kbplatform_quizzes.training.progress import GRADED

if TYPE_CHECKING:
    from kbplatform.sdk import ArticleContext, Services, Viewer

MOST = 5
LAST_RESULTS = 3


def cards_for(viewer: Viewer, services: Services) -> list[DashboardCard]:
    """The cards that have something to say to the viewer."""
    if viewer.id is None:
        return []
    found = [_mine(viewer, services), _trainer(viewer, services), _team(viewer, services)]
    return [card for card in found if card]


def _mine(viewer: Viewer, services: Services) -> DashboardCard | None:
    if not may(TAKE):
        return None
    tasks = [t for t in Assignments(services).to_do(viewer) if t.standing != "done"]
    with services.db.read() as session:
        rows = session.execute(
            select(Quiz.zh, Quiz.en, Attempt.percent, Attempt.passed)
            .join(Attempt, Attempt.quiz_id == Quiz.id)
            .where(Attempt.user_id == viewer.id, Attempt.kind == GRADED, Attempt.state == "done")
            .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
            .limit(LAST_RESULTS)
        ).all()
    results = [(Text(zh, en), percent, passed) for zh, en, percent, passed in rows]
    if not tasks and not results:
        return None
    context = {"tasks": tasks[:MOST], "more": len(tasks[MOST:]), "results": results}
    return DashboardCard(Text("我要学的", "For me to learn"), "quizzes/training/card_mine.html", context, order=10)


def _trainer(viewer: Viewer, services: Services) -> DashboardCard | None:
    waiting = Markers(services, bank_of(services), sittings_of(services)).queue(viewer, size=1)[1] if may(MARK) else 0
    flags = 0
    if may(AUTHOR):
        with services.db.read() as session:
            flags = open_flags(session)
    if not waiting and not flags:
        return None
    return DashboardCard(Text("等您看的", "Waiting for you"), "quizzes/training/card_trainer.html", {"waiting": waiting, "flags": flags}, order=30)


def _team(viewer: Viewer, services: Services) -> DashboardCard | None:
    late = Assignments(services).overdue(viewer) if may(ASSIGN) else []
    if not late:
        return None
    return DashboardCard(Text("过期没学的", "Overdue"), "quizzes/training/card_team.html", {"late": late[:MOST], "more": len(late[MOST:])}, order=31)


def reading_panel(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """“I have read this”, where somebody asked the viewer to."""
    task = Assignments(services).reading(current_viewer(), article.slug) if may(TAKE) else None
    if task is None:
        return []
    return [ArticlePanel(Text("要读的", "For you to read"), "quizzes/training/read_panel.html", {"task": task, "article": article}, order=5)]
