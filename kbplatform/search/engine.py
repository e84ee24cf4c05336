"""What a search engine must do, and the values that travel between it and the service.

An engine stores and matches tokens; analysis happens before. ``memory``, ``whoosh`` and any engine
from a plugin pass the same conformance suite (tests/search/test_engine_conformance.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from kbplatform.plugin.contributions import SearchDocument
    from kbplatform.search.phrases import Phrases

MatchKind = Literal["word", "prefix", "synonym", "pinyin", "initials", "typo"]
KIND_ORDER: tuple[MatchKind, ...] = ("word", "prefix", "synonym", "pinyin", "initials", "typo")
"""From the plainest reason for a match to the one that most needs explaining."""

Field = Literal["all", "head", "rest", "pairs", "initials"]
ARTICLES = frozenset({"article"})
"""The kinds of page that a search answers with unless asked for others."""
SUGGEST_FIELD = "suggest"
SPELLING_FIELD = "spelling"

K1 = 0.9
B = 0.4
PAIR_WEIGHT = 0.8
"""What two words that stand together as they were typed add, beside one in the combined field."""
DAY_S = 86_400.0
HEAD_BOOST = 1.15
"""How much a match in title or keywords counts beside one in the combined field (dis-max)."""


class EngineError(Exception):
    """The engine cannot answer or cannot write; the index may have to be rebuilt."""


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """A document as tokens. Repeated tokens weigh more.

    ``page`` is shared by the languages of one page. ``all`` is title, keywords, angle, lead and body;
    ``head`` title and keywords; ``rest`` the parts that speak of other pages; ``pairs`` words that
    follow each other (see :func:`kbplatform.search.analysis.pairs`); ``initials`` pinyin
    initials of short phrases; ``suggest`` their beginnings; ``spelling`` unstemmed Latin words.
    ``changed`` is when the text last changed, in seconds since 1970 UTC. ``asked`` and ``places`` are not matched but given back:
    what :meth:`kbplatform.search.phrases.Phrases.dumps` and :func:`kbplatform.search.pagetext.places_of` wrote.
    """

    id: str
    page: str
    lang: str
    kind: str
    group: str
    audience: frozenset[str]
    popularity: float
    all: tuple[str, ...]
    head: tuple[str, ...]
    rest: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    suggest: tuple[str, ...] = ()
    spelling: tuple[str, ...] = ()
    changed: float = 0.0
    asked: str = ""
    places: bytes = b""


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction's worth of change. An id in both is updated."""

    upserts: tuple[IndexRecord, ...] = ()
    deletes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a group: every term occurs in ``field``. ``weight`` scales its score, 0–1."""

    terms: tuple[str, ...]
    kind: MatchKind = "word"
    weight: float = 1.0
    field: Field = "all"


@dataclass(frozen=True, slots=True)
class Group:
    """One word of the query with its alternatives, best first; none means nobody ever wrote that word.

    ``surface`` is the normalised text it came from; ``share`` its part in the query's meaning (idf);
    ``topical``: some page has it in title or keywords; ``trust`` how likely a mistyped word means this, 0–1.
    """

    surface: str
    alternatives: tuple[Alternative, ...]
    share: float = 1.0
    topical: bool = True
    trust: float = 1.0


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """Groups that must all match (``every``) or of which some must; ``every`` false asks both at once.

    ``pairs`` find nothing by themselves: documents that hold them score more.
    """

    groups: tuple[Group, ...]
    every: bool = True
    pairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What may be found. ``audiences`` always restricts; an empty ``kinds``, ``groups`` or ``langs`` does not.

    ``changed_since``: only what changed at that time or after it, in seconds since 1970 UTC. Engines keep a set of
    documents for each value, so callers round it (see :func:`since_day`).
    """

    audiences: frozenset[str]
    kinds: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    langs: frozenset[str] = frozenset()
    changed_since: float | None = None

    def admits(self, record: IndexRecord | SearchDocument) -> bool:
        """Whether a document may be found."""
        return (
            bool(record.audience & self.audiences)
            and (not self.kinds or record.kind in self.kinds)
            and (not self.groups or record.group in self.groups)
            and (not self.langs or record.lang in self.langs)
            and (self.changed_since is None or record.changed >= self.changed_since)
        )


class EngineHit(NamedTuple):
    """``reasons[i]`` is how group ``i`` matched, None where it didn't."""

    id: str
    page: str
    lang: str
    score: float
    reasons: tuple[MatchKind | None, ...] = ()

    @property
    def matched_by(self) -> MatchKind:
        """The reason that most needs explaining."""
        found = [r for r in self.reasons if r]
        return max(found, key=KIND_ORDER.index) if found else "word"


@dataclass(frozen=True, slots=True)
class EngineState:
    """Whether the index can be used; ``seq`` is the last outbox row in it, ``count`` its documents."""

    usable: bool
    count: int = 0
    seq: int = 0
    reason: str = ""


class SearchEngine(Protocol):
    """A store of :class:`IndexRecord`. Reading is safe from many threads, writing from one."""

    name: str
    shared: bool
    """Whether every node of the site reads and writes the same index, rather than each its own."""

    def ensure(self, schema_version: str) -> EngineState:
        """Open the index; unusable where it is missing, damaged or of another schema version."""

    def apply(self, batch: Batch, seq: int) -> None:
        """Make a batch visible and remember ``seq``. Applying it twice changes nothing."""

    def tidy(self) -> bool:
        """Upkeep that may take seconds, for when there is nothing else to write; whether anything was done."""

    def rebuild(self, records: Iterable[IndexRecord], seq: int) -> None:
        """Replace everything, readers seeing the old index until the new one is whole."""

    def generation(self) -> int:
        """A number that grows with every visible change. Costs microseconds."""

    def search(self, query: ParsedQuery, *, filters: Filters, limit: int, offset: int = 0, deadline_ms: int = 0) -> list[EngineHit]:
        """Best hits first. ``deadline_ms`` 0 means no deadline; past it, what was found so far.

        Where not ``every`` group must match: the best ``limit`` documents and, besides, the best ``limit`` of those in which all do.
        """

    def suggest(self, prefixes: Sequence[str], *, filters: Filters, limit: int) -> list[EngineHit]:
        """Documents whose ``suggest`` field holds every prefix, strongest, then most popular first."""

    def languages(self, pages: Sequence[str], *, filters: Filters) -> dict[str, dict[str, str]]:
        """For each page the ids of its visible documents by language."""

    def asked(self, pages: Sequence[str], *, filters: Filters) -> Mapping[str, Sequence[Phrases]]:
        """For each page what its visible documents were given as ``asked``, read by :meth:`Phrases.loads`."""

    def places(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """What documents were given as ``places``, by id; what is not in the index is missing."""

    def terms(self, field: str, filters: Filters | None = None) -> Mapping[str, int]:
        """Every term of a field with the number of documents it occurs in: of all, or of those ``filters`` let through."""

    def size(self, filters: Filters | None = None) -> int:
        """How many documents the visible generation holds: all, or those ``filters`` let through."""

    def keep(self, name: str, value: str) -> None:
        """Keep a small text beside the index, for all who read it. It is derived too: lost whenever the index is."""

    def kept(self, name: str) -> str:
        """What was kept under that name last; empty where nothing was."""

    def audiences(self) -> frozenset[str]:
        """Every audience that some document is for."""

    def check(self) -> EngineState:
        """Look hard: can the index be opened, read and searched?"""

    def close(self) -> None:
        """Give back files and memory."""


def since_day(moment: float | None) -> float | None:
    """The beginning of a moment's UTC day: "changed since" means since that day, whatever the hour."""
    return None if moment is None else moment // DAY_S * DAY_S


def idf(count: int, frequency: int) -> float:
    """Inverse document frequency, never negative: ln(1 + (N - n + ½) / (n + ½)) (Robertson & Zaragoza 2009, §3.4)."""
    return math.log(1 + (max(count - frequency, 0) + 0.5) / (frequency + 0.5))


def bm25(weight: float, frequency: float, length: float, average: float) -> float:
    """One term's BM25 score, from its idf ``weight``, occurrences and the field's length and mean length (in tokens)."""
    return weight * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / max(average, 1.0)))
