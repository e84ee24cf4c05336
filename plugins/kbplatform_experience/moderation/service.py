"""Keeping it decent: reports, the queue, and what moderators decide, with a reason that the writer is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, or_, select, update

from kbplatform.sdk import Conflict, Forbidden, NotFound, Text, names_of, record_audit, utcnow, wrong
from kbplatform_experience.announcing import announce
from kbplatform_experience.limits import allow_report
from kbplatform_experience.models import Comment, Decision, Entry, Notice, Report
from kbplatform_experience.private import clean
from kbplatform_experience.reach import TOO_BIG, within_reach
from kbplatform_experience.reading.notices import REPORTED
from kbplatform_experience.reading.reacting import recount
from kbplatform_experience.registry import MODERATE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Services, Viewer

REASONS: dict[str, Text] = {
    "private": Text("有客户或同事的隐私", "Personal data of a customer or colleague"),
    "wrong": Text("说得不对，或与规定相反", "It is wrong, or against the rules"),
    "blame": Text("在责怪某个人", "It blames somebody"),
    "elsewhere": Text("重复，或与服务无关", "Said before, or not about service"),
    "other": Text("别的", "Something else"),
}
DECISIONS: dict[str, str] = {"show": "shown", "hide": "hidden", "decline": "declined"}
"""What a moderator may decide → the state after it."""
MAX_WORDS = 500
ENOUGH = 3
"""So many people reporting an entry that was never judged take it out of sight until a moderator has looked."""
PAGE_SIZE = 20
MOST_EARLIER = 5
"""Earlier decisions that are shown with a case."""


def first_state(services: Services, viewer: Viewer) -> str:
    """The state a new entry starts in: ``waiting`` where the site has moderators look first, unless the writer is one."""
    return "waiting" if services.settings.experience_review == "first" and MODERATE not in viewer.permissions else "shown"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A report as moderators see it."""

    reason: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What a moderator decided before. ``by`` is empty where that person's data was erased."""

    what: str
    reason: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """Something for a moderator: an entry, or a comment under it. ``seen`` goes back with the decision."""

    entry: Entry
    comment: Comment | None
    complaints: tuple[Complaint, ...]
    writer: str
    """Empty where the writer wishes to stay unnamed, or is gone."""
    seen: str
    decided: tuple[Decided, ...] = ()
    """The latest first."""

    @property
    def id(self) -> str:
        """Its place on the page."""
        return f"c{self.comment.id}" if self.comment else f"e{self.entry.id}"

    @property
    def state(self) -> str:
        """Present state of what is judged."""
        return self.comment.state if self.comment else self.entry.state


class Moderation:
    """Reports and decisions."""

    def __init__(self, services: Services) -> None:
        self._db, self._rules = services.db, services.masking

    def report(
        self, viewer: Viewer, actor: Actor, entry: int, *, reason: str, words: str = "", comment: int | None = None,
    ) -> None:  # fmt: skip
        """Say that something should not be there; once per person and thing while it is open. Whether they may read it is for the caller.

        Raises NotFound, InvalidInput (``reason``, ``words``) and TooMany.
        """
        _known_reason(reason)
        words = clean(words, MAX_WORDS, rules=self._rules)
        if reason == "other" and not words:
            raise wrong("words", Text("请说一句是什么问题", "Say in a line what is the matter"))
        with self._db.write() as session:
            row = _entry(session, entry)
            _comment(session, entry, comment)
            same = (Report.entry_id == entry, Report.comment_id == comment, Report.settled_at.is_(None))
            if session.scalar(select(Report.id).where(*same, Report.by == viewer.id)):
                return
            allow_report(session, viewer.id or 0)
            session.add(Report(entry_id=entry, comment_id=comment, reason=reason, words=words, by=viewer.id))
            session.flush()
            people = session.scalar(select(func.count(Report.by.distinct())).where(*same)) or 0
            if comment is None and people >= ENOUGH and row.state == "shown" and not _judged(session, entry):
                row.state, row.version = "waiting", row.version + 1
                announce(session, [entry])
            record_audit(session, actor, "experience.reported", "experience", entry, reason=reason, comment=comment)

    def waiting(self, viewer: Viewer) -> int:
        """How many cases wait, of those about what the moderator may read."""
        with self._db.read() as session:
            entries = session.scalar(select(func.count()).select_from(Entry).where(_waits(), within_reach(viewer))) or 0
            return entries + (session.scalar(select(func.count()).select_from(_reported(viewer).subquery())) or 0)

    def queue(self, viewer: Viewer, after: int = 0) -> list[Case]:
        """The cases that wait, entries first, oldest first; those after entry ``after``. Comments come with the first page."""
        with self._db.read() as session:
            wanted = select(Entry).where(_waits(), within_reach(viewer), Entry.id > after)
            rows = list(session.scalars(wanted.order_by(Entry.id).limit(PAGE_SIZE)))
            comments = [] if after else list(session.scalars(_reported(viewer).order_by(Comment.id).limit(PAGE_SIZE)))
            return _cases(session, rows, comments)

    def cases_of(self, viewer: Viewer, number: int) -> list[Case]:
        """One entry in whatever state, and the comments under it that are hidden or complained of. Raises NotFound."""
        with self._db.read() as session:
            row = _entry(session, number, within_reach(viewer))
            open_report = exists().where(Report.comment_id == Comment.id, Report.settled_at.is_(None))
            wanted = select(Comment).where(Comment.entry_id == number, or_(Comment.state == "hidden", and_(Comment.state == "shown", open_report)))
            return _cases(session, [row], list(session.scalars(wanted.order_by(Comment.id).limit(PAGE_SIZE))))

    def decide(
        self, viewer: Viewer, actor: Actor, entry: int, what: str, *, seen: str, reason: str = "", words: str = "", comment: int | None = None,
    ) -> None:  # fmt: skip
        """Show, hide or decline. ``seen`` is the case as the moderator saw it: where somebody was faster, Conflict.

        Hiding and declining need a reason, which the writer is told. Raises Forbidden for one's own entry while others complain of it,
        NotFound and InvalidInput.
        """
        if what not in DECISIONS or (comment is not None and what == "decline"):
            raise wrong("what", Text("只能显示、隐藏或退回", "It can be shown, hidden or declined"))
        if what != "show":
            _known_reason(reason)
        words = clean(words, MAX_WORDS, rules=self._rules)
        if what != "show" and reason == "other" and not words:
            raise wrong("words", Text("请说一句原因，写的人会看到", "Say why in a line: the writer is shown it"))
        with self._db.write() as session:
            row, said = _entry(session, entry, within_reach(viewer)), _comment(session, entry, comment)
            if _mark(row, said) != seen:
                raise Conflict(
                    Text("刚有人处理过这一条", "Somebody has just dealt with this one"),
                    remedy=Text("看看现在的样子，再决定。", "Look at how it is now, then decide."),
                )
            writer = said.user_id if said else row.user_id
            if writer == viewer.id and what == "show":
                raise Forbidden(Text("自己写的，要请别的审核人来看", "You wrote it yourself: another moderator has to look"))
            _put(row, said, DECISIONS[what])
            recount(session, row)
            now = utcnow()
            open_ones = (Report.entry_id == entry, Report.comment_id == comment, Report.settled_at.is_(None))
            reporters = set(session.scalars(select(Report.by).where(*open_ones, Report.by.is_not(None))))
            session.execute(update(Report).where(*open_ones).values(settled_at=now, settled_by=viewer.id))
            decision = Decision(
                entry_id=entry, comment_id=comment, what=what, reason=reason if what != "show" else "", words=words, by=viewer.id, at=now
            )
            session.add(decision)
            _tell(session, entry, decision, writer, reporters)
            announce(session, [entry])
            record_audit(session, actor, f"experience.{DECISIONS[what]}", "experience", entry, reason=decision.reason, comment=comment)


def _waits() -> ColumnElement[bool]:
    open_report = exists().where(Report.entry_id == Entry.id, Report.comment_id.is_(None), Report.settled_at.is_(None))
    return or_(Entry.state == "waiting", and_(Entry.state == "shown", open_report))


def _reported(viewer: Viewer) -> Select[tuple[Comment]]:
    """The comments that somebody complains of, under what the moderator may read."""
    reported = exists().where(Report.comment_id == Comment.id, Report.settled_at.is_(None))
    return select(Comment).join(Entry, Entry.id == Comment.entry_id).where(reported, Comment.state == "shown", within_reach(viewer))


def _judged(session: Session, entry: int) -> bool:
    return session.scalar(select(Decision.id).where(Decision.entry_id == entry, Decision.comment_id.is_(None)).limit(1)) is not None


def _mark(entry: Entry, comment: Comment | None) -> str:
    return f"c{comment.state}" if comment else f"{entry.version}{entry.state}"


def _cases(session: Session, entries: list[Entry], comments: list[Comment]) -> list[Case]:
    above = {e.id: e for e in session.scalars(select(Entry).where(Entry.id.in_({c.entry_id for c in comments})))}
    about = or_(and_(Report.entry_id.in_([e.id for e in entries]), Report.comment_id.is_(None)), Report.comment_id.in_([c.id for c in comments]))
    reports = list(session.scalars(select(Report).where(about, Report.settled_at.is_(None)).order_by(Report.id)))
    numbers = [e.id for e in entries] + [c.entry_id for c in comments]
    earlier = list(session.scalars(select(Decision).where(Decision.entry_id.in_(numbers)).order_by(Decision.id.desc())))
    people = {r.by for r in reports} | {e.user_id for e in entries} | {c.user_id for c in comments} | {d.by for d in earlier}
    names = names_of(session, {p for p in people if p is not None})

    def complaints(entry: int, comment: int | None) -> Iterable[Complaint]:
        return (Complaint(r.reason, r.words, names.get(r.by or 0, ""), r.at) for r in reports if (r.entry_id, r.comment_id) == (entry, comment))

    def decided(entry: int, comment: int | None) -> tuple[Decided, ...]:
        ours = [d for d in earlier if (d.entry_id, d.comment_id) == (entry, comment)]
        return tuple(Decided(d.what, d.reason, d.words, names.get(d.by or 0, ""), d.at) for d in ours[:MOST_EARLIER])

    cases = [
        Case(e, None, tuple(complaints(e.id, None)), "" if e.unnamed else names.get(e.user_id or 0, ""), _mark(e, None), decided(e.id, None))
        for e in entries
    ]
    for c in comments:
        entry = above[c.entry_id]
        writer = "" if entry.unnamed and c.user_id == entry.user_id else names.get(c.user_id or 0, "")
        cases.append(Case(entry, c, tuple(complaints(c.entry_id, c.id)), writer, _mark(entry, c), decided(c.entry_id, c.id)))
    return cases


def _put(entry: Entry, comment: Comment | None, state: str) -> None:
    if comment is None:
        if entry.state == "withdrawn":
            raise NotFound(Text("写的人已经撤回了", "Whoever wrote it has withdrawn it"))
        entry.state, entry.version = state, entry.version + 1
    elif comment.state != "withdrawn":
        comment.state = state


def _tell(session: Session, entry: int, decision: Decision, writer: int | None, reporters: set[int | None]) -> None:
    """The writer learns what was decided and why; those who reported it, that somebody looked."""
    words = decision.reason + (f": {decision.words}" if decision.words else "")
    if writer is not None and writer != decision.by:  # each decision is told, the same one again too: the last word must be the last notice
        session.add(Notice(user_id=writer, entry_id=entry, kind=f"decided.{decision.what}", words=words))
    for person in reporters - {decision.by, writer, None}:
        session.add(Notice(user_id=person, entry_id=entry, kind=f"{REPORTED}{decision.what}"))


def _entry(session: Session, number: int, *where: ColumnElement[bool]) -> Entry:
    found = session.scalars(select(Entry).where(Entry.id == number, *where).with_for_update()).one_or_none() if number < TOO_BIG else None
    if found is None or found.state == "withdrawn":
        raise NotFound(Text("没有这条经验", "There is no such entry"))
    return found


def _comment(session: Session, entry: int, number: int | None) -> Comment | None:
    if number is None:
        return None
    found = session.get(Comment, number, with_for_update=True)
    if found is None or found.entry_id != entry or found.state == "withdrawn":
        raise NotFound(Text("没有这条留言", "There is no such comment"))
    return found


def _known_reason(reason: str) -> None:
    if reason not in REASONS:
        raise wrong("reason", Text("请选一个原因", "Choose a reason"))
