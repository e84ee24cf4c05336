"""Puts the parts of search together for one site."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kbplatform.events import Outbox
from kbplatform.search.analysis import Analyzer
from kbplatform.search.indexer import Indexer
from kbplatform.search.service import SearchService

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kbplatform.db import Database
    from kbplatform.glossary import Glossary
    from kbplatform.plugin.contributions import DocumentSource
    from kbplatform.search.engine import SearchEngine
    from kbplatform.settings import Settings


def make_search(settings: Settings, db: Database, sources: Sequence[DocumentSource], glossary: Glossary) -> SearchService:
    """The reading half: one per process."""
    engine = make_engine(settings)
    service = SearchService(engine, sources, analyzer=_analyzer(glossary.words), glossary=glossary, pinyin_path=_pinyin_path(settings))
    if settings.search_engine == "memory":
        _indexer(settings, engine, db, sources, glossary).rebuild()
    return service


def make_indexer(
    settings: Settings, db: Database, sources: Sequence[DocumentSource], glossary: Glossary, engine: SearchEngine | None = None
) -> Indexer:
    """The writing half: every process may have one, the lock lets one work. ``engine``: one to share, where the index is in memory."""
    return _indexer(settings, engine or make_engine(settings), db, sources, glossary)


def make_engine(settings: Settings) -> SearchEngine:
    """The engine the settings name."""
    if settings.search_engine == "memory":
        from kbplatform.search.engines.memory import MemoryEngine  # noqa: PLC0415 - only the engine that is used is loaded

        return MemoryEngine()
    from kbplatform.search.engines.whoosh import WhooshEngine  # noqa: PLC0415 - as above

    return WhooshEngine(index_folder(settings))


def index_folder(settings: Settings) -> Path:
    """Where the index is: derived data, deletable at any time."""
    return settings.data_dir / "index"


def _indexer(settings: Settings, engine: SearchEngine, db: Database, sources: Sequence[DocumentSource], glossary: Glossary) -> Indexer:
    return Indexer(engine, Outbox(db), sources, analyzer=_analyzer(glossary.words), glossary=glossary, pinyin_path=_pinyin_path(settings))


def _pinyin_path(settings: Settings) -> Path:
    return index_folder(settings) / "pinyin.json"


@lru_cache(maxsize=4)
def _analyzer(words: tuple[str, ...]) -> Analyzer:
    return Analyzer(words)
