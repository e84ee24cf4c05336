"""Search for people: one hit per page, in their language, with the section that answers and why it matched."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from markupsafe import Markup

from kbplatform.glossary import Glossary
from kbplatform.plugin.contributions import DocumentSource, SearchDocument
from kbplatform.search.analysis import ANALYSIS_VERSION, Analyzer, clean_query
from kbplatform.search.asking import Asking
from kbplatform.search.engine import ARTICLES, Alternative, EngineError, Filters, Group, MatchKind, ParsedQuery, SearchEngine, since_day
from kbplatform.search.guard import Guard
from kbplatform.search.meaning import MEANING_VERSION, Meanings
from kbplatform.search.ranking import PageHit, Ranking, rank
from kbplatform.search.records import RECORD_VERSION
from kbplatform.search.snapshots import Snapshot, Snapshots
from kbplatform.search.snippets import Excerpt, Excerpter, Sought
from kbplatform.search.texts import Texts, in_language
from kbplatform.search.thesaurus import Thesaurus
from kbplatform.search.why import Explainer, Why
from kbplatform.viewer import Viewer

CALL_BOOST = 1.02
"""What makes a page for the live call win a near-tie."""
DEADLINE_MS = 400
MAX_QUERY_CHARS = 500
"""What pages and API accept; longer is the reader's mistake."""
_TITLED, _AT_ONCE = 3_000, 30
"""Words of titles, the commonest first, that the engine looks up before anybody asks; a tenth of a second in a thousand documents."""
_SUGGESTIONS_KEPT = 4000
_LONGEST_PREFIX = 40

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class SearchHit:
    """``slug`` is the document's key; ``section`` the id of the best section; ``snippet`` escaped HTML with ``<mark>``."""

    kind: str
    slug: str
    number: int | None
    lang: str
    title: str
    angle: str
    section: str
    section_heading: str
    snippet: Markup
    matched_by: MatchKind
    score: float
    url: str
    group: str
    why: tuple[Why, ...] = ()

    def plain(self) -> dict[str, object]:
        """The hit as API and command line give it out."""
        return {
            "kind": self.kind, "slug": self.slug, "number": self.number, "lang": self.lang, "title": self.title, "angle": self.angle,
            "section": self.section, "snippet": str(self.snippet), "matched_by": self.matched_by, "score": self.score, "url": self.url,
            "why": [{"typed": w.typed, "matched": w.matched, "kind": w.kind} for w in self.why],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchResult:
    """``low_confidence``: nothing found is surely what was asked. ``degraded``: answered without the index."""

    query: str
    low_confidence: bool
    took_ms: float
    hits: tuple[SearchHit, ...]
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A page offered while somebody types."""

    kind: str
    slug: str
    number: int | None
    lang: str
    title: str
    angle: str
    url: str
    group: str


def schema_version(glossary: Glossary) -> str:
    """What an index must have been built with to be usable."""
    return f"{ANALYSIS_VERSION}.{RECORD_VERSION}.{glossary.digest}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search may look at. ``open_kinds`` are the kinds whose words its query may mean; empty for all."""

    filters: Filters
    open_kinds: frozenset[str]


class SearchService:
    """One per process. ``engine`` may be without a usable index: answers then come from the sources, slower."""

    def __init__(
        self,
        engine: SearchEngine,
        sources: Sequence[DocumentSource],
        *,
        analyzer: Analyzer,
        glossary: Glossary,
        guard: Guard | None = None,
    ) -> None:
        """``guard`` says which kinds are for holders of a permission; without one none is."""
        self._guard = guard or Guard()
        self._engine = engine
        self._sources = tuple(sources)
        self._analyzer = analyzer
        thesaurus = Thesaurus(glossary, analyzer)
        self._snapshots = Snapshots(engine, self._sources, analyzer, thesaurus)
        self._meanings = Meanings(analyzer, thesaurus)
        self.meaning_version = f"{ANALYSIS_VERSION}.{MEANING_VERSION}.{glossary.digest}"
        self._excerpter = Excerpter(analyzer)
        self._explainer = Explainer(analyzer)
        self._lock = threading.Lock()
        self._suggestions: OrderedDict[tuple[object, ...], tuple[Suggestion, ...]] = OrderedDict()
        engine.ensure(schema_version(glossary))

    @property
    def engine(self) -> SearchEngine:
        """Where the index is."""
        return self._engine

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of page there are, practices first."""
        return tuple(sorted({k for s in self._sources for k in s.kinds}, key=lambda k: (k != "article", k != "handbook", k)))

    @property
    def degraded(self) -> bool:
        """Whether there is no usable index, so that answers come from the sources."""
        return not self._engine.generation()

    def audiences_of(self, viewer: Viewer) -> frozenset[str]:
        """As whom somebody searches: what :meth:`search` and the others take as ``audiences``, permissions to kinds of page included."""
        return viewer.audiences | self._guard.held(viewer)

    def kinds_for(self, viewer: Viewer) -> tuple[str, ...]:
        """The kinds of page that somebody may find anything of."""
        closed = self._guard.closed(self._guard.held(viewer))
        return tuple(k for k in self.kinds if k not in closed)

    def reading(self, word: str) -> tuple[str, ...]:
        """The syllables of a Chinese word as search reads it, without tones; empty where a character is unknown."""
        return self._snapshots.pinyin.syllables(word)

    def normalise(self, text: str) -> str:
        """The spelling that search compares."""
        return self._analyzer.normalise(text)

    def refresh(self) -> None:
        """Read the newest vocabulary now; otherwise that happens beside the next search."""
        self._snapshots.refresh()

    def when_renewed(self, then: Callable[[], None]) -> None:
        """Have this called, in a thread of its own, each time that a newer vocabulary has replaced the one in use."""
        self._snapshots.when_renewed = then

    def warm_up(self) -> None:
        """Read vocabulary, pinyin and what is known of words in titles now, so that the first readers do not wait for it."""
        with contextlib.suppress(EngineError):
            self.refresh()
            everyone = Filters(frozenset({"everyone"}), ARTICLES)
            counts = self._engine.terms("head", everyone)
            titled = [Alternative((term,)) for term in sorted(counts, key=lambda term: -counts[term])[:_TITLED]]
            for at in range(0, len(titled), _AT_ONCE):
                self._engine.search(ParsedQuery((Group("", tuple(titled[at : at + _AT_ONCE])),)), filters=everyone, limit=1)
            self.search("服务 service", audiences={"everyone"})

    def close(self) -> None:
        """Give back the engine's files and memory."""
        self._engine.close()

    # ------------------------------------------------------------------ searching

    def search(  # noqa: PLR0913 - what restricts a search is said by name
        self,
        query: str,
        *,
        lang: str = "zh",
        kinds: Iterable[str] = ARTICLES,
        audiences: Iterable[str],
        groups: Iterable[str] = (),
        langs: Iterable[str] = (),
        changed_since: float | None = None,
        limit: int = 10,
        explain: bool = False,
    ) -> SearchResult:
        """The best pages for a query of any length; ``lang`` is preferred, ``explain`` has each hit say why, all else restricts.

        ``audiences`` come from :meth:`audiences_of`: without the permission that a kind of page asks for, nothing of it is found.
        ``changed_since`` (seconds since 1970 UTC) means since that day.
        """
        started = time.perf_counter()
        text = clean_query(query)
        scope = self._scope(audiences, kinds, groups, langs, changed_since)
        if not text or limit < 1 or scope is None:
            return SearchResult(text, low_confidence=True, took_ms=0.0, hits=())
        filters = scope.filters

        def answered(snapshot: Snapshot) -> tuple[Snapshot, Ranking, tuple[SearchHit, ...]]:
            ranking = self._rank(snapshot, text, scope, limit)
            texts = Texts(snapshot.engine, filters, self._load, [p.page for p in ranking.pages], lang, every=explain)
            return snapshot, ranking, self._hits(snapshot.engine, ranking, texts, explain=explain)

        snapshot, ranking, hits = self._with_index(answered)
        return SearchResult(
            query=text,
            low_confidence=not ranking.sure or not hits,
            took_ms=round((time.perf_counter() - started) * 1000, 2),
            hits=hits,
            degraded=snapshot.degraded,
        )

    def judge(self, query: str, *, kinds: Iterable[str] = ARTICLES, audiences: Iterable[str], limit: int = 10) -> Ranking:
        """The ranking behind a search, with the evidence for it."""
        scope = self._scope(audiences, kinds)
        if scope is None:
            return Ranking((), None)
        return self._with_index(lambda snapshot: self._rank(snapshot, clean_query(query), scope, limit))

    def _scope(
        self, audiences: Iterable[str], kinds: Iterable[str], groups: Iterable[str] = (), langs: Iterable[str] = (), since: float | None = None
    ) -> Scope | None:
        """What the engine is asked for; None where every kind wanted is closed to these readers, so that it need not be asked."""
        readers, wanted = frozenset(audiences), frozenset(kinds)
        closed = self._guard.closed(readers)
        open_kinds = frozenset(self.kinds) - closed if closed else frozenset[str]()  # an empty set restricts nothing
        wanted = wanted - closed if wanted else open_kinds
        if closed and not wanted:
            return None
        filters = Filters(self._guard.without_permissions(readers), wanted, frozenset(groups), frozenset(langs), since_day(since))
        return Scope(filters, open_kinds)

    def _with_index(self, ask: Callable[[Snapshot], Answer]) -> Answer:
        """Asks what is there of the index, and where that fails one made from the sources."""
        snapshot = self._snapshots.current()
        try:
            return ask(snapshot)
        except EngineError:
            return ask(self._snapshots.fallback())

    def _rank(self, snapshot: Snapshot, text: str, scope: Scope, limit: int) -> Ranking:
        filters, reader = scope.filters, snapshot.reader(scope.filters, scope.open_kinds)
        closeness = partial(_closeness, snapshot.engine, filters, reader.wording(text))
        return rank(snapshot.engine, reader, text, filters=filters, limit=limit, closeness=closeness, deadline_ms=DEADLINE_MS)

    def _hits(self, engine: SearchEngine, ranking: Ranking, texts: Texts, *, explain: bool) -> tuple[SearchHit, ...]:
        sought = {id(page.groups): Sought(page.groups) for page in {id(page.groups): page for page in ranking.pages}.values()}
        shown = [(page, document) for page in ranking.pages if (document := texts.shown(page.page)) is not None]
        read = self._excerpter.pages([document for _, document in shown], engine)
        hits = [
            self._hit(page, document, self._excerpter.excerpt(text, sought[id(page.groups)]), texts.of(page.page) if explain else [])
            for (page, document), text in zip(shown, read, strict=True)
        ]
        hits.sort(key=lambda hit: -hit[0])
        return tuple(hit for _, hit in hits)

    def _hit(self, page: PageHit, document: SearchDocument, excerpt: Excerpt, languages: Sequence[SearchDocument]) -> tuple[float, SearchHit]:
        score = page.score * (CALL_BOOST if document.moment == "call" else 1.0)
        hit = SearchHit(
            kind=document.kind,
            slug=document.key,
            number=document.number,
            lang=document.lang,
            title=document.title,
            angle=document.angle,
            section=excerpt.section,
            section_heading=excerpt.heading,
            snippet=Markup(excerpt.html),  # noqa: S704 - escaped by the excerpter, with only <mark> added
            matched_by=page.matched_by,
            score=round(score, 4),
            url=_url(document, excerpt.section),
            group=document.group,
            why=self._why(page, document, languages) if languages else (),
        )
        return score, hit

    def _why(self, page: PageHit, document: SearchDocument, languages: Sequence[SearchDocument]) -> tuple[Why, ...]:
        shown_first = (document, *(d for d in languages if d is not document))
        return self._explainer.why(shown_first, page.groups, page.reasons, self._snapshots.pinyin)

    def _in_language(self, engine: SearchEngine, pages: Sequence[str], filters: Filters, lang: str) -> dict[str, str]:
        """The id of each page's document in ``lang``, or in the language there is."""
        known = engine.languages(pages, filters=filters)
        return {page: in_language(ids, lang) for page, ids in known.items() if ids}

    def _load(self, ids: Iterable[str], filters: Filters) -> dict[str, SearchDocument]:
        """Present texts from their sources, and once more only what this reader may see."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, SearchDocument] = {}
        for source in self._sources:
            if wanted and (not filters.kinds or source.kinds & filters.kinds):
                found |= source.load(wanted)
        return {i: d for i, d in found.items() if filters.admits(d)}

    def meaning(self, query: str) -> frozenset[str]:
        """What a query is about, as terms; queries that mean the same have the same, while ``meaning_version`` stays."""
        return self._meanings.of(clean_query(query))

    # ------------------------------------------------------------------ suggesting

    def suggest(
        self,
        prefix: str,
        *,
        lang: str = "zh",
        kinds: Iterable[str] = ARTICLES,
        audiences: Iterable[str],
        groups: Iterable[str] = (),
        langs: Iterable[str] = (),
        changed_since: float | None = None,
        limit: int = 8,
    ) -> tuple[Suggestion, ...]:
        """Pages with a word in title or keywords that begins so, in characters, letters, pinyin or initials; else as ``search``."""
        scope = self._scope(audiences, kinds, groups, langs, changed_since)
        if scope is None:
            return ()
        filters, parts = scope.filters, self._parts(prefix)
        snapshot = self._snapshots.current()
        key = (id(snapshot.engine), snapshot.engine.generation(), filters, lang, limit, parts)
        with self._lock:
            known = self._suggestions.get(key)
            if known is not None:
                self._suggestions.move_to_end(key)
                return known
        found = self._suggest(snapshot, parts, filters, lang, limit)
        with self._lock:
            self._suggestions[key] = found
            while len(self._suggestions) > _SUGGESTIONS_KEPT:
                self._suggestions.popitem(last=False)
        return found

    def _parts(self, prefix: str) -> tuple[str, ...]:
        """Runs of one script, as the ``suggest`` field holds them."""
        normal = self._analyzer.normalise(clean_query(prefix, _LONGEST_PREFIX))
        parts: list[str] = []
        end, script = -1, ""
        for token in self._analyzer.query_tokens(normal):
            if token.script == "han" == script and token.start == end:
                parts[-1] += token.surface
            else:
                parts.append(token.surface)
            end, script = token.end, token.script
        return tuple(dict.fromkeys(p[:8] if not p.isascii() else p[:12] for p in parts[:6]))

    def _suggest(
        self, snapshot: Snapshot, parts: tuple[str, ...], filters: Filters, lang: str, limit: int
    ) -> tuple[Suggestion, ...]:
        try:
            hits = snapshot.engine.suggest(parts, filters=filters, limit=3 * limit)
            pages = list(dict.fromkeys(hit.page for hit in hits))[:limit]
            chosen = self._in_language(snapshot.engine, pages, filters, lang)
        except EngineError:
            return ()
        documents = self._load(chosen.values(), filters)
        shown = [documents[chosen[p]] for p in pages if chosen.get(p) in documents]
        return tuple(Suggestion(d.kind, d.key, d.number, d.lang, d.title, d.angle, _url(d), d.group) for d in shown)


def _closeness(engine: SearchEngine, filters: Filters, asked: str, pages: Sequence[PageHit]) -> dict[str, float]:
    """How close each page's nearest language comes to what was asked."""
    phrases = engine.asked([p.page for p in pages], filters=filters)
    readings = {id(p.groups): Asking(asked, p.groups) for p in {id(p.groups): p for p in pages}.values()}
    return {p.page: max(map(readings[id(p.groups)].closeness, phrases.get(p.page, ())), default=0.0) for p in pages}


def _url(document: SearchDocument, section: str = "") -> str:
    joint = "&" if "?" in document.url else "?"
    return f"{document.url}{joint}lang={document.lang}" + (f"#{section}" if section else "")
