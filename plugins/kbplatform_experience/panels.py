"""What an article shows of experience: its best lessons beside it, and one or two lines under the section they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select

from kbplatform.sdk import ArticlePanel, DashboardCard, Text, current_viewer, may
from kbplatform_experience.models import Entry
from kbplatform_experience.reach import SHOWN, within_reach
from kbplatform_experience.reading.notices import Notices
from kbplatform_experience.registry import READ, WRITE

if TYPE_CHECKING:
    from kbplatform.sdk import ArticleContext, Services, Viewer

BEST, PER_SECTION, IN_SECTIONS = 3, 2, 8
"""Lessons beside the article; under one section; under all sections of a page together."""
LONGEST = 90
"""Characters of a lesson in a panel."""
TITLE = Text("同事的经验", "What colleagues learned")


def panels_for(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """The boxes of one article page, from one query."""
    viewer = current_viewer()
    if viewer.id is None or not may(READ):
        return []
    best = (case((Entry.kind == "question", 1), else_=0), (Entry.uses + Entry.thanks).desc(), Entry.at.desc(), Entry.id.desc())
    ranked = (
        select(
            Entry.id, Entry.section,
            func.row_number().over(order_by=best).label("place"),
            func.row_number().over(partition_by=Entry.section, order_by=best).label("in_section"),
            func.count().over().label("total"),
        )
        .where(Entry.slug == article.slug, Entry.state == SHOWN, within_reach(viewer))
        .subquery()
    )  # fmt: skip
    under = ranked.c.section.in_(article.section_ids) & (ranked.c.in_section <= PER_SECTION)
    with services.db.read() as session:
        shown = select(Entry.id, Entry.lesson, Entry.lang, Entry.section, Entry.uses, ranked.c.in_section, ranked.c.total)
        shown = shown.join(ranked, ranked.c.id == Entry.id).where(or_(ranked.c.place <= BEST, under))
        rows = session.execute(shown.order_by(ranked.c.place)).all()
    writing = may(WRITE)
    context = {"rows": rows[:BEST], "total": rows[0].total if rows else 0, "slug": article.slug, "writing": writing, "longest": LONGEST}
    panels = [ArticlePanel(TITLE, "experience/panel.html", context, order=30)] if rows or writing else []
    by_section: dict[str, list[object]] = {}
    for row in [r for r in rows if r.section in article.section_ids and r.in_section <= PER_SECTION][:IN_SECTIONS]:
        by_section.setdefault(row.section, []).append(row)
    panels += [
        ArticlePanel(TITLE, "experience/section_panel.html", {"rows": found, "longest": LONGEST}, order=30, section=section)
        for section, found in by_section.items()
    ]
    return panels


def cards_for(viewer: Viewer, services: Services) -> list[DashboardCard]:
    """What the viewer was told and has not looked at."""
    if viewer.id is None or not may(READ):
        return []
    notices = Notices(services.db)
    if not notices.unseen(viewer):
        return []
    told, _more = notices.page(viewer)
    new = [t for t in told if t.new]
    if not new:
        return []
    context = {"told": new[:4], "more": len(new[4:])}
    return [DashboardCard(Text("经验的回音", "Echoes of your experience"), "experience/home_card.html", context, order=25)]
