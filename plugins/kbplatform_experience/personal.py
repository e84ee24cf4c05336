"""What the plugin knows of a person, and how it forgets them: lessons stay for colleagues, without whose they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from kbplatform.sdk import PersonalData, Text
from kbplatform_experience.models import Comment, Decision, DigestChoice, DigestMail, Draft, Entry, Follow, Notice, Reaction, Report

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def personal_data(user_id: int, session: Session, *, erase: bool) -> PersonalData | None:
    """Entries, drafts, comments, reactions, reports, decisions, what they follow and were told, the week by mail.

    With ``erase`` what they wrote for everybody stays without a name, and counts stay true; drafts, follows, notices and what they got by mail go.
    """
    if erase:
        _erase(session, user_id)
        return None
    known = {
        "entries": [_entry(e) for e in session.scalars(select(Entry).where(Entry.user_id == user_id).order_by(Entry.id))],
        "drafts": [{"saved_at": _when(d.saved_at)} | d.data for d in session.scalars(select(Draft).where(Draft.user_id == user_id))],
        "comments": [
            {"entry": c.entry_id, "text": c.text, "state": c.state, "at": _when(c.at)}
            for c in session.scalars(select(Comment).where(Comment.user_id == user_id).order_by(Comment.id))
        ],
        "reactions": [
            {"entry": r.entry_id, "kind": r.kind, "helped": r.helped, "result": r.result, "at": _when(r.at)}
            for r in session.scalars(select(Reaction).where(Reaction.user_id == user_id).order_by(Reaction.id))
        ],
        "follows": [{"kind": f.kind, "key": f.key, "at": _when(f.at)} for f in session.scalars(select(Follow).where(Follow.user_id == user_id))],
        "week_by_mail": [
            {"lang": c.lang, "at": _when(c.at)} for c in session.scalars(select(DigestChoice).where(DigestChoice.user_id == user_id))
        ],
        "weeks_mailed": [
            {"week": m.week, "state": m.state, "error": m.error, "at": _when(m.at)}
            for m in session.scalars(select(DigestMail).where(DigestMail.user_id == user_id).order_by(DigestMail.week))
        ],
        "notices": [
            {"entry": n.entry_id, "kind": n.kind, "words": n.words, "at": _when(n.at), "seen_at": _when(n.seen_at)}
            for n in session.scalars(select(Notice).where(Notice.user_id == user_id).order_by(Notice.id))
        ],
        "reports": [
            {"entry": r.entry_id, "comment": r.comment_id, "reason": r.reason, "words": r.words, "at": _when(r.at)}
            for r in session.scalars(select(Report).where(Report.by == user_id).order_by(Report.id))
        ],
        "decisions": [
            {"entry": d.entry_id, "what": d.what, "reason": d.reason, "words": d.words, "at": _when(d.at)}
            for d in session.scalars(select(Decision).where(Decision.by == user_id).order_by(Decision.id))
        ],
    }
    return PersonalData(Text("经验", "Experience"), known) if any(known.values()) else None


def _when(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _entry(e: Entry) -> dict[str, Any]:
    words = {"lesson": e.lesson, "situation": e.situation, "action": e.action, "result": e.result}
    return {"number": e.id, "kind": e.kind, "lang": e.lang, **words, "article": e.slug, "section": e.section, "team": e.team,
            "unnamed": e.unnamed, "state": e.state, "at": _when(e.at)}  # fmt: skip


def _erase(session: Session, user_id: int) -> None:
    for table in (Draft, Follow, Notice, DigestChoice, DigestMail):
        session.execute(delete(table).where(table.user_id == user_id))
    for named in (Entry, Comment, Reaction):
        session.execute(update(named).where(named.user_id == user_id).values(user_id=None))
    session.execute(update(Notice).where(Notice.by == user_id).values(by=None))
    session.execute(update(Report).where(Report.by == user_id).values(by=None))
    session.execute(update(Report).where(Report.settled_by == user_id).values(settled_by=None))
    session.execute(update(Decision).where(Decision.by == user_id).values(by=None))
