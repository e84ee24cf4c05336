"""Quizzes: questions that teach, marked exactly, each tied to the section that answers it.

This module only names what the plugin contributes; each part is imported when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookimpl

if TYPE_CHECKING:
    from types import ModuleType

    from sqlalchemy.orm import Session

    from kbplatform.sdk import ArticleContext, ArticlePanel, Command, NavLink, PackPart, Permission, PersonalData, Routes, Services


@hookimpl
def register_hookspecs() -> list[ModuleType]:
    """``register_question_types``, for other plugins."""
    from kbplatform_quizzes import hookspecs  # noqa: PLC0415 - this module stays light for `--help`

    return [hookspecs]


@hookimpl
def register_commands() -> list[Command]:
    """``kbplatform quiz``."""
    from kbplatform.sdk import Command, Text  # noqa: PLC0415 - as above

    return [Command("quiz", Text("题目：导入、导出、检查、模板", "Questions: import, export, check, template"), "kbplatform_quizzes.commands:quiz")]


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
    from kbplatform_quizzes.views import make_blueprint  # noqa: PLC0415 - as above

    web = make_blueprint(services)
    for pages in (managing_views, marking_views, pictures, editing):
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
def nav_links() -> list[NavLink]:
    """One entry in the main navigation."""
    from kbplatform.sdk import NavLink, Text  # noqa: PLC0415 - as above

    return [NavLink(Text("练习", "Practice"), "quizzes.index", order=60)]


@hookimpl
def article_panels(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """Questions about the article, and its role-plays."""
    from kbplatform_quizzes.panels import panels_for  # noqa: PLC0415 - as above

    return panels_for(article, services)


@hookimpl
def personal_data(user_id: int, session: Session, erase: bool) -> PersonalData | None:
    """What a person wrote into the bank."""
    from kbplatform_quizzes.editing import people  # noqa: PLC0415 - as above

    return people.personal_data(user_id, session, erase=erase)
