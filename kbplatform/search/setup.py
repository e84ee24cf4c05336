"""Puts the parts of search together for one site."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from kbplatform.bilingual import Text
from kbplatform.errors import SettingsError
from kbplatform.events import Outbox
from kbplatform.plugin.contributions import SearchEngineOffer
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import SearchEngine
from kbplatform.search.indexer import Indexer
from kbplatform.search.locking import DatabaseLock, FileLock
from kbplatform.search.records import RecordBuilder, RememberingBuilder
from kbplatform.search.service import SearchService

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from kbplatform.db import Database
    from kbplatform.glossary import Glossary
    from kbplatform.plugin.contributions import DocumentSource
    from kbplatform.search.guard import Guard
    from kbplatform.settings import Settings

AUTO = "auto"


def make_search(
    settings: Settings, db: Database, sources: Sequence[DocumentSource], glossary: Glossary, offers: Iterable[SearchEngineOffer] = (),
    guard: Guard | None = None,
) -> SearchService:  # fmt: skip
    """The reading half: one per process. ``offers`` are the engines of plugins, ``guard`` says which kinds ask for a permission."""
    engine = make_engine(settings, db, offers)
    service = SearchService(engine, sources, analyzer=_analyzer(glossary.words), glossary=glossary, guard=guard)
    if settings.search_engine == "memory":
        _indexer(settings, engine, db, sources, glossary).rebuild()
    return service


def make_indexer(
    settings: Settings,
    db: Database,
    sources: Sequence[DocumentSource],
    glossary: Glossary,
    *,
    offers: Iterable[SearchEngineOffer] = (),
    engine: SearchEngine | None = None,
) -> Indexer:
    """The writing half: every process may have one, the lock lets one work. ``engine``: one to share, where the index is in memory."""
    return _indexer(settings, engine or make_engine(settings, db, offers), db, sources, glossary)


def make_engine(settings: Settings, db: Database, offers: Iterable[SearchEngineOffer] = ()) -> SearchEngine:
    """The engine the settings name; by themselves PostgreSQL where the data is there, else Whoosh.

    Raises SettingsError where no engine has that name, or what has it is no engine.
    """
    known = {offer.name: offer for offer in (*offers, *_our_offers(settings, db))}  # ours last: nobody else goes by their names
    wanted = settings.search_engine if settings.search_engine != AUTO else "whoosh" if db.is_sqlite else "postgres"
    if wanted not in known:
        names = ", ".join(sorted({AUTO, *known}))
        raise SettingsError(
            Text(
                f"KBPLATFORM_SEARCH_ENGINE = '{wanted}'：没有这个搜索引擎。可用的：{names}",
                f"KBPLATFORM_SEARCH_ENGINE = '{wanted}': there is no such search engine; known: {names}",
            ),
            remedy=Text(
                "postgres 要 KBPLATFORM_DATABASE_URL 指向 PostgreSQL；插件带来的引擎要先装好插件（kbplatform plugin list）。",
                "postgres wants KBPLATFORM_DATABASE_URL to point to PostgreSQL; an engine of a plugin wants the plugin (kbplatform plugin list).",
            ),
        )
    engine = known[wanted].make()
    missing = [name for name in _PROMISED if not hasattr(engine, name)]
    if missing:
        raise SettingsError(
            Text(f"搜索引擎 {wanted} 缺少：{', '.join(missing)}", f"The search engine {wanted} lacks: {', '.join(missing)}"),
            remedy=Text("请告诉插件作者，先换一个引擎。", "Tell the plugin's author, and use another engine meanwhile."),
        )
    return cast("SearchEngine", engine)


_PROMISED = sorted(name for name in {*vars(SearchEngine), *SearchEngine.__annotations__} if not name.startswith("_"))


def _our_offers(settings: Settings, db: Database) -> list[SearchEngineOffer]:
    def whoosh() -> SearchEngine:
        from kbplatform.search.engines.whoosh import WhooshEngine  # noqa: PLC0415 - only the engine that is used is loaded

        return WhooshEngine(index_folder(settings))

    def memory() -> SearchEngine:
        from kbplatform.search.engines.memory import MemoryEngine  # noqa: PLC0415 - as above

        return MemoryEngine()

    def postgres() -> SearchEngine:
        from kbplatform.search.engines.postgres import PostgresEngine  # noqa: PLC0415 - as above

        return PostgresEngine(db)

    offers = [SearchEngineOffer("whoosh", whoosh), SearchEngineOffer("memory", memory)]
    return offers if db.is_sqlite else [*offers, SearchEngineOffer("postgres", postgres)]


def index_folder(settings: Settings) -> Path:
    """Where the index is: derived data, deletable at any time."""
    return settings.data_dir / "index"


def _indexer(settings: Settings, engine: SearchEngine, db: Database, sources: Sequence[DocumentSource], glossary: Glossary) -> Indexer:
    lock = DatabaseLock(db) if engine.shared and not db.is_sqlite else FileLock(index_folder(settings) / "indexer.lock")
    builder = RememberingBuilder if settings.search_engine == "memory" else RecordBuilder
    return Indexer(engine, Outbox(db), sources, analyzer=_analyzer(glossary.words), glossary=glossary, lock=lock, make_builder=builder)


@lru_cache(maxsize=4)
def _analyzer(words: tuple[str, ...]) -> Analyzer:
    return Analyzer(words)
