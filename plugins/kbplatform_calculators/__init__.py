"""Calculators: the figures of service work, right, in a sentence, with their uncertainty.

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
        Command,
        DashboardCard,
        Embed,
        Event,
        HealthCheck,
        LinkScheme,
        NavLink,
        Permission,
        PersonalData,
        Routes,
        SearchDocument,
        Services,
        Viewer,
    )


_STAFF = frozenset({"agent", "trainer", "lead", "editor"})


@hookimpl
def register_hookspecs() -> list[ModuleType]:
    """``register_calculators``, for other plugins."""
    from kbplatform_calculators import hookspecs  # noqa: PLC0415 - this module stays light for `--help`

    return [hookspecs]


@hookimpl
def register_commands() -> list[Command]:
    """``kbplatform calc``."""
    from kbplatform.sdk import Command, Text  # noqa: PLC0415 - this module stays light for `--help`

    return [Command("calc", Text("算一个数", "Calculate a figure"), "kbplatform_calculators.commands:calc")]


@hookimpl
def register_routes(services: Services) -> Routes:
    """Pages under ``/p/calculators/`` and the JSON under ``/api/v1/p/calculators/``."""
    from kbplatform.sdk import Routes  # noqa: PLC0415 - as above
    from kbplatform_calculators import batch_views, history_api, history_views  # noqa: PLC0415 - as above
    from kbplatform_calculators.api import make_api  # noqa: PLC0415 - as above
    from kbplatform_calculators.views import make_blueprint  # noqa: PLC0415 - as above

    web, api = make_blueprint(services), make_api(services)
    history_views.add_pages(web, services)
    batch_views.add_pages(web, services)
    batch_views.add_routes(api, services)
    history_api.add_routes(api, services)
    return Routes(web=web, api=api)


@hookimpl
def register_permissions() -> list[Permission]:
    """Everybody who may read may calculate, unless the owner says otherwise; teams keep their figures."""
    from kbplatform.sdk import Permission, Text  # noqa: PLC0415 - as above
    from kbplatform_calculators.history import MANAGE, SAVE  # noqa: PLC0415 - as above
    from kbplatform_calculators.registry import USE  # noqa: PLC0415 - as above

    return [
        Permission(USE, Text("使用计算器", "Use the calculators"), frozenset({"reader"})),
        Permission(SAVE, Text("存下计算结果，看自己团队存的", "Save figures, and see those of one's own teams"), _STAFF),
        Permission(MANAGE, Text("改、删自己团队里别人存的结果", "Correct and delete figures that others of one's teams saved"), frozenset({"lead"})),
    ]


@hookimpl
def nav_links() -> list[NavLink]:
    """One entry in the main navigation."""
    from kbplatform.sdk import NavLink, Text  # noqa: PLC0415 - as above

    return [NavLink(Text("计算器", "Calculators"), "calculators.index", order=50)]


@hookimpl
def register_link_schemes(services: Services) -> list[LinkScheme]:
    """``[text](calc:resolution_rate)`` in articles."""
    from kbplatform.sdk import LinkScheme  # noqa: PLC0415 - as above
    from kbplatform_calculators.registry import registry_of  # noqa: PLC0415 - as above

    return [LinkScheme("calc", registry_of(services).url)]


@hookimpl
def register_embeds(services: Services) -> list[Embed]:
    """``{{calc:resolution_rate received=20 resolved=15}}`` in articles."""
    from kbplatform_calculators.embeds import embeds_for  # noqa: PLC0415 - as above

    return embeds_for(services)


@hookimpl
def article_panels(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """The calculators an article names, ready to be filled in beside it."""
    from kbplatform_calculators.panels import panels_for  # noqa: PLC0415 - as above

    return panels_for(article, services)


@hookimpl
def dashboard_cards(viewer: Viewer, services: Services) -> list[DashboardCard]:
    """The latest figures of one's teams."""
    from kbplatform_calculators.cards import cards_for  # noqa: PLC0415 - as above

    return cards_for(viewer, services)


@hookimpl
def personal_data(user_id: int, session: Session, erase: bool) -> PersonalData | None:
    """The figures a person saved."""
    from kbplatform_calculators import history  # noqa: PLC0415 - as above

    return history.personal_data(user_id, session, erase=erase)


@hookimpl
def search_documents(services: Services) -> list[SearchDocument]:
    """Each calculator in both languages."""
    from kbplatform_calculators.documents import documents  # noqa: PLC0415 - as above

    return documents(services)


@hookimpl
def on_event(event: Event, session: Session) -> None:
    """Keep the list of which articles name which calculators."""
    from kbplatform_calculators.references import follow  # noqa: PLC0415 - as above

    follow(event, session)


@hookimpl
def health_checks(services: Services) -> list[HealthCheck]:
    """Every calculator still gives the figure of its worked example."""
    from kbplatform_calculators.registry import check_examples  # noqa: PLC0415 - as above

    return check_examples(services)
