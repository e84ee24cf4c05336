"""The engine for sites on PostgreSQL: the index stands beside the data and all nodes share it.

Everything is derived: the engine makes its own tables (``kbx_*``; no migration knows them) and drops them. A build of the
index is one transaction and so is every change, whatever dies meanwhile. Posting lists are read from the database and scored
here by the same code as those of Whoosh, so that both answer alike.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kbplatform.db import AdvisoryLock
from kbplatform.search.engine import Batch, EngineError, EngineState, IndexRecord
from kbplatform.search.engines.postgres_segment import (
    AT_ONCE,
    INDEXES,
    TABLES,
    Builder,
    SmallSegment,
    StoredSegment,
    read_asked_together,
    read_together,
    unpacked,
)
from kbplatform.search.engines.segments import Row, Segment
from kbplatform.search.engines.view import View, ViewEngine

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.db import Database

SEGMENT_DOCUMENTS = 8_000
"""Documents of a stored segment, about 200 MB of lists while it is built."""
_SMALL_SEGMENTS = 12
"""So many changes may stand in segments of their own before they are joined."""
_SMALL_DOCUMENTS = 1_000
"""So many of their documents are stored like the rest."""
_STATE_KEPT_S = 0.1

_MAKE = (
    """CREATE TABLE IF NOT EXISTS kbx_state (one bool PRIMARY KEY DEFAULT true CHECK (one), schema text NOT NULL, epoch int NOT NULL,
        generation bigint NOT NULL, seq bigint NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS kbx_kept (name text PRIMARY KEY, value text NOT NULL)",
    "INSERT INTO kbx_state (schema, epoch, generation, seq) VALUES ('', 0, 0, 0) ON CONFLICT DO NOTHING",
)


_READ_STATE = text("SELECT schema, epoch, generation, seq FROM kbx_state")
_LOCK_STATE = text("SELECT schema, epoch, generation, seq FROM kbx_state FOR UPDATE")


@dataclass(frozen=True, slots=True)
class _State:
    schema: str = ""
    epoch: int = 0
    generation: int = 0
    seq: int = 0


class PostgresEngine(ViewEngine):
    """Shares the site's database connections."""

    name = "postgres"
    shared = True

    def __init__(self, db: Database) -> None:
        super().__init__()
        self._db = db
        self._schema = ""
        self._known = _State()
        self._asked = 0.0

    # ------------------------------------------------------------------ state

    def ensure(self, schema_version: str) -> EngineState:
        self._schema = schema_version
        with self._own_errors(), self._db.write() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": AdvisoryLock.INDEX_TABLES})  # CREATE IF NOT EXISTS races with itself
            for statement in _MAKE:
                session.execute(text(statement))
        return self.check()

    def generation(self) -> int:
        if time.monotonic() - self._asked > _STATE_KEPT_S:
            with contextlib.suppress(SQLAlchemyError), self._db.read() as session:  # a search will say what is wrong
                self._learn(_state(session))
        return self._usable(self._known).generation

    def _learn(self, state: _State) -> None:
        self._known, self._asked = state, time.monotonic()

    def _usable(self, state: _State) -> _State:
        return state if state.schema == self._schema else _State()

    def check(self) -> EngineState:
        try:
            with self._db.read() as session:
                kept = _state(session)
                state = self._usable(kept)
                if not state.epoch:
                    others = f"the shared index is for {kept.schema}, this node reads {self._schema}: another version, or another glossary.toml"
                    return EngineState(usable=False, reason=others if kept.epoch else "no index yet")
                count = session.execute(text(f"SELECT count(*) FROM kbx_document_{state.epoch} WHERE gone IS NULL")).scalar_one()  # noqa: S608 - a number of ours
                for table in ("segment", "posting"):
                    session.execute(text(f"SELECT * FROM kbx_{table}_{state.epoch} LIMIT 1")).all()  # noqa: S608 - as above
        except SQLAlchemyError as error:
            return EngineState(usable=False, reason=type(error).__name__)
        self._learn(state)
        return EngineState(usable=True, count=count, seq=state.seq)

    def keep(self, name: str, value: str) -> None:
        with self._own_errors(), self._db.write() as session:
            session.execute(
                text("INSERT INTO kbx_kept VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"),
                {"name": name, "value": value},
            )

    def kept(self, name: str) -> str:
        with self._own_errors(), self._db.read() as session:
            return session.execute(text("SELECT value FROM kbx_kept WHERE name = :name"), {"name": name}).scalar_one_or_none() or ""

    # ------------------------------------------------------------------ writing

    def apply(self, batch: Batch, seq: int) -> None:
        changed = bool(batch.upserts or batch.deletes)
        with self._own_errors(), self._db.write() as session:
            state = self._usable(_state(session, lock=True))
            if not state.epoch:
                msg = "no search index to write to"
                raise EngineError(msg)
            if seq < state.seq:  # this process was the indexer once, and has been away since
                msg = f"the index is at row {state.seq} of the outbox already: row {seq} comes too late"
                raise EngineError(msg)
            generation = state.generation + changed
            ids = list({*batch.deletes, *(r.id for r in batch.upserts)})
            _remove(session, state.epoch, ids, generation)
            if batch.upserts:
                builder = Builder(generation)
                for record in {r.id: r for r in batch.upserts}.values():
                    builder.add(record)
                builder.write(session, state.epoch, stored=False)
            state = _State(state.schema, state.epoch, generation, seq)
            _save(session, state)
        self._learn(state)

    def rebuild(self, records: Iterable[IndexRecord], seq: int) -> None:
        with self._own_errors(), self._db.write() as session:
            before = _state(session, lock=True)
            epoch, generation = before.epoch + 1, before.generation + 1
            for statement in TABLES:
                session.execute(text(f"DROP TABLE IF EXISTS {statement.split()[2].format(epoch=epoch)}"))
                session.execute(text(statement.format(epoch=epoch)))
            places: dict[str, tuple[int, int]] = {}
            again: list[tuple[int, int]] = []
            builder = Builder(1)
            for record in records:
                if len(builder.documents) >= SEGMENT_DOCUMENTS:
                    builder.write(session, epoch, stored=True)
                    builder = Builder(builder.segment + 1)
                if record.id in places:
                    again.append(places[record.id])
                places[record.id] = (builder.segment, builder.add(record))
            builder.write(session, epoch, stored=True)
            for segment, number in again:
                session.execute(
                    text(f"UPDATE kbx_document_{epoch} SET gone = :gone WHERE segment = :segment AND number = :number"),  # noqa: S608 - a number of ours
                    {"gone": generation, "segment": segment, "number": number},
                )
            for statement in INDEXES:
                session.execute(text(statement.format(epoch=epoch)))
            generation = max(generation, builder.segment)  # later segments are numbered by generation
            state = _State(self._schema, epoch, generation, seq)
            _save(session, state)
        self._learn(state)

    def tidy(self) -> bool:
        with self._own_errors(), self._db.write() as session:
            state = self._usable(_state(session, lock=True))
            if not state.epoch:
                return False
            tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ '^kbx_[a-z]+_[0-9]+$'"
            old = session.scalars(text(tables)).all()
            gone = [name for name in old if int(name.rpartition("_")[2]) != state.epoch]
            for name in gone:
                session.execute(text(f"DROP TABLE {name}"))
            joined = self._join(session, state)
            if joined:
                state = _State(state.schema, state.epoch, state.generation + 1, state.seq)
                _save(session, state)
        self._learn(state)
        return joined or bool(gone)

    def _join(self, session: Session, state: _State) -> bool:
        """Put the small segments together; into a stored one where they are many documents."""
        epoch = state.epoch
        small = session.scalars(text(f"SELECT segment FROM kbx_segment_{epoch} WHERE NOT stored")).all()  # noqa: S608 - a number of ours
        rows = session.execute(text(f"SELECT count(*) FROM kbx_document_{epoch} WHERE segment = ANY(:small)"), {"small": list(small)}).scalar_one()  # noqa: S608
        if len(small) < _SMALL_SEGMENTS and not (len(small) > 1 and rows >= _SMALL_DOCUMENTS):
            return False
        builder = Builder(state.generation + 1)
        found = session.execute(
            text(
                f"SELECT id, page, lang, kind, grp, audience, popularity, changed, lengths, tokens, asked, places FROM kbx_document_{epoch} "  # noqa: S608
                "WHERE segment = ANY(:small) AND gone IS NULL ORDER BY segment, number"
            ),
            {"small": list(small)},
        ).all()
        for *row, lengths, tokens, asked, places in found:
            builder.add_counted(tuple(row), lengths, unpacked(tokens), (asked, places))
        for table in ("document", "segment"):
            session.execute(text(f"DELETE FROM kbx_{table}_{epoch} WHERE segment = ANY(:small)"), {"small": list(small)})  # noqa: S608
        builder.write(session, epoch, stored=len(found) >= _SMALL_DOCUMENTS)
        return True

    # ------------------------------------------------------------------ reading

    def _prepare(self, view: View, wanted: list[tuple[str, str]]) -> None:
        stored = [s for s in view.segments.values() if isinstance(s, StoredSegment)]
        if any(segment.lacks(wanted[:AT_ONCE]) for segment in stored):
            with self._db.read() as session:
                read_together(session, stored[0].epoch, stored, wanted[:AT_ONCE])

    def _prepare_asked(self, numbers: Mapping[Segment, Sequence[int]]) -> None:
        stored = {s: n for s, n in numbers.items() if isinstance(s, StoredSegment)}
        if any(segment.lacks_asked(wanted) for segment, wanted in stored.items()):
            with self._db.read() as session:
                read_asked_together(session, stored)

    def places(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        with self._own_errors(), self._db.read() as session:
            state = self._usable(_state(session))
            if not state.epoch:
                return {}
            statement = text(f"SELECT id, places FROM kbx_document_{state.epoch} WHERE gone IS NULL AND id = ANY(:ids)")  # noqa: S608 - a number of ours
            return {id_: bytes(places) for id_, places in session.execute(statement, {"ids": list(ids)})}

    def _try_open(self, known: Mapping[str, Segment]) -> View | None:
        with self._own_errors(), self._db.read() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})  # state and segments of one moment
            state = self._usable(_state(session))
            if not state.epoch:
                return None
            parts = session.execute(text(f"SELECT segment, stored FROM kbx_segment_{state.epoch} ORDER BY segment")).all()  # noqa: S608 - a number of ours
            names = [(f"{state.epoch}/{number}", number, stored) for number, stored in parts]
            segments = {name: known.get(name) or self._segment(session, state.epoch, number, stored) for name, number, stored in names}
            deleted: dict[str, set[int]] = {name: set() for name in segments}
            for segment, number in session.execute(text(f"SELECT segment, number FROM kbx_document_{state.epoch} WHERE gone IS NOT NULL")):  # noqa: S608
                deleted[f"{state.epoch}/{segment}"].add(number)
            return View(segments, {name: frozenset(numbers) for name, numbers in deleted.items()}, state.generation)

    def _segment(self, session: Session, epoch: int, segment: int, stored: bool) -> Segment:
        columns = "id, page, lang, kind, grp, audience, popularity, changed, lengths" + ("" if stored else ", tokens, asked")
        statement = text(f"SELECT {columns} FROM kbx_document_{epoch} WHERE segment = :segment ORDER BY number")  # noqa: S608 - a number of ours
        found = session.execute(statement, {"segment": segment}).all()
        audiences: dict[tuple[str, ...], frozenset[str]] = {}
        rows = [Row(r[0], r[1], r[2], r[3], r[4], audiences.setdefault(tuple(r[5]), frozenset(r[5])), r[6], r[7]) for r in found]
        lengths = [r[8] for r in found]
        if stored:
            return StoredSegment(rows, lengths, self._db, epoch, segment)
        return SmallSegment(rows, lengths, [bytes(r[9]) for r in found], [r[10] for r in found])

    @contextlib.contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            msg = f"{type(error).__name__}: {error.orig if hasattr(error, 'orig') else error}"
            raise EngineError(msg) from error

    def close(self) -> None:
        self._forget()


def _state(session: Session, *, lock: bool = False) -> _State:
    row = session.execute(_LOCK_STATE if lock else _READ_STATE).one_or_none()
    return _State(*row) if row else _State()


def _save(session: Session, state: _State) -> None:
    session.execute(
        text("UPDATE kbx_state SET schema = :schema, epoch = :epoch, generation = :generation, seq = :seq"),
        {"schema": state.schema, "epoch": state.epoch, "generation": state.generation, "seq": state.seq},
    )


def _remove(session: Session, epoch: int, ids: list[str], generation: int) -> None:
    session.execute(
        text(f"UPDATE kbx_document_{epoch} SET gone = :generation WHERE id = ANY(:ids) AND gone IS NULL"),  # noqa: S608 - a number of ours
        {"generation": generation, "ids": ids},
    )
