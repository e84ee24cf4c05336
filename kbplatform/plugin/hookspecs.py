"""The hooks a plugin may implement. Each has a user in the core or a bundled plugin, a manual section and a test.

Implement one by writing a function of the same name in your plugin module and marking it with
``@hookimpl``. Return frozen values from :mod:`kbplatform.sdk`; never HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform import hookspec

if TYPE_CHECKING:
    from types import ModuleType

    from sqlalchemy.orm import Session

    from kbplatform.events.event import Event
    from kbplatform.plugin.contributions import (
        ArticleContext,
        ArticlePanel,
        AuthProvider,
        ChangingDocuments,
        Command,
        DashboardCard,
        DeskAction,
        Embed,
        HealthCheck,
        Job,
        LinkScheme,
        NavLink,
        PackPart,
        Permission,
        PersonalData,
        Routes,
        SearchDocument,
        SearchEngineOffer,
    )
    from kbplatform.plugin.services import Services
    from kbplatform.viewer import Viewer


@hookspec
def register_hookspecs() -> list[ModuleType]:  # type: ignore[empty-body]
    """Modules with hooks of this plugin's own. Called before any plugin is registered, so that the order doesn't matter."""


@hookspec
def register_permissions() -> list[Permission]:  # type: ignore[empty-body]
    """What people may be allowed to do with this plugin, and who may by default."""


@hookspec(firstresult=True)
def permission_allowed(viewer: Viewer, permission: str) -> bool | None:
    """Decide before the roles do: True allows, False denies, None leaves it to the roles. Raising denies."""


@hookspec
def register_jobs(services: Services) -> list[Job]:  # type: ignore[empty-body]
    """What is to be done again and again without anybody asking. Called once in the process that keeps the index, which also does it."""


@hookspec
def personal_data(user_id: int, session: Session, erase: bool) -> PersonalData | None:
    """What the plugin knows of a person; with ``erase``, take it out in ``session`` and return nothing.

    What this raises while erasing undoes the whole erasure: nothing is erased by half.
    """


@hookspec
def register_auth_providers(services: Services) -> list[AuthProvider]:  # type: ignore[empty-body]
    """Other services that people may sign in with. Called once at start: ask them nothing yet."""


@hookspec
def register_routes(services: Services) -> Routes:  # type: ignore[empty-body]
    """Pages and API of the plugin; called once when the application is made."""


@hookspec
def register_commands() -> list[Command]:  # type: ignore[empty-body]
    """Commands of the plugin. Must import nothing heavy: it runs for every ``kbplatform --help``."""


@hookspec
def register_link_schemes(services: Services) -> list[LinkScheme]:  # type: ignore[empty-body]
    """Link prefixes that articles may use, such as ``calc:``."""


@hookspec
def register_pack_parts(services: Services) -> list[PackPart]:  # type: ignore[empty-body]
    """The plugin's own files in content packs: checked, taken in and written with the articles."""


@hookspec
def register_embeds(services: Services) -> list[Embed]:  # type: ignore[empty-body]
    """Marks that articles may use to show something of the plugin's in their midst, such as ``{{calc:aht talk=20}}``."""


@hookspec
def nav_links() -> list[NavLink]:  # type: ignore[empty-body]
    """Entries of the main navigation."""


@hookspec
def article_panels(article: ArticleContext, services: Services) -> list[ArticlePanel]:  # type: ignore[empty-body]
    """Boxes beside an article. Called for each article page: answer fast, from what is at hand."""


@hookspec
def dashboard_cards(viewer: Viewer, services: Services) -> list[DashboardCard]:  # type: ignore[empty-body]
    """Boxes on the home page for whoever is asking. Called for each visit there: answer fast, and with nothing where they have nothing to see."""


@hookspec
def desk_actions(viewer: Viewer, services: Services) -> list[DeskAction]:  # type: ignore[empty-body]
    """What whoever is asking may do at the call desk with one key. Called each time the desk is opened: answer fast."""


@hookspec
def search_documents(services: Services) -> list[SearchDocument]:  # type: ignore[empty-body]
    """Findable pages of the plugin, in every language they exist in."""


@hookspec
def changing_documents(services: Services) -> list[ChangingDocuments]:  # type: ignore[empty-body]
    """Findable pages of the plugin that come and go with the data. Called once in each process."""


@hookspec
def register_search_engines(services: Services) -> list[SearchEngineOffer]:  # type: ignore[empty-body]
    """Other places to keep the search index. Called once at start in each process; connect in ``make``, not here."""


@hookspec
def on_event(event: Event, session: Session) -> None:
    """React to an event of the outbox, inside one write transaction.

    Delivered at least once and in order: do the same thing twice without harm.
    """


@hookspec
def health_checks(services: Services) -> list[HealthCheck]:  # type: ignore[empty-body]
    """The state of the plugin's parts, for ``kbplatform doctor`` and ``/readyz``."""


@hookspec
def load_samples(services: Services) -> int:  # type: ignore[empty-body]
    """Put in examples of what people would write here, marked as samples; return how many. Called by ``serve --demo`` at each start:
    add what is missing, nothing twice."""
