"""Quizzes: questions that teach, marked exactly, each tied to the section that answers it.

This module only names what the plugin contributes; each part is imported when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookimpl

if TYPE_CHECKING:
    from types import ModuleType

    from sqlalchemy.orm import Session

    from kbplatform.sdk import (
        ArticleContext,
        ArticlePanel,
        ChangingDocuments,
        Command,
        DashboardCard,
        Event,
        NavLink,
        PackPart,
        Permission,
        PersonalData,
        Routes,
        Services,
        Viewer,
    )


@hookimpl
def register_hookspecs() -> list[ModuleType]:
    """``register_question_types``, for other plugins."""
    from kbplatform_quizzes import hookspecs  # noqa: PLC0415 - this module stays light for `--help`

    return [hookspecs]


@hookimpl
def register_commands() -> list[Command]:
    """``kbplatform quiz``."""
    from kbplatform.sdk import Command, Text  # noqa: PLC0415 - as above

    what = Text("题目：导入、导出、检查、模板；谁会什么", "Questions: import, export, check, template; who knows what")
    return [Command("quiz", what, "kbplatform_quizzes.commands:quiz")]


@hookimpl
def register_pack_parts(services: Services) -> list[PackPart]:
    """``quiz.yaml`` beside each article."""
    from kbplatform_quizzes.pack import quiz_part  # noqa: PLC0415 - as above

    return [quiz_part(services)]


@hookimpl
def register_routes(services: Services) -> Routes:
    """Pages under ``/p/quizzes/`` and the JSON under ``/api/v1/p/quizzes/``."""
    from kbplatform.sdk import Routes  # noqa: PLC0415 - as above
    from kbplatform_quizzes import editing, pictures  # noqa: PLC0415 - as above
    from kbplatform_quizzes.api import make_api  # noqa: PLC0415 - as above
    from kbplatform_quizzes.attempts import managing_views, marking_views  # noqa: PLC0415 - as above
    from kbplatform_quizzes.statistics import views as statistics_views  # noqa: PLC0415 - as above
    from kbplatform_quizzes.training import assignment_views, huddle_views, matrix_views  # noqa: PLC0415 - as above
    from kbplatform_quizzes.views import make_blueprint  # noqa: PLC0415 - as above

    web = make_blueprint(services)
    for pages in (managing_views, marking_views, statistics_views, assignment_views, matrix_views, huddle_views, pictures, editing):
        pages.add_pages(web, services)
    return Routes(web=web, api=make_api(services))


@hookimpl
def register_permissions() -> list[Permission]:
    """Everybody who may read may practise and take quizzes, unless the owner says otherwise."""
    from kbplatform.sdk import Permission, Text  # noqa: PLC0415 - as above
    from kbplatform_quizzes import registry  # noqa: PLC0415 - as above

    trainers = frozenset({"trainer", "lead"})
    return [
        Permission(registry.TAKE, Text("做练习和测验", "Practise and take quizzes"), frozenset({"reader"})),
        Permission(registry.AUTHOR, Text("出题、改题、出测验", "Write questions and quizzes"), frozenset({"trainer", "editor"})),
        Permission(registry.MARK, Text("批改、重判自己团队的作答", "Mark and regrade attempts of one's own teams"), frozenset({"trainer"})),
        Permission(registry.ASSIGN, Text("给自己团队布置学习", "Assign learning to one's own teams"), trainers),
        Permission(registry.RESULTS, Text("看自己团队的成绩和统计", "See results and statistics of one's own teams"), trainers),
    ]


@hookimpl
def changing_documents(services: Services) -> list[ChangingDocuments]:
    """The open quizzes, by title."""
    from kbplatform_quizzes.training.finding import documents_for  # noqa: PLC0415 - as above

    return [documents_for(services)]


@hookimpl
def on_event(event: Event, session: Session) -> None:
    """An article changed: so may have the sections that answer questions, and who may read of its quizzes."""
    from kbplatform_quizzes.training.sections import follow  # noqa: PLC0415 - as above

    follow(event, session)


@hookimpl
def nav_links() -> list[NavLink]:
    """One entry in the main navigation."""
    from kbplatform.sdk import NavLink, Text  # noqa: PLC0415 - as above

    return [NavLink(Text("练习", "Practice"), "quizzes.index", order=60)]


@hookimpl
def article_panels(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """Questions about the article, and its role-plays; that one was asked to read it."""
    from kbplatform_quizzes.panels import panels_for  # noqa: PLC0415 - as above
    from kbplatform_quizzes.training.cards import reading_panel  # noqa: PLC0415 - as above

    return [*reading_panel(article, services), *panels_for(article, services)]


@hookimpl
def dashboard_cards(viewer: Viewer, services: Services) -> list[DashboardCard]:
    """What one has to do; what waits for a trainer; what a lead's people are late with."""
    from kbplatform_quizzes.training.cards import cards_for  # noqa: PLC0415 - as above

    return cards_for(viewer, services)


@hookimpl
def personal_data(user_id: int, session: Session, erase: bool) -> PersonalData | None:
    """Attempts and what else a person left here."""
    from kbplatform_quizzes import personal  # noqa: PLC0415 - as above

    return personal.personal_data(user_id, session, erase=erase)
