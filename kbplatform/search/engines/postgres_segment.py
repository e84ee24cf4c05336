"""How the index is laid out in PostgreSQL, and reading a segment of it.

Three tables for each build of the index (``epoch``): documents with their tokens, segments, and posting lists as arrays of
32-bit document numbers and 16-bit counts, one row a term and segment. A small segment has no posting rows: its documents'
tokens are turned into lists by whoever reads it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, text

from kbplatform.search.engine import SPELLING_FIELD, SUGGEST_FIELD, IndexRecord
from kbplatform.search.engines.segments import SCORED_FIELDS, Row, Segment, Weights
from kbplatform.search.engines.vocabulary import WORD_FIELDS, Readership, Vocabulary, Words
from kbplatform.search.scoring import Scores

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.db import Database

TOKEN_FIELDS = (*SCORED_FIELDS, SUGGEST_FIELD, SPELLING_FIELD)
_NUMBER = {field: i for i, field in enumerate(TOKEN_FIELDS)}
_LONGEST_KEY = 400
"""Bytes; PostgreSQL indexes no key of more than a third of a page."""
AT_ONCE = 64
"""Posting lists read ahead for a query; further ones as the scorer comes to them, which it may not."""

TABLES = (
    """CREATE TABLE kbx_document_{epoch} (segment bigint, number int, id text NOT NULL, page text NOT NULL, lang text NOT NULL,
        kind text NOT NULL, grp text NOT NULL, audience text[] NOT NULL, popularity float8 NOT NULL, changed float8 NOT NULL,
        lengths int[] NOT NULL, tokens bytea NOT NULL, asked text NOT NULL, places bytea NOT NULL, gone bigint, PRIMARY KEY (segment, number))""",
    """CREATE TABLE kbx_segment_{epoch} (segment bigint PRIMARY KEY, stored bool NOT NULL, counts bytea)""",
    """CREATE TABLE kbx_posting_{epoch} (segment bigint, field smallint, term text COLLATE "C", docs bytea NOT NULL, counts bytea NOT NULL)""",
)
INDEXES = (
    "CREATE UNIQUE INDEX ON kbx_document_{epoch} (id) WHERE gone IS NULL",
    "CREATE INDEX ON kbx_document_{epoch} (segment, number) WHERE gone IS NOT NULL",
    "CREATE UNIQUE INDEX ON kbx_posting_{epoch} (term, field, segment)",
)
DOCUMENT = "segment, number, id, page, lang, kind, grp, audience, popularity, changed, lengths, tokens, asked, places"

Counts = Mapping[str, Mapping[str, int]]
"""Field → term → how often a document has it."""


def counts_of(record: IndexRecord) -> Counts:
    """A document's tokens, counted."""
    return {field: Counter(getattr(record, field)) for field in TOKEN_FIELDS if getattr(record, field)}


def packed(value: object) -> bytes:
    """Counts as they are stored."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(stored: bytes) -> Any:  # noqa: ANN401 - what packed() was given
    """The inverse of :func:`packed`."""
    return json.loads(zlib.decompress(stored))


def key_of(term: str) -> str:
    """A term as it stands in the index: one without end, as a digest."""
    encoded = term.encode()
    return term if len(encoded) <= _LONGEST_KEY else f"\x01{hashlib.sha256(encoded).hexdigest()}"


class Inverted:
    """Documents turned into posting lists, in memory."""

    def __init__(self) -> None:
        self.lists: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        self.size = 0

    def add(self, counts: Counts) -> None:
        """Add the next document."""
        for field, terms in counts.items():
            for term, count in terms.items():
                found = self.lists.get((field, term))
                if found is None:
                    self.lists[(field, term)] = ([self.size], [count])
                else:
                    found[0].append(self.size)
                    found[1].append(count)
        self.size += 1

    def rows(self, segment: int) -> Iterable[tuple[int, int, str, bytes, bytes]]:
        """As rows of the posting table."""
        for (field, term), (docs, counts) in self.lists.items():
            stored = np.minimum(np.array(counts, np.int64), 65_535).astype("<u2")
            yield segment, _NUMBER[field], key_of(term), np.array(docs, "<i4").tobytes(), stored.tobytes()


class _RowSegment(Segment):
    """What both kinds of segment have in the document table."""

    def __init__(self, rows: list[Row], lengths: list[list[int]]) -> None:
        super().__init__(rows)
        table = np.array(lengths, np.float64).reshape(len(rows), len(SCORED_FIELDS))
        self._all_lengths = {field: table[:, i].copy() for i, field in enumerate(SCORED_FIELDS)}

    def _read_lengths(self, field: str) -> Scores:
        return self._all_lengths[field]

    def tokens(self, field: str) -> int:
        return int(self._all_lengths[field].sum())


class SmallSegment(_RowSegment):
    """Documents that changed lately, with their tokens in memory."""

    def __init__(self, rows: list[Row], lengths: list[list[int]], tokens: list[bytes], asked: list[str]) -> None:
        super().__init__(rows, lengths)
        self._tokens = tokens
        self._asked_texts = asked
        inverted = Inverted()
        for stored in tokens:
            inverted.add(unpacked(stored))
        self._lists = {
            key: Weights(np.array(docs, np.int32), np.array(counts, np.float32)) for key, (docs, counts) in inverted.lists.items()
        }

    def _read_weights(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Weights]:
        return {key: self._lists[key] for key in wanted if key in self._lists}

    def _read_words(self, number: int) -> Words:
        return {field: list(terms) for field, terms in unpacked(self._tokens[number]).items()}

    def _read_asked(self, numbers: Sequence[int]) -> Mapping[int, str]:
        return {n: self._asked_texts[n] for n in numbers}

    def terms(self, field: str) -> list[str]:
        return [term for name, term in self._lists if name == field]


class StoredSegment(_RowSegment):
    """Many documents, whose posting lists are read when a query needs them."""

    def __init__(self, rows: list[Row], lengths: list[list[int]], db: Database, epoch: int, segment: int) -> None:
        super().__init__(rows, lengths)
        self._db = db
        self.epoch = epoch
        self.number = segment
        self._lists = text(f"SELECT field, term, docs, counts FROM kbx_posting_{epoch} WHERE segment = :segment AND term IN :terms").bindparams(  # noqa: S608 - a number of ours
            bindparam("terms", expanding=True)
        )

    def _read_weights(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Weights]:
        keys = {(_NUMBER[field], key_of(term)): (field, term) for field, term in wanted}
        with self._db.read() as session:
            rows = session.execute(self._lists, {"segment": self.number, "terms": sorted({term for _, term in keys})}).all()
        return {keys[field, term]: _weights(docs, counts) for field, term, docs, counts in rows if (field, term) in keys}

    def _read_words(self, number: int) -> Words:
        statement = text(f"SELECT tokens FROM kbx_document_{self.epoch} WHERE segment = :segment AND number = :number")  # noqa: S608 - a number of ours
        with self._db.read() as session:
            stored = session.execute(statement, {"segment": self.number, "number": number}).scalar_one()
        return {field: list(terms) for field, terms in unpacked(stored).items()}

    def _read_asked(self, numbers: Sequence[int]) -> Mapping[int, str]:
        with self._db.read() as session:
            return _asked(session, self.epoch, {self.number: numbers})[self.number]

    def count(self, vocabulary: Vocabulary, step: int) -> None:
        statement = text(f"SELECT counts FROM kbx_segment_{self.epoch} WHERE segment = :segment")  # noqa: S608 - a number of ours
        with self._db.read() as session:
            stored = session.execute(statement, {"segment": self.number}).scalar_one()
        for audience, kind, counts in unpacked(stored):
            vocabulary.merge(Readership(frozenset(audience), kind), counts, step)

    def terms(self, field: str) -> list[str]:
        statement = text(f"SELECT term FROM kbx_posting_{self.epoch} WHERE segment = :segment AND field = :field")  # noqa: S608 - a number of ours
        with self._db.read() as session:
            return list(session.scalars(statement, {"segment": self.number, "field": _NUMBER[field]}))


def read_together(session: Session, epoch: int, segments: list[StoredSegment], wanted: list[tuple[str, str]]) -> None:
    """Read posting lists of several segments in one journey."""
    missing = {segment.number: segment.lacks(wanted) for segment in segments}
    keys = {(_NUMBER[field], key_of(term)): (field, term) for lacking in missing.values() for field, term in lacking}
    if not keys:
        return
    statement = text(f"SELECT segment, field, term, docs, counts FROM kbx_posting_{epoch} WHERE term IN :terms").bindparams(  # noqa: S608 - a number of ours
        bindparam("terms", expanding=True)
    )
    found: dict[int, dict[tuple[str, str], Weights]] = {number: {} for number in missing}
    for number, field, term, docs, counts in session.execute(statement, {"terms": sorted({term for _, term in keys})}):
        if number in found and (field, term) in keys:
            found[number][keys[field, term]] = _weights(docs, counts)
    for segment in segments:
        segment.take(missing[segment.number], found[segment.number])


def read_asked_together(session: Session, wanted: Mapping[StoredSegment, Sequence[int]]) -> None:
    """Read the phrases of documents of several segments in one journey."""
    missing = {segment: lacking for segment, numbers in wanted.items() if (lacking := segment.lacks_asked(numbers))}
    if missing:
        found = _asked(session, next(iter(missing)).epoch, {segment.number: numbers for segment, numbers in missing.items()})
        for segment in missing:
            segment.take_asked(found[segment.number])


def _asked(session: Session, epoch: int, wanted: Mapping[int, Sequence[int]]) -> dict[int, dict[int, str]]:
    """What documents were given as ``asked``, by segment and number."""
    statement = text(
        f"SELECT segment, number, asked FROM kbx_document_{epoch} "  # noqa: S608 - a number of ours
        "JOIN unnest(CAST(:segments AS bigint[]), CAST(:numbers AS int[])) AS wanted (segment, number) USING (segment, number)"
    )
    places = [(segment, number) for segment, numbers in wanted.items() for number in numbers]
    found: dict[int, dict[int, str]] = {segment: {} for segment in wanted}
    for segment, number, asked in session.execute(statement, {"segments": [s for s, _ in places], "numbers": [n for _, n in places]}):
        found[segment][number] = asked
    return found


def _weights(docs: bytes, counts: bytes) -> Weights:
    return Weights(np.frombuffer(docs, "<i4").astype(np.int32), np.frombuffer(counts, "<u2").astype(np.float32))


class Builder:
    """Collects the documents of one segment."""

    def __init__(self, segment: int) -> None:
        self.segment = segment
        self.inverted = Inverted()
        self.vocabulary = Vocabulary()
        self.documents: list[tuple[object, ...]] = []

    def add(self, record: IndexRecord) -> int:
        """Add a document; its number."""
        row = (record.id, record.page, record.lang, record.kind, record.group, sorted(record.audience), record.popularity, record.changed)
        return self.add_counted(row, [len(getattr(record, f)) for f in SCORED_FIELDS], counts_of(record), (record.asked, record.places))

    def add_counted(self, row: tuple[object, ...], lengths: list[int], counts: Counts, given: tuple[str, bytes]) -> int:
        """Add a document whose tokens are counted, with what is to be given back of it; its number."""
        number = len(self.documents)
        self.documents.append((self.segment, number, *row, lengths, packed(counts), *given))
        self.inverted.add(counts)
        readership = Readership(frozenset(row[5]), str(row[3]))  # type: ignore[call-overload]  # audience and kind, by place
        self.vocabulary.add(readership, {field: list(counts.get(field, ())) for field in WORD_FIELDS})
        return number

    def write(self, session: Session, epoch: int, *, stored: bool) -> None:
        """Write the segment in the caller's transaction."""
        cursor = session.connection().connection.driver_connection.cursor()  # type: ignore[union-attr]  # psycopg's own: COPY
        with cursor.copy(f"COPY kbx_document_{epoch} ({DOCUMENT}) FROM STDIN") as copy:
            for document in self.documents:
                copy.write_row(document)
        counts = [[sorted(r.audience), r.kind, c] for r, c in self.vocabulary.counts().items()] if stored else None
        cursor.execute(
            f"INSERT INTO kbx_segment_{epoch} VALUES (%s, %s, %s)",  # noqa: S608 - a number of ours
            (self.segment, stored, packed(counts) if stored else None),
        )
        if stored:
            with cursor.copy(f"COPY kbx_posting_{epoch} FROM STDIN") as copy:
                for row in self.inverted.rows(self.segment):
                    copy.write_row(row)
