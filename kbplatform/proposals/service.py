"""Proposing other words for a section, and deciding on it: accepting writes a new revision in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kbplatform.accounts import audit
from kbplatform.articles.meaning import usually_meant
from kbplatform.articles.models import Article, Section, Translation
from kbplatform.articles.models import Revision as RevisionRow
from kbplatform.articles.writing import clean_section, draft_section, save, stored_text
from kbplatform.bilingual import Text
from kbplatform.db import AdvisoryLock, one_at_a_time, utcnow
from kbplatform.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleText, wrong
from kbplatform.events import emit
from kbplatform.proposals.checking import MOST_WORDS, check_credits, check_evidence, clean_line, reason_of, title_of
from kbplatform.proposals.models import CreditRow, EvidenceRow, ProposalRow
from kbplatform.proposals.proposal import (
    ACCEPTED,
    DECLINED,
    OPEN,
    OUTDATED,
    PROPOSAL_DECIDED,
    PROPOSAL_MADE,
    WITHDRAWN,
    NewProposal,
    Proposal,
    Standing,
    State,
)  # fmt: skip
from kbplatform.proposals.reading import find, views
from kbplatform.viewer import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.articles.writing import Draft, StoredText
    from kbplatform.db import Database
    from kbplatform.events import Event
    from kbplatform.plugin.services import Services
    from kbplatform.viewer import Actor, Viewer

MOST_OPEN = 20
"""How many proposals of one person may wait at a time."""
_TRIES = 3
"""How often accepting begins anew because another section of the article was saved meanwhile."""


def propose(services: Services, viewer: Viewer, actor: Actor, new: NewProposal) -> int:
    """Propose other words for a section, in a transaction of its own; the proposal's number. The same twice is one.

    That ``viewer`` may propose (``PROPOSE``) is the caller's to check. Raises NotFound for an article they may not read, a language or a
    section it doesn't have; InvalidInput, with the field, for what can't be proposed.
    """
    return Proposals(services.db).propose(viewer, actor, new)


class Proposals:
    """Edit proposals. What permission somebody needs is for the caller to ask; whether they may read the article is asked here."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, viewer: Viewer, proposal_id: int, *, editor: bool) -> Proposal:
        """One proposal; with ``editor`` those that wait or were declined too, whoever made them. Raises NotFound."""
        with self._db.read() as session:
            return views(session, [find(session, viewer, proposal_id, editor=editor)])[0]

    def standing(self, viewer: Viewer, proposal: Proposal) -> Standing:
        """How the section reads now."""
        with self._db.read() as session:
            current = stored_text(session, proposal.slug, proposal.lang, viewer)
        try:
            text = current.piece(proposal.section).text
        except (NotFound, InvalidInput):
            return Standing(current.revision, None, changed=True)
        return Standing(current.revision, text, changed=text != proposal.base_text)

    # ------------------------------------------------------------------ proposing

    def propose(self, viewer: Viewer, actor: Actor, new: NewProposal) -> int:
        """See :func:`propose`."""
        title, evidence = title_of(new), check_evidence(new.evidence)
        with self._db.read() as session:
            now = stored_text(session, new.slug, new.lang, viewer)
            base = now if new.revision == now.revision else _older(session, new, viewer)
        text, base_text = clean_section(new.text), base.piece(new.section).text
        if text == base_text:
            raise wrong("text", Text("和原来的内容一样，没有改动", "This is what it said already: nothing has changed"))
        draft_section(now, new.section, text)
        plugin, ref = (new.origin.plugin, new.origin.ref) if new.origin else ("", "")
        row = ProposalRow(
            article_id=now.article_id, lang=new.lang, section=new.section, heading=now.heading(new.section), base_revision=base.revision,
            base_text=base_text, text=text, title=title, created_by=viewer.id, plugin=plugin, ref=ref,
            evidence=[
                EvidenceRow(position=i, zh=e.label.zh, en=e.label.en, value=e.value, number=e.number, link=e.link) for i, e in enumerate(evidence)
            ],
        )  # fmt: skip
        with self._db.write() as session:
            one_at_a_time(session, AdvisoryLock.PROPOSALS)
            waiting = session.scalars(select(ProposalRow).where(ProposalRow.created_by == viewer.id, ProposalRow.state == OPEN)).all()
            same = next((w for w in waiting if _same(w, row)), None)
            if same is not None:
                return same.id
            if len(waiting) >= MOST_OPEN:
                raise InvalidInput(
                    Text(f"您已有 {MOST_OPEN} 条提议在等处理", f"{MOST_OPEN} proposals of yours are waiting already"),
                    remedy=Text("等编辑处理几条，或撤回一些，再来提。", "Wait until some are decided, or withdraw some, then propose again."),
                )
            row.credits = [
                CreditRow(article_id=row.article_id, lang=row.lang, section=row.section, user_id=c.user_id, ref=c.ref)
                for c in check_credits(session, new.credits, ref)
            ]
            session.add(row)
            session.flush()
            emit(session, PROPOSAL_MADE, _told(row, new.slug))
            audit.record(session, actor, "proposal.made", "proposal", row.id, article=new.slug, lang=row.lang, section=row.section)
            return row.id

    # ------------------------------------------------------------------ deciding

    def accept(
        self, viewer: Viewer, actor: Actor, proposal_id: int, *, text: str | None = None, revision: int | None = None, words: str = "",
        version: int | None = None, in_meaning: bool | None = None,
    ) -> int:  # fmt: skip
        """Make it the text of the section, in the editor's own wording where ``text`` is given; the article's new revision.

        ``revision`` is the article's revision that the editor had before them, the one it was proposed on where None. ``in_meaning``: whether
        the section changes in meaning, so that what rests on it is looked at again; where None, its kind decides. Raises NotFound;
        StaleText where the section has changed since; Conflict where somebody decided before, since ``version``, or the section is gone;
        InvalidInput for a text that can't stand there.
        """
        words = clean_line(words, "words", MOST_WORDS)
        for last in (*[False] * (_TRIES - 1), True):
            with self._db.read() as session:
                row = find(session, viewer, proposal_id, editor=True)
                _refuse_decided(row)
                slug = session.get_one(Article, row.article_id).slug
                current = _present(session, row, slug, viewer)
                accepted = clean_section(row.text if text is None else text)
                draft = _accepted_draft(session, row, current, viewer, accepted, revision)
            try:
                with self._db.write() as session:
                    meant = usually_meant(row.section) if in_meaning is None else in_meaning
                    number = save(session, draft, origin="proposal", meaning={row.section: meant})
                    _credit(session, row, number)
                    kept = session.get_one(ProposalRow, row.id, populate_existing=True)
                    _close(session, actor, kept, ACCEPTED, version, words=words, accepted_revision=number, accepted_text=accepted, in_meaning=meant)
                    audit.record(session, actor, "article.edited", "article", slug, lang=row.lang, section=row.section, revision=number)
                    return number
            except StaleText:
                if last:
                    raise
        raise AssertionError

    def decline(self, viewer: Viewer, actor: Actor, proposal_id: int, *, words: str, version: int | None = None) -> None:
        """It will not be, and why: whoever proposed it is told. Raises NotFound, InvalidInput without a reason, Conflict where it is decided."""
        reason = reason_of(words)
        with self._db.write() as session:
            row = find(session, viewer, proposal_id, editor=True)
            _close(session, actor, row, DECLINED, version, words=reason)

    def withdraw(self, viewer: Viewer, actor: Actor, proposal_id: int, *, words: str = "") -> None:
        """Take one's own proposal back. Raises NotFound, Forbidden for another's, Conflict where it is decided."""
        with self._db.write() as session:
            row = find(session, viewer, proposal_id, editor=False)
            if viewer.id is None or row.created_by != viewer.id:
                raise Forbidden(Text("只能撤回自己的提议", "Only one's own proposal can be withdrawn"))
            _close(session, actor, row, WITHDRAWN, None, words=clean_line(words, "words", MOST_WORDS))


def close_outdated(session: Session, event: Event) -> None:
    """After a change of an article: proposals for sections that it no longer has are out of date. Doing it twice changes nothing."""
    slug, lang = event.payload.get("slug"), event.payload.get("lang")
    if event.topic != "article.changed" or not isinstance(slug, str) or not isinstance(lang, str):
        return
    there = (
        select(Section.key)
        .join(RevisionRow, RevisionRow.id == Section.revision_id)
        .join(Translation, (Translation.id == RevisionRow.translation_id) & (Translation.revision_number == RevisionRow.number))
        .where(Translation.article_id == ProposalRow.article_id, Translation.lang == ProposalRow.lang, Section.key == ProposalRow.section)
    )
    waiting = select(ProposalRow).join(Article, Article.id == ProposalRow.article_id).where(Article.slug == slug, ProposalRow.lang == lang)
    for row in session.scalars(waiting.where(ProposalRow.state == OPEN, ProposalRow.section != "", ~there.exists())).all():
        _close(session, SYSTEM, row, OUTDATED, None)


def _older(session: Session, new: NewProposal, viewer: Viewer) -> StoredText:
    try:
        return stored_text(session, new.slug, new.lang, viewer, new.revision)
    except NotFound:
        raise wrong("revision", Text("没有这一版", "There is no such revision")) from None


def _same(one: ProposalRow, other: ProposalRow) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("article_id", "lang", "section", "text", "plugin", "ref"))


def _present(session: Session, row: ProposalRow, slug: str, viewer: Viewer) -> StoredText:
    current = stored_text(session, slug, row.lang, viewer)
    if row.section and row.section not in {s.id for s in current.sections}:
        raise Conflict(
            Text("文章里已经没有这一节了", "The article no longer has that section"),
            remedy=Text("这条提议过时了，请到文章里另提一条。", "The proposal is out of date: make another one on the article as it is."),
        )
    return current


def _accepted_draft(session: Session, row: ProposalRow, current: StoredText, viewer: Viewer, text: str, seen: int | None) -> Draft:
    """The article with the accepted text. Raises StaleText where the section isn't what the editor had before them."""
    now = current.piece(row.section).text
    if seen is None or seen == row.base_revision:
        then = row.base_text
    elif seen == current.revision:
        then = now
    else:
        try:
            then = stored_text(session, current.slug, current.lang, viewer, seen).piece(row.section).text
        except NotFound:
            raise wrong("revision", Text("没有这一版", "There is no such revision")) from None
    if now != then:
        raise StaleText(revision=current.revision, theirs=now, yours=text)
    return draft_section(current, row.section, text)


def _credit(session: Session, row: ProposalRow, revision: int) -> None:
    """The revision holds the experience of those credited, for good."""
    session.execute(update(CreditRow).where(CreditRow.proposal_id == row.id).values(revision=revision))


def _refuse_decided(row: ProposalRow) -> None:
    if row.state != OPEN:
        raise Conflict(
            Text("这条提议已经有结果了", "This proposal has been decided already"),
            remedy=Text("请打开它看看现在的样子。", "Open it and see how it stands now."),
        )


def _close(session: Session, actor: Actor, row: ProposalRow, state: State, version: int | None, **values: object) -> None:
    """Write a decision, its event and its audit row. Raises Conflict where somebody decided before."""
    _refuse_decided(row)
    seen = row.version if version is None else version
    still = update(ProposalRow).where(ProposalRow.id == row.id, ProposalRow.state == OPEN, ProposalRow.version == seen)
    done = session.execute(still.values(state=state, version=seen + 1, decided_by=actor.id, decided_at=utcnow(), **values))
    if getattr(done, "rowcount", 0) != 1:
        raise Conflict(
            Text("刚才有人处理过它了", "Somebody has just decided on it"),
            remedy=Text("请打开它看看现在的样子，再决定。", "Open it, see how it stands now, and decide again."),
        )
    slug = session.get_one(Article, row.article_id).slug
    revision, meant, words = values.get("accepted_revision"), values.get("in_meaning"), values.get("words", "")
    decided = {"state": state, "revision": revision, "in_meaning": meant, "by": actor.id, "to": row.created_by, "words": words}
    emit(session, PROPOSAL_DECIDED, _told(row, slug) | decided)
    audit.record(session, actor, f"proposal.{state}", "proposal", row.id, article=slug, lang=row.lang, section=row.section)


def _told(row: ProposalRow, slug: str) -> dict[str, object]:
    """What every event about a proposal carries."""
    return {
        "proposal": row.id, "plugin": row.plugin, "ref": row.ref, "credits": sorted({c.ref for c in row.credits if c.ref}), "slug": slug,
        "lang": row.lang, "section": row.section,
    }  # fmt: skip
