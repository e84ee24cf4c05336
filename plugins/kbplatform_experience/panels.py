"""What an article shows of experience: its best lessons beside it, and one or two lines under the section they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal, select, union_all

from kbplatform.sdk import ArticlePanel, DashboardCard, Text, current_viewer, may, readable_article
from kbplatform_experience.models import Entry
from kbplatform_experience.reach import SHOWN
from kbplatform_experience.reading.notices import Notices
from kbplatform_experience.registry import READ, WRITE

if TYPE_CHECKING:
    from sqlalchemy import CompoundSelect

    from kbplatform.sdk import ArticleContext, Services, Viewer

BEST, PER_SECTION, IN_SECTIONS = 3, 2, 8
"""Lessons beside the article; under one section; under all sections of a page together."""
MOST_SECTIONS = 100
"""Of an article, that are looked through."""
_BEST = (case((Entry.kind == "question", 1), else_=0), (Entry.uses + Entry.thanks).desc(), Entry.at.desc(), Entry.id.desc())
LONGEST = 90
"""Characters of a lesson in a panel."""
TITLE = Text("同事的经验", "What colleagues learned")


def panels_for(article: ArticleContext, services: Services) -> list[ArticlePanel]:
    """The boxes of one article page."""
    viewer = current_viewer()
    if viewer.id is None or not may(READ):
        return []
    shown = (Entry.slug == article.slug, Entry.state == SHOWN)
    with services.db.read() as session:
        within = readable_article(literal(article.slug), viewer)  # asked once, not of each entry
        few = select(Entry.id, Entry.lesson, Entry.lang, Entry.section, Entry.uses).where(Entry.id.in_(_candidates(article)), within)
        rows = session.execute(few.order_by(*_BEST)).all()
        total = (session.scalar(select(func.count()).where(*shown)) or 0) if len(rows) >= BEST else len(rows)
    writing = may(WRITE)
    context = {"rows": rows[:BEST], "total": total, "slug": article.slug, "writing": writing, "longest": LONGEST}
    panels = [ArticlePanel(TITLE, "experience/panel.html", context, order=30)] if rows or writing else []
    by_section: dict[str, list[object]] = {}
    for row in rows:
        under = by_section.setdefault(row.section, []) if row.section in article.section_ids else None
        if under is not None and len(under) < PER_SECTION and sum(map(len, by_section.values())) < IN_SECTIONS:
            under.append(row)
    panels += [
        ArticlePanel(TITLE, "experience/section_panel.html", {"rows": found, "longest": LONGEST}, order=30, section=section)
        for section, found in by_section.items()
        if found
    ]
    return panels


def _candidates(article: ArticleContext) -> CompoundSelect[Any]:
    """The best entries of an article and of each of its sections: an index has all that is compared, so no entry is read for it."""
    own = select(Entry.id).where(Entry.slug == article.slug, Entry.state == SHOWN).order_by(*_BEST)
    parts = (own.limit(BEST), *(own.where(Entry.section == section).limit(PER_SECTION) for section in article.section_ids[:MOST_SECTIONS]))
    return union_all(*(select(part.subquery().c.id) for part in parts))


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
