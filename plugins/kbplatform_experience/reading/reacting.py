"""Thanks, “used it too”, and comments: what colleagues do with an entry. Its counters change in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import delete, func, or_, select

from kbplatform.sdk import Conflict, FieldError, Forbidden, InvalidInput, NotFound, Text, names_of
from kbplatform_experience.announcing import announce
from kbplatform_experience.limits import allow_comment
from kbplatform_experience.models import Comment, Entry, Reaction
from kbplatform_experience.private import clean
from kbplatform_experience.reach import SHOWN, TOO_BIG, entry_for
from kbplatform_experience.reading.notices import COMMENTED, FOLLOWED, THANKED, USED, tell, tell_followers, untell

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Services, Viewer

ReactionKind = Literal["thanks", "used"]
KINDS: tuple[str, ...] = get_args(ReactionKind)
MAX_RESULT = 200
MAX_COMMENT = 1_000
COMMENTS_PER_PAGE = 20
USES_SHOWN = 10
_NOTICE = {"thanks": THANKED, "used": USED}


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is shown. ``writer`` is empty where nobody is to know; ``of_entry``: it is from whoever wrote the entry."""

    id: int
    writer: str
    text: str
    at: datetime
    mine: bool
    of_entry: bool


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody used it. That it did not help is told to nobody here: it counts in the figures for leads only."""

    who: str
    result: str
    helped: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters of an entry as they are now, and the viewer's own reactions."""

    thanks: int
    uses: int
    pressed: frozenset[str]


class Reacting:
    """What people do with the entries of others."""

    def __init__(self, services: Services) -> None:
        self._db, self._rules = services.db, services.masking

    def press(self, viewer: Viewer, number: int, kind: str, *, helped: bool | None = None, result: str = "") -> Counts:
        """Thank, or say that one used it. Again it changes only what came of it. Raises NotFound, Forbidden on one's own, InvalidInput."""
        _known(kind)
        result = clean(result, MAX_RESULT, rules=self._rules) if kind == "used" else ""
        with self._db.write() as session:
            entry = _shown(session, viewer, number)
            if entry.user_id == viewer.id:
                raise Forbidden(Text("这是自己写的：等同事来说。", "You wrote it yourself: leave that to your colleagues."))
            own = session.scalars(select(Reaction).where(*_own(viewer, number, kind))).one_or_none()
            if own is None:
                session.add(Reaction(entry_id=number, user_id=viewer.id, kind=kind, helped=helped if kind == "used" else None, result=result))
                tell(session, entry.user_id, number, _NOTICE[kind], by=viewer.id, words=_for_writer(helped, result))
            elif kind == "used" and (helped is not None or result):
                own.helped, own.result = helped, result
                untell(session, entry.user_id, number, USED, viewer.id)
                tell(session, entry.user_id, number, USED, by=viewer.id, words=_for_writer(helped, result))
            return _recounted(session, viewer, entry)

    def undo(self, viewer: Viewer, number: int, kind: str) -> Counts:
        """Take a reaction back. Raises NotFound."""
        _known(kind)
        with self._db.write() as session:
            entry = entry_for(session, viewer, number, lock=True)
            session.execute(delete(Reaction).where(*_own(viewer, number, kind)))
            untell(session, entry.user_id, number, _NOTICE[kind], viewer.id)
            return _recounted(session, viewer, entry)

    def comment(self, viewer: Viewer, number: int, text: str) -> int:
        """Say something; returns the comment's number. Raises NotFound, InvalidInput (``text``), TooMany; Conflict for the same once more."""
        words = clean(text, MAX_COMMENT, rules=self._rules)
        if not words or len(text.strip()) > MAX_COMMENT:
            message = Text(f"写 1 到 {MAX_COMMENT} 个字", f"Write 1 to {MAX_COMMENT} characters")
            raise InvalidInput(message, fields=(FieldError("text", message),))
        with self._db.write() as session:
            entry = _shown(session, viewer, number)
            same = select(Comment.id).where(Comment.entry_id == number, Comment.user_id == viewer.id, Comment.text == words, Comment.state == SHOWN)
            if session.scalar(same.limit(1)) is not None:
                raise Conflict(Text("这句话您已经说过了", "You have said that already"))
            allow_comment(session, viewer.id or 0)
            row = Comment(entry_id=number, user_id=viewer.id, text=words)
            session.add(row)
            _recounted(session, viewer, entry)
            tell(session, entry.user_id, number, COMMENTED, by=viewer.id)
            tell_followers(session, entry, FOLLOWED, viewer.id)
            return row.id

    def withdraw(self, viewer: Viewer, number: int, comment: int) -> None:
        """Take one's own comment back. Raises NotFound."""
        with self._db.write() as session:
            entry = entry_for(session, viewer, number, lock=True)
            row = session.get(Comment, comment) if comment < TOO_BIG else None
            if row is None or row.entry_id != number or row.user_id != viewer.id or row.state == "withdrawn":
                raise NotFound(Text("没有这条留言", "There is no such comment"))
            row.state, row.text = "withdrawn", ""
            _recounted(session, viewer, entry)

    def comments(self, viewer: Viewer, entry: Entry, after: int = 0) -> tuple[list[Said], int]:
        """A page of what was said under an entry that the viewer may open, oldest first; and the number to go on from, 0 at the end."""
        with self._db.read() as session:
            wanted = select(Comment).where(Comment.entry_id == entry.id, Comment.state == SHOWN, Comment.id > after)
            rows = list(session.scalars(wanted.order_by(Comment.id).limit(COMMENTS_PER_PAGE + 1)))
            names = names_of(session, {r.user_id for r in rows if r.user_id is not None})
        said = [_said(r, entry, viewer, names) for r in rows[:COMMENTS_PER_PAGE]]
        return said, rows[COMMENTS_PER_PAGE - 1].id if len(rows) > COMMENTS_PER_PAGE else 0

    def uses(self, entry: Entry) -> list[Use]:
        """Who used it last and what came of it, of an entry that the viewer may open: those whom it helped or who did not say."""
        helped = or_(Reaction.helped.is_(True), Reaction.helped.is_(None))
        with self._db.read() as session:
            wanted = select(Reaction).where(Reaction.entry_id == entry.id, Reaction.kind == "used", helped)
            rows = list(session.scalars(wanted.order_by(Reaction.id.desc()).limit(USES_SHOWN)))
            names = names_of(session, {r.user_id for r in rows if r.user_id is not None})
        return [Use(names.get(r.user_id or 0, ""), r.result, bool(r.helped), r.at) for r in rows]

    def own_use(self, viewer: Viewer, number: int) -> Reaction | None:
        """What the viewer said of using it."""
        with self._db.read() as session:
            return session.scalars(select(Reaction).where(*_own(viewer, number, "used"))).one_or_none()


def recount(session: Session, entry: Entry) -> None:
    """Bring the counters of an entry whose row is locked in step with the rows they count."""
    session.flush()
    found = session.execute(select(Reaction.kind, func.count()).where(Reaction.entry_id == entry.id).group_by(Reaction.kind)).tuples().all()
    counts = dict(found)
    entry.thanks, entry.uses = counts.get("thanks", 0), counts.get("used", 0)
    entry.comments = session.scalar(select(func.count()).where(Comment.entry_id == entry.id, Comment.state == SHOWN)) or 0


def _recounted(session: Session, viewer: Viewer, entry: Entry) -> Counts:
    uses = entry.uses
    recount(session, entry)
    if uses != entry.uses:
        announce(session, [entry.id])
    pressed = session.scalars(select(Reaction.kind).where(Reaction.entry_id == entry.id, Reaction.user_id == viewer.id))
    return Counts(entry.thanks, entry.uses, frozenset(pressed))


def _own(viewer: Viewer, number: int, kind: str) -> tuple[ColumnElement[bool], ...]:
    return (Reaction.entry_id == number, Reaction.kind == kind, Reaction.user_id == viewer.id)


def _said(row: Comment, entry: Entry, viewer: Viewer, names: dict[int, str]) -> Said:
    of_entry = row.user_id is not None and row.user_id == entry.user_id
    hidden = of_entry and entry.unnamed
    return Said(row.id, "" if hidden else names.get(row.user_id or 0, ""), row.text, row.at, row.user_id == viewer.id, of_entry)


def _shown(session: Session, viewer: Viewer, number: int) -> Entry:
    entry = entry_for(session, viewer, number, lock=True)
    if entry.state != SHOWN:
        raise Forbidden(Text("它现在没有公开，等它放出来再说", "It isn’t shown at the moment: wait until it is"))
    return entry


def _for_writer(helped: bool | None, result: str) -> str:
    """What came of it, as the writer is told: nothing where it did not help, which is told to nobody by name."""
    return "" if helped is False else result


def _known(kind: str) -> None:
    if kind not in KINDS:
        message = Text("只有“谢谢”和“我也用了”", "There are thanks and “used it too”")
        raise InvalidInput(message, fields=(FieldError("kind", message),))
