"""Experience: what worked on the floor, in one line, becomes what everyone knows.

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
        DeskAction,
        Event,
        Job,
        NavLink,
        Permission,
        PersonalData,
        Routes,
        Services,
        Viewer,
    )


@hookimpl
def register_hookspecs() -> list[ModuleType]:
    """``register_entry_kinds``, for other plugins."""
    from kbplatform_experience import hookspecs  # noqa: PLC0415 - this module stays light for `--help`

    return [hookspecs]


@hookimpl
def register_permissions() -> list[Permission]:
    """Everybody who may read may read and write experience, once signed in; leads and editors keep it decent."""
    from kbplatform.sdk import Permission, Text  # noqa: PLC0415 - as above
    from kbplatform_experience import registry  # noqa: PLC0415 - as above

    return [
        Permission(registry.READ, Text("看同事的经验", "Read what colleagues have learned"), frozenset({"reader"})),
        Permission(registry.WRITE, Text("写经验、留言、说声谢谢", "Write experience, comment and thank"), frozenset({"reader"})),
        Permission(registry.MODERATE, Text("审核、隐藏经验", "Moderate and hide experience"), frozenset({"lead", "editor"})),
        Permission(registry.INSIGHT, Text("看经验的统计", "See figures about experience"), frozenset({"lead", "editor"})),
    ]


@hookimpl
def load_samples(services: Services) -> int:
    """Entries of every group of practices, in both languages, shown as samples."""
    from kbplatform_experience import samples  # noqa: PLC0415 - as above

    return samples.load_samples(services.db)


@hookimpl
def personal_data(user_id: int, session: Session, erase: bool) -> PersonalData | None:
    """What a person wrote, said and follows here."""
    from kbplatform_experience import personal  # noqa: PLC0415 - as above

    return personal.personal_data(user_id, session, erase=erase)


@hookimpl
def on_event(event: Event, session: Session) -> None:
    """A proposal that entries stand behind was decided; an article changed, perhaps in whom it is for."""
    from kbplatform_experience import finding  # noqa: PLC0415 - as above
    from kbplatform_experience.promotion.service import follow  # noqa: PLC0415 - as above

    follow(event, session)
    finding.follow_article(event, session)


@hookimpl
def register_routes(services: Services) -> Routes:
    """Pages under ``/p/experience/`` and the JSON under ``/api/v1/p/experience/``."""
    from kbplatform.sdk import Routes  # noqa: PLC0415 - as above
    from kbplatform_experience.api import make_api  # noqa: PLC0415 - as above
    from kbplatform_experience.insight import views as insight  # noqa: PLC0415 - as above
    from kbplatform_experience.moderation import views as moderation  # noqa: PLC0415 - as above
    from kbplatform_experience.promotion import views as promotion  # noqa: PLC0415 - as above
    from kbplatform_experience.reading import digest_views as digest  # noqa: PLC0415 - as above
    from kbplatform_experience.reading.views import make_blueprint  # noqa: PLC0415 - as above
    from kbplatform_experience.writing import views as writing  # noqa: PLC0415 - as above

    web = make_blueprint(services)
    for pages in (digest, moderation, promotion, insight, writing):
        pages.add_pages(web, services)
    return Routes(web=web, api=make_api(services))


@hookimpl
def nav_links() -> list[NavLink]:
    """One entry in the main navigation."""
    from kbplatform.sdk import NavLink, Text  # noqa: PLC0415 - as above

    return [NavLink(Text("经验", "Experience"), "experience.index", order=55)]


@hookimpl
def article_panels(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """The best lessons about the article, beside it and under the section they belong to."""
    from kbplatform_experience.panels import panels_for  # noqa: PLC0415 - as above

    return panels_for(article, services)


@hookimpl
def dashboard_cards(viewer: Viewer, services: Services) -> list[DashboardCard]:
    """What colleagues did with one's experience."""
    from kbplatform_experience.panels import cards_for  # noqa: PLC0415 - as above

    return cards_for(viewer, services)


@hookimpl
def changing_documents(services: Services) -> list[ChangingDocuments]:
    """The shown entries."""
    from kbplatform_experience.finding import documents_for  # noqa: PLC0415 - as above

    return [documents_for(services)]


@hookimpl
def register_jobs(services: Services) -> list[Job]:
    """The week by mail, from Monday on."""
    from kbplatform_experience.reading.mailing import job  # noqa: PLC0415 - as above

    return [job(services)]


@hookimpl
def register_commands() -> list[Command]:
    """``kbplatform experience``."""
    from kbplatform.sdk import Command, Text  # noqa: PLC0415 - as above

    return [
        Command("experience", Text("经验：写一条、拆一段文字", "Experience: add an entry, split a text"), "kbplatform_experience.commands:experience")
    ]


@hookimpl
def desk_actions(viewer: Viewer, services: Services) -> list[DeskAction]:
    """One line after a call, at the call desk."""
    from kbplatform.sdk import DeskAction, Text, may  # noqa: PLC0415 - as above
    from kbplatform_experience.registry import WRITE, kinds_of  # noqa: PLC0415 - as above

    if viewer.id is None or not may(WRITE):
        return []
    kinds = list(kinds_of(services).values())
    return [DeskAction("w", Text("记一条", "Note it"), "/p/experience/new?from=desk", "experience/desk.html", {"kinds": kinds})]
