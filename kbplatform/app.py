"""The one composition root: what the product is made of, in order."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from kbplatform import __version__
from kbplatform.accounts import api as accounts_api
from kbplatform.accounts import views as accounts_views
from kbplatform.accounts.gate import gate_of
from kbplatform.accounts.service import Accounts, make_accounts
from kbplatform.articles import api as articles_api
from kbplatform.articles import views as articles_views
from kbplatform.articles.content_root import bundled_content
from kbplatform.articles.documents_for_search import ArticleDocuments
from kbplatform.articles.service import ArticleService
from kbplatform.articles.sitefacts import SiteFactService, declared_facts
from kbplatform.bilingual import Text
from kbplatform.conflicts import api as conflicts_api
from kbplatform.conflicts import views as conflicts_views
from kbplatform.conflicts.service import Conflicts
from kbplatform.db import Database
from kbplatform.db.migrate import CORE, Component, upgrade
from kbplatform.desk import api as desk_api
from kbplatform.desk import views as desk_views
from kbplatform.desk.pins import personal_data as pinned_by
from kbplatform.desk.service import DeskService
from kbplatform.desk.uses import personal_data as used_by
from kbplatform.errors import StorageError
from kbplatform.events import EventRelay
from kbplatform.glossary import Glossary, load_glossary
from kbplatform.glossary import api as glossary_api
from kbplatform.glossary import views as glossary_views
from kbplatform.glossary.service import GlossaryBook
from kbplatform.health import core_checks
from kbplatform.insights import api as insights_api
from kbplatform.insights import views as insights_views
from kbplatform.insights.personal_data import personal_data as asked_by
from kbplatform.insights.pruning import Pruning
from kbplatform.insights.service import Gaps
from kbplatform.logs import configure_logs
from kbplatform.plugin.calls import Breaker, Calls
from kbplatform.plugin.contributions import ArticleContext
from kbplatform.plugin.documents import PluginDocuments, changing_sources
from kbplatform.plugin.jobs import Jobs
from kbplatform.plugin.loader import PluginRecord, Plugins, load_plugins
from kbplatform.plugin.services import Services
from kbplatform.privacy import load_rules
from kbplatform.proposals import api as proposals_api
from kbplatform.proposals import views as proposals_views
from kbplatform.proposals.personal_data import personal_data as proposed_by
from kbplatform.proposals.service import Proposals, close_outdated
from kbplatform.search import api as search_api
from kbplatform.search import views as search_views
from kbplatform.search.guard import Guard
from kbplatform.search.nearest import install_nearest
from kbplatform.search.setup import make_indexer, make_search
from kbplatform.settings import Settings, load_settings
from kbplatform.signing import secret_key
from kbplatform.web import static_folder, template_folder
from kbplatform.web.access import install_access
from kbplatform.web.api import install_openapi, make_openapi_app
from kbplatform.web.assets import Assets, install_assets
from kbplatform.web.embeds import install_embeds
from kbplatform.web.errors import install_errors
from kbplatform.web.frame import install_frame
from kbplatform.web.health import install_health
from kbplatform.web.i18n import install_i18n, ui_lang
from kbplatform.web.panels import Panel, article_panels, dashboard_cards, desk_actions
from kbplatform.web.request_log import install_request_log
from kbplatform.web.security import install_security

if TYPE_CHECKING:
    from pathlib import Path
    from threading import Event

    from flask import Flask
    from flask_openapi3.openapi import OpenAPI
    from sqlalchemy.orm import Session

    from kbplatform.articles.pages import ArticlePage
    from kbplatform.events import Event as OutboxEvent
    from kbplatform.plugin.contributions import DocumentSource, HealthCheck, PackPart, SearchEngineOffer
    from kbplatform.search.indexer import Indexer
    from kbplatform.search.service import SearchService
    from kbplatform.viewer import Viewer


HOLDERS = {"gaps": asked_by, "uses": used_by, "pins": pinned_by, "proposals": proposed_by}
"""What features besides accounts know of a person, by the name of their part of the file."""


@dataclass(slots=True)
class Platform:
    """The parts behind pages, API and command line. Made by :func:`make_platform`."""

    settings: Settings
    content: Path
    db: Database
    plugins: Plugins
    calls: Calls
    services: Services
    accounts: Accounts
    articles: ArticleService
    site_facts: SiteFactService
    sources: list[DocumentSource]
    glossary: Glossary
    engines: list[SearchEngineOffer]
    search: SearchService
    proposals: Proposals
    conflicts: Conflicts
    gaps: Gaps
    pruning: Pruning
    desk: DeskService

    @property
    def book(self) -> GlossaryBook:
        """The glossary as readers ask it."""
        return GlossaryBook(self.glossary, self.search.reading, self.search.normalise)

    def indexer(self) -> Indexer:
        """The process-side half of search: keeps the index in step with the database."""
        shared = self.search.engine if self.settings.search_engine == "memory" else None
        return make_indexer(self.settings, self.db, self.sources, self.glossary, offers=self.engines, engine=shared)

    def pack_parts(self) -> list[PackPart]:
        """The plugins' own files in content packs."""
        return self.calls.all("register_pack_parts", services=self.services)

    def run_indexer(self, stop: Event) -> None:
        """Keep the index in step, deliver events to plugins, do their jobs and forget what is due until ``stop`` is set."""
        relay = self._relay()
        indexer = self.indexer()
        jobs = Jobs(self.calls.owned("register_jobs", services=self.services))

        def also() -> None:
            relay.run_once()
            relay.prune_daily()
            self.pruning.run_daily()
            jobs.run_due()

        try:
            indexer.run_forever(stop, also)
        finally:
            jobs.close()
            indexer.close()

    def deliver_events(self) -> int:
        """Hand waiting events to the plugins now; deliveries made."""
        return self._relay().run_once(limit=100_000)

    def _relay(self) -> EventRelay:
        ours = {"core.proposals": close_outdated}  # no plugin's name has a dot
        return EventRelay(self.db, ours | {p: partial(self._handle, p) for p in self.calls.implementers("on_event")})

    def _handle(self, plugin: str, session: Session, event: OutboxEvent) -> None:
        self.calls.one(plugin, "on_event", event=event, session=session)

    def health(self) -> list[HealthCheck]:
        """The state of every part, plugins included."""
        return core_checks(self.db, self.search, self.plugins, self.services.masking) + self.calls.all("health_checks", services=self.services)

    def close(self) -> None:
        """Let go of files and connections."""
        self.search.close()
        self.accounts.mailer.close()
        self.db.dispose()


def make_platform(settings: Settings | None = None, *, plugins: dict[str, Any] | None = None) -> Platform:
    """Everything but HTTP: settings → database → plugins → articles → glossary → search.

    ``plugins`` adds plugin modules by name to the installed ones (for tests). Raises KbError with a
    remedy where settings, database or a strict plugin stand in the way.
    """
    settings = settings or load_settings()
    configure_logs(settings.log_level, settings.log_format)
    make_data_dir(settings)
    content = settings.content_dir or bundled_content()
    loaded = load_plugins(disabled=settings.disabled_plugins, strict=settings.strict_plugins, extra=plugins)
    db = Database(settings.resolved_database_url)
    db.check()
    _migrate(db, loaded)
    calls = Calls(loaded)
    services = Services(db, settings, calls, load_rules(settings.masking_path))
    resolvers = {s.name: (lambda target, _lang, resolve=s.resolve: resolve(target)) for s in calls.all("register_link_schemes", services=services)}
    glossary = load_glossary(content, settings.data_dir)
    changing = changing_sources(calls, services)
    sources: list[DocumentSource] = [ArticleDocuments(db), PluginDocuments(calls, services), *changing]
    articles = ArticleService(db, resolvers)
    engines = calls.all("register_search_engines", services=services)
    guard = Guard(((kind, source.permission) for source in changing if source.permission for kind in source.kinds), gate_of(services).allows)
    search = make_search(settings, db, sources, glossary, engines, guard)
    return Platform(
        settings=settings,
        content=content,
        db=db,
        plugins=loaded,
        calls=calls,
        services=services,
        accounts=make_accounts(services, services.mail, secret_key(settings), HOLDERS),
        articles=articles,
        site_facts=SiteFactService(db, declared_facts(content)),
        sources=sources,
        glossary=glossary,
        engines=engines,
        search=search,
        proposals=Proposals(db),
        conflicts=Conflicts(db),
        gaps=Gaps(db, search, services.masking),
        pruning=Pruning(db, settings.gaps_keep_days),
        desk=DeskService(db, search, articles),
    )


def create_app(settings: Settings | None = None, *, plugins: dict[str, Any] | None = None) -> Flask:
    """The Flask application, ready to serve. See :func:`make_platform` for the arguments and errors."""
    platform = make_platform(settings, plugins=plugins)
    app = make_openapi_app("kbplatform")
    app.extensions["kbplatform"] = platform

    install_request_log(app)
    install_security(app, platform.settings, secret_key(platform.settings))
    install_i18n(app, platform.settings.default_lang, _folders(platform.plugins, "translations"))
    install_access(app, platform.accounts.gate)
    install_errors(app)
    install_health(app, platform.health)
    install_nearest(app, platform.search)
    install_assets(app, _assets(platform.plugins))
    install_frame(app, platform.calls, platform.settings.site_name, __version__, first=[desk_views.NAV])

    panels = partial(_panels, platform, Breaker())
    cards = partial(_cards, platform, Breaker())
    credited = partial(proposals_views.with_credits, platform.db)
    accounts_views.install_pages(app, platform.accounts)
    app.register_blueprint(articles_views.make_blueprint(platform.articles, platform.accounts, platform.glossary, panels, cards, credited))
    app.register_blueprint(glossary_views.make_blueprint(platform.book))
    app.register_blueprint(search_views.make_blueprint(platform.search, platform.articles))
    app.register_blueprint(
        desk_views.make_blueprint(
            platform.desk, platform.articles, partial(desk_actions, platform.calls, Breaker(), platform.services, desk_views.KEYS)
        )
    )
    app.register_blueprint(proposals_views.make_blueprint(platform.db, platform.proposals, platform.articles))
    app.register_blueprint(conflicts_views.make_blueprint(platform.conflicts))
    app.register_blueprint(insights_views.make_blueprint(platform.db, platform.gaps, platform.articles, platform.search))
    app.register_api(accounts_api.make_api(platform.accounts))
    app.register_api(articles_api.make_api(platform.articles, platform.db))
    app.register_api(proposals_api.make_api(platform.db, platform.proposals))
    app.register_api(conflicts_api.make_api(platform.conflicts))
    app.register_api(glossary_api.make_api(platform.book))
    app.register_api(search_api.make_api(platform.search))
    app.register_api(desk_api.make_api(platform.desk.uses, platform.desk.pins))
    app.register_api(insights_api.make_api(platform.gaps, platform.articles))
    _mount_plugins(app, platform)
    install_embeds(app, platform.calls, Breaker(), platform.services)
    install_openapi(app)
    return app


def platform_of(app: Flask) -> Platform:
    """The platform an application was made with."""
    platform: Platform = app.extensions["kbplatform"]
    return platform


def _migrate(db: Database, plugins: Plugins) -> None:
    """Upgrade core and plugins; a plugin whose migration fails is taken out and named."""
    with_tables = {r.name: r for r in plugins.loaded if r.folder("migrations")}
    components = [CORE, *(Component(r.name, r.name, _versions(r)) for r in with_tables.values())]
    for name, error in upgrade(db, components).items():
        plugins.drop(with_tables[name], error)


def _versions(record: PluginRecord) -> Path:
    folder = record.folder("migrations")
    assert folder is not None  # noqa: S101 - only called for plugins that have one
    return folder / "versions"


def _folders(plugins: Plugins, name: str) -> list[Path]:
    return [folder for r in plugins.loaded if (folder := r.folder(name))]


def _assets(plugins: Plugins) -> Assets:
    assets = Assets()
    assets.add_folder("", static_folder())
    for record in plugins.loaded:
        folder = record.folder("static")
        if folder:
            assets.add_folder(record.name, folder)
    return assets


def make_data_dir(settings: Settings) -> None:
    """Make the data directory where it isn't there. Raises StorageError where nothing can be written into it."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):  # a name of its own: other processes start in the same moment
            pass
    except OSError as error:
        raise StorageError(
            Text(
                f"数据目录 {settings.data_dir} 不能写：{error.strerror}",
                f"The data directory {settings.data_dir} can't be written: {error.strerror}",
            ),
            remedy=Text(
                "请用 --data-dir 换一个目录，或改这个目录的权限。",
                "Name another one with --data-dir, or change its permissions.",
            ),
        ) from error


def _mount_plugins(app: OpenAPI, platform: Platform) -> None:
    """Templates by convention, then routes; a plugin whose routes can't be made is taken out."""
    prefixed = {r.name: FileSystemLoader(folder / r.name) for r in platform.plugins.loaded if (folder := r.folder("templates"))}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(template_folder()), PrefixLoader(prefixed)])
    for record in list(platform.plugins.loaded):
        try:
            routes = platform.calls.one(record.name, "register_routes", services=platform.services)
            if routes and routes.web:
                app.register_blueprint(routes.web, url_prefix=f"/p/{record.name}", name=record.name)
            if routes and routes.api:
                routes.api.mount(f"/api/v1/p/{record.name}")
                app.register_api(routes.api)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code: it costs its own pages
            platform.plugins.drop(record, error)


def _panels(platform: Platform, breaker: Breaker, page: ArticlePage) -> list[Panel]:
    context = ArticleContext(page.slug, page.number, page.lang, ui_lang(), tuple(s.id for s in page.all_sections))
    return article_panels(platform.calls, breaker, platform.services, context)


def _cards(platform: Platform, breaker: Breaker, viewer: Viewer) -> list[Panel]:
    waiting = proposals_views.waiting_card(platform.db)
    return ([waiting] if waiting else []) + dashboard_cards(platform.calls, breaker, platform.services, viewer)
