"""Proposals as they are read: who may see which, lists of them, and whose experience a section holds."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from kbplatform.accounts.directory import names_of
from kbplatform.articles.audience import readable_by
from kbplatform.articles.models import Article, Revision, Translation
from kbplatform.bilingual import Text
from kbplatform.errors import NotFound
from kbplatform.proposals.models import CreditRow, ProposalRow
from kbplatform.proposals.proposal import ACCEPTED, OPEN, Credit, Evidence, Origin, Proposal, ProposalPage, SectionCredit, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kbplatform.viewer import Viewer

PAGE_SIZE = 20


def visible_to(viewer: Viewer, *, editor: bool) -> ColumnElement[bool]:
    """The proposals ``viewer`` may know of, as a condition of a query that joins the article.

    Editors see all on articles they may read; everybody sees what was accepted, their own, and those that credit them.
    """
    if editor:
        return readable_by(viewer)
    theirs = [ProposalRow.state == ACCEPTED]
    if viewer.id is not None:
        credited = select(CreditRow.id).where(CreditRow.proposal_id == ProposalRow.id, CreditRow.user_id == viewer.id)
        theirs += [ProposalRow.created_by == viewer.id, credited.exists()]
    return and_(readable_by(viewer), or_(*theirs))


def find(session: Session, viewer: Viewer, proposal_id: int, *, editor: bool) -> ProposalRow:
    """One proposal. Raises NotFound where there is none or ``viewer`` may not know of it."""
    wanted = select(ProposalRow).join(Article, Article.id == ProposalRow.article_id).where(ProposalRow.id == proposal_id)
    row = session.scalars(wanted.where(visible_to(viewer, editor=editor))).one_or_none()
    if row is None:
        raise NotFound(Text("没有这条修改提议", "There is no such proposal"))
    return row


def page_of(
    session: Session, viewer: Viewer, *, editor: bool, states: Collection[State] = (), slug: str = "", mine: bool = False, page: int = 1
) -> ProposalPage:
    """Proposals that ``viewer`` may know of, newest first. ``mine``: those they made or are credited in. Empty ``states`` are all."""
    wanted = visible_to(viewer, editor=editor)
    if slug:
        wanted = and_(wanted, Article.slug == slug)
    if mine:
        credited = select(CreditRow.id).where(CreditRow.proposal_id == ProposalRow.id, CreditRow.user_id == viewer.id)
        wanted = and_(wanted, or_(ProposalRow.created_by == viewer.id, credited.exists()))
    joined = select(ProposalRow.state, func.count()).join(Article, Article.id == ProposalRow.article_id).where(wanted)
    counts: dict[str, int] = dict(session.execute(joined.group_by(ProposalRow.state)).tuples().all())
    query = select(ProposalRow).join(Article, Article.id == ProposalRow.article_id).where(wanted)
    if states:
        query = query.where(ProposalRow.state.in_(states))
    order = func.coalesce(ProposalRow.decided_at, ProposalRow.created_at).desc(), ProposalRow.id.desc()
    rows = session.scalars(query.order_by(*order).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    total = sum(n for state, n in counts.items() if not states or state in states)
    return ProposalPage(tuple(views(session, rows)), total, counts)


def waiting(session: Session, viewer: Viewer) -> int:
    """How many proposals wait for an editor who is ``viewer``."""
    open_ones = select(func.count()).select_from(ProposalRow).join(Article, Article.id == ProposalRow.article_id)
    return session.scalar(open_ones.where(ProposalRow.state == OPEN, readable_by(viewer))) or 0


def proposals_of(session: Session, plugin: str, refs: Iterable[str]) -> dict[str, list[Proposal]]:
    """A plugin's proposals by its own names for things: those that came from one of them or credit it; the newest first.

    Whether the reader may know of them is for the caller to ask.
    """
    wanted = set(refs)
    credited = select(CreditRow.proposal_id).where(CreditRow.ref.in_(wanted))
    rows = session.scalars(
        select(ProposalRow)
        .where(ProposalRow.plugin == plugin, or_(ProposalRow.ref.in_(wanted), ProposalRow.id.in_(credited)))
        .order_by(ProposalRow.id.desc())
    ).all()
    found: defaultdict[str, list[Proposal]] = defaultdict(list)
    for p in views(session, rows):
        for ref in {p.origin.ref if p.origin else "", *(c.ref for c in p.credits)} & wanted:
            found[ref].append(p)
    return dict(found)


def credits_of(session: Session, slug: str, lang: str) -> list[SectionCredit]:
    """Whose experience the sections of an article hold, the oldest first. Names are for those who may know their colleagues: signed-in people."""
    rows = session.scalars(
        select(CreditRow)
        .join(Article, Article.id == CreditRow.article_id)
        .where(Article.slug == slug, CreditRow.lang == lang, CreditRow.revision.is_not(None))
        .order_by(CreditRow.id)
    ).all()
    names = names_of(session, {r.user_id for r in rows if r.user_id is not None})
    by_proposal: defaultdict[tuple[str, int, int], list[Credit]] = defaultdict(list)
    for r in rows:
        by_proposal[r.section, r.proposal_id, r.revision or 0].append(_credit(r, names))
    return [SectionCredit(section, proposal, revision, tuple(found)) for (section, proposal, revision), found in by_proposal.items()]


def views(session: Session, rows: Sequence[ProposalRow]) -> list[Proposal]:
    """Rows as they are shown."""
    ids = [r.id for r in rows]
    session.scalars(
        select(ProposalRow).where(ProposalRow.id.in_(ids)).options(selectinload(ProposalRow.credits), selectinload(ProposalRow.evidence))
    ).all()
    people = {p for r in rows for p in (r.created_by, r.decided_by, *(c.user_id for c in r.credits)) if p is not None}
    names = names_of(session, people)
    titles = {
        (article_id, lang): (kind, slug, title)
        for article_id, lang, kind, slug, title in session.execute(
            select(Article.id, Translation.lang, Article.kind, Article.slug, Revision.title)
            .join(Translation, Translation.article_id == Article.id)
            .join(Revision, (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision_number))
            .where(Article.id.in_({r.article_id for r in rows}))
        )
    }
    return [_view(r, titles[r.article_id, r.lang], names) for r in rows]


def _view(r: ProposalRow, article: tuple[str, str, str], names: dict[int, str]) -> Proposal:
    kind, slug, title = article
    return Proposal(
        id=r.id, article_id=r.article_id, kind=kind, slug=slug, article_title=title, lang="en" if r.lang == "en" else "zh", section=r.section,
        heading=r.heading, base_revision=r.base_revision, base_text=r.base_text, text=r.text, title=r.title, state=cast("State", r.state),
        version=r.version, created_by=r.created_by, created_by_name=names.get(r.created_by or 0, ""), created_at=r.created_at,
        decided_by=r.decided_by, decided_by_name=names.get(r.decided_by or 0, ""), decided_at=r.decided_at, words=r.words,
        accepted_revision=r.accepted_revision, accepted_text=r.accepted_text, in_meaning=r.in_meaning,
        origin=Origin(r.plugin, r.ref) if r.plugin else None,
        credits=tuple(_credit(c, names) for c in r.credits),
        evidence=tuple(Evidence(Text(e.zh, e.en), e.value, e.number, e.link) for e in r.evidence),
    )  # fmt: skip


def _credit(r: CreditRow, names: dict[int, str]) -> Credit:
    return Credit(r.user_id, r.ref, names.get(r.user_id or 0, ""), r.erased)
