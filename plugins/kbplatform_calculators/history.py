"""Saved runs: a team's figures over time. Who is in a team sees its runs; nobody else does."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, false, func, or_, select, update

from kbplatform.sdk import Conflict, FieldError, Forbidden, InvalidInput, NotFound, PersonalData, Text, record_audit, utcnow
from kbplatform_calculators.models import BatchFile, SavedRun
from kbplatform_calculators.saved import Period, Saved, SavedPage, Wanted, as_saved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Database, Viewer
    from kbplatform_calculators.calculator import Result
    from kbplatform_calculators.registry import Registry

SAVE = "calculators.save"
MANAGE = "calculators.manage_saved"
PAGE_SIZE = 25
MAX_TREND = 200
MAX_EXPORT = 10_000
_TWICE = timedelta(seconds=60)
_CARD_RUNS = 400


class History:
    """Saving, reading, correcting and deleting. ``may_manage`` says whether somebody may also do so for others of their teams."""

    def __init__(self, db: Database, registry: Registry) -> None:
        self._db = db
        self._registry = registry

    def save(self, viewer: Viewer, result: Result, *, team: str, period: Period, note: str) -> int:
        """Keep a result for a team (``""``: for oneself); its number. The same sent twice within a minute is kept once.

        ``note`` and the result's inputs must have gone through :mod:`.notes`. Raises InvalidInput for a team one isn't in.
        """
        if team and team not in viewer.teams:
            raise InvalidInput(_NOT_YOURS, fields=(FieldError("team", _NOT_YOURS),))
        row = _row(viewer, result, team or None, period, note)
        with self._db.write() as session:
            for other in session.scalars(select(SavedRun).where(*_same(row))):
                if other.inputs == row.inputs:
                    return other.id
            session.add(row)
            session.flush()
            return row.id

    def page(self, viewer: Viewer, calculator: str, wanted: Wanted, *, page: int = 1, size: int = PAGE_SIZE) -> SavedPage:
        """Runs of a calculator that the viewer may see, newest period first."""
        here = [*_of(viewer, calculator, wanted.team), *_narrowed(wanted)]
        newest = select(SavedRun).where(*here).order_by(SavedRun.ends_on.desc(), SavedRun.id.desc())
        ways = select(SavedRun.way).where(*_of(viewer, calculator, wanted.team)).distinct()
        with self._db.read() as session:
            rows = session.scalars(newest.limit(size).offset((page - 1) * size)).all()
            total = session.scalar(select(func.count()).select_from(SavedRun).where(*here)) or 0
            return SavedPage(tuple(self._shown(r) for r in rows), total, tuple(session.scalars(ways)))

    def trend(self, viewer: Viewer, calculator: str, wanted: Wanted) -> list[Saved]:
        """The newest runs that have a figure, in the order of their periods."""
        here = [*_of(viewer, calculator, wanted.team), *_narrowed(wanted), SavedRun.value.is_not(None)]
        newest = select(SavedRun).where(*here).order_by(SavedRun.ends_on.desc(), SavedRun.id.desc()).limit(MAX_TREND)
        with self._db.read() as session:
            return [self._shown(r) for r in reversed(session.scalars(newest).all())]

    def everything(self, viewer: Viewer, actor: Actor, calculator: str, wanted: Wanted) -> Iterator[Saved]:
        """All of them for a file, which is written to the audit; at most 10,000, newest period first."""
        here = [*_of(viewer, calculator, wanted.team), *_narrowed(wanted)]
        with self._db.write() as session:
            record_audit(session, actor, "calculators.exported", "calculator", calculator, team=wanted.team)
        with self._db.read() as session:
            rows = session.scalars(select(SavedRun).where(*here).order_by(SavedRun.ends_on.desc(), SavedRun.id.desc()).limit(MAX_EXPORT)).all()
        yield from (self._shown(row) for row in rows)

    def get(self, viewer: Viewer, calculator: str, run_id: int) -> Saved:
        """One run. Raises NotFound, also where the viewer may not see it."""
        with self._db.read() as session:
            return self._shown(_find(session, viewer, calculator, run_id))

    def teams_with_runs(self, viewer: Viewer, calculator: str) -> set[str]:
        """Keys of the teams whose runs of a calculator the viewer sees; ``""`` among them for their own."""
        with self._db.read() as session:
            teams = session.scalars(select(SavedRun.team).where(SavedRun.calculator == calculator, _visible(viewer)).distinct())
            return {team or "" for team in teams}

    def may_change(self, viewer: Viewer, run: Saved, *, may_manage: bool) -> bool:
        """Whether the viewer may correct and delete a run they see: their own, or as a lead those of their teams."""
        own = viewer.id is not None and run.author_id == viewer.id
        return own if run.team is None else run.team in viewer.teams and (own or may_manage)

    def change(self, viewer: Viewer, actor: Actor, run: Saved, *, period: Period, note: str, revision: int, may_manage: bool) -> None:
        """Correct period and note; figures never change. Raises Forbidden, and Conflict where somebody else was first."""
        self._require(viewer, run, may_manage=may_manage)
        changed = {"starts_on": period.starts_on, "ends_on": period.ends_on, "note": note, "revision": revision + 1}
        with self._db.write() as session:
            done = session.execute(update(SavedRun).where(SavedRun.id == run.id, SavedRun.revision == revision).values(changed))
            if not done.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
                raise Conflict(Text("别人刚改过这一条", "Somebody else has just changed this one"))
            if run.author_id != viewer.id:
                record_audit(session, actor, "calculators.run_changed", "calculator_run", run.id, calculator=run.calculator, team=run.team or "")

    def delete(self, viewer: Viewer, actor: Actor, run: Saved, *, may_manage: bool) -> None:
        """Delete a run for good. Raises Forbidden."""
        self._require(viewer, run, may_manage=may_manage)
        with self._db.write() as session:
            session.execute(delete(SavedRun).where(SavedRun.id == run.id))
            record_audit(session, actor, "calculators.run_deleted", "calculator_run", run.id, calculator=run.calculator, team=run.team or "")

    def latest(self, viewer: Viewer, *, most: int, length: int) -> list[list[Saved]]:
        """For each figure of the viewer's teams the last runs in the order of their periods; the figures last saved first, ``most`` of them."""
        if not viewer.teams:
            return []
        newest = (
            select(SavedRun)
            .where(SavedRun.team.in_(viewer.teams), SavedRun.value.is_not(None))
            .order_by(SavedRun.ends_on.desc(), SavedRun.id.desc())
            .limit(_CARD_RUNS)
        )
        with self._db.read() as session:
            runs = [self._shown(r) for r in session.scalars(newest)]
        series: dict[tuple[str | None, str, str], list[Saved]] = {}
        for run in runs:
            if run.calculator in self._registry.calculators:
                series.setdefault((run.team, run.calculator, run.way), []).append(run)
        return [members[:length][::-1] for members in list(series.values())[:most]]

    def _shown(self, row: SavedRun) -> Saved:
        return as_saved(row, self._registry.calculators.get(row.calculator))

    def _require(self, viewer: Viewer, run: Saved, *, may_manage: bool) -> None:
        if not self.may_change(viewer, run, may_manage=may_manage):
            raise Forbidden(
                Text("这一条不是您存的", "This one was saved by somebody else"),
                remedy=Text("请存的人或组长来改。", "Ask whoever saved it, or your lead."),
            )


_NOT_YOURS = Text("您不在这个团队里", "You are not in that team")


def _row(viewer: Viewer, result: Result, team: str | None, period: Period, note: str) -> SavedRun:
    calculator, way = result.calculator, result.way
    output = next((o for o in way.outputs if o.name == calculator.leading(way)), None)
    words = {"headline": result.headline, "explanation": result.explanation, "label": output.label if output else calculator.title}
    low, high = result.interval or (None, None)
    main = result.main
    return SavedRun(
        calculator=calculator.id, version=calculator.version, way=way.name, team=team, author_id=viewer.id,
        starts_on=period.starts_on, ends_on=period.ends_on,
        inputs=json.loads(json.dumps(dict(result.values))), outputs=dict(result.outputs),  # lists as they come back, to be told apart
        words={name: {"zh": t.zh, "en": t.en} for name, t in words.items()}
        | {"unit": output.unit if output else "", "decimals": output.decimals if output else 1},
        value=float(main) if isinstance(main, int | float) else None, low=low, high=high, note=note,
    )  # fmt: skip


def _same(row: SavedRun) -> list[ColumnElement[bool]]:
    alike = ("calculator", "version", "way", "team", "author_id", "starts_on", "ends_on", "note")
    since = SavedRun.created_at > utcnow() - _TWICE
    return [since, *(getattr(SavedRun, name).is_not_distinct_from(getattr(row, name)) for name in alike)]


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """Runs of one's teams, and one's own; what one saved for a team one has left is the team's."""
    if viewer.id is None:
        return false()
    return or_(SavedRun.team.in_(viewer.teams), and_(SavedRun.team.is_(None), SavedRun.author_id == viewer.id))


def _of(viewer: Viewer, calculator: str, team: str) -> list[ColumnElement[bool]]:
    scope = SavedRun.team == team if team else and_(SavedRun.team.is_(None), SavedRun.author_id == viewer.id)
    return [SavedRun.calculator == calculator, scope, _visible(viewer)]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = []
    if wanted.way is not None:
        found.append(SavedRun.way == wanted.way)
    if wanted.since is not None:
        found.append(SavedRun.ends_on >= wanted.since)
    if wanted.until is not None:
        found.append(SavedRun.starts_on <= wanted.until)
    return found


def _find(session: Session, viewer: Viewer, calculator: str, run_id: int) -> SavedRun:
    query = select(SavedRun).where(SavedRun.id == run_id, SavedRun.calculator == calculator, _visible(viewer))
    found = session.scalars(query).one_or_none() if run_id < 2**31 else None
    if found is None:
        raise NotFound(Text("没有这条记录", "There is no such saved figure"))
    return found


def personal_data(user_id: int, session: Session, *, erase: bool) -> PersonalData | None:
    """The runs a person saved. With ``erase`` those of teams stay and nothing says whose they were; their own and their files go."""
    theirs = SavedRun.author_id == user_id
    if erase:
        session.execute(delete(SavedRun).where(theirs, SavedRun.team.is_(None)))
        session.execute(update(SavedRun).where(theirs).values(author_id=None))
        session.execute(delete(BatchFile).where(BatchFile.author_id == user_id))
        return None
    rows = session.scalars(select(SavedRun).where(theirs).order_by(SavedRun.calculator, SavedRun.id)).all()
    return PersonalData(
        Text("存下的计算结果", "Saved figures"),
        {name: [_exported(row) for row in members] for name, members in groupby(rows, key=lambda row: row.calculator)},
    )


def _exported(row: SavedRun) -> dict[str, Any]:
    return {
        "team": row.team, "from": row.starts_on.isoformat(), "to": row.ends_on.isoformat(), "inputs": row.inputs, "outputs": row.outputs,
        "note": row.note, "version": row.version, "saved_at": row.created_at.isoformat(),
    }  # fmt: skip
