"""Finding the gap that means what somebody asks, or making it. Called in a write transaction, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from kbplatform.insights.models import Gap, GapTerm, GapWording
from kbplatform.search.meaning import similarity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.orm import Session

NEAR = 0.6
"""Least similarity of two meanings where one adds to the other: 退款 多久 / 退款 多久 到账."""
NEAR_OTHERWISE = 0.75
"""Least where each has a term of its own: one word of few changes the question, one of many rarely does."""
MOST_WORDINGS = 100
"""Wordings kept of one gap; a further one counts for the gap's first."""
_CANDIDATES = 20
_RENEWED_AT_ONCE = 100


def signature(terms: Iterable[str]) -> str:
    """A meaning as one string."""
    return " ".join(sorted(terms))


def find(session: Session, terms: frozenset[str]) -> Gap | None:
    """The gap with that very meaning, else the nearest one that is near enough; it may be one that was merged."""
    same = session.scalars(
        select(Gap).join(GapWording, GapWording.gap_id == Gap.id).where(GapWording.signature == signature(terms)).order_by(Gap.id).limit(1)
    ).first()
    if same is not None:
        return same
    near = nearest(session, terms, 1)
    return session.get_one(Gap, near[0]) if near else None


def nearest(session: Session, terms: frozenset[str], limit: int) -> list[int]:
    """Ids of the gaps whose meaning is near ``terms``, nearest first."""
    return [gap_id for gap_id, shared, size in _sharing(session, terms) if is_near(shared, len(terms), size)][:limit]


def related(session: Session, terms: frozenset[str], limit: int) -> list[int]:
    """Ids of gaps that share at least half of the shorter meaning with ``terms``, nearest first."""
    return [gap_id for gap_id, shared, size in _sharing(session, terms) if 2 * shared >= min(len(terms), size)][:limit]


def _sharing(session: Session, terms: frozenset[str]) -> list[tuple[int, int, int]]:
    """(id, terms shared, terms in all) of the gaps that share most terms, most similar first."""
    shared = func.count().label("shared")
    rows = session.execute(
        select(Gap.id, shared, Gap.size)
        .join(GapTerm, GapTerm.gap_id == Gap.id)
        .where(GapTerm.term.in_(sorted(terms)))
        .group_by(Gap.id, Gap.size)
        .order_by(shared.desc(), Gap.size, Gap.id)
        .limit(_CANDIDATES)
    ).all()
    return sorted(((i, n, size) for i, n, size in rows), key=lambda row: (-similarity(row[1], len(terms), row[2]), row[0]))


def is_near(shared: int, one: int, other: int) -> bool:
    """Whether two meanings of ``one`` and ``other`` terms that share ``shared`` are the same question in practice."""
    alike = similarity(shared, one, other)
    return alike >= (NEAR if shared == min(one, other) else NEAR_OTHERWISE)


def make(session: Session, text: str, lang: str, terms: frozenset[str], version: str) -> Gap:
    """A new gap with that meaning."""
    gap = Gap(query=text, lang=lang, meaning_version=version, size=len(terms))
    session.add(gap)
    session.flush()
    session.add_all(GapTerm(term=term, gap_id=gap.id) for term in sorted(terms))
    return gap


def wording(session: Session, gap: Gap, text: str, lang: str, terms: frozenset[str]) -> GapWording:
    """The gap's wording ``text``, added where it is new."""
    known = session.scalars(select(GapWording).where(GapWording.gap_id == gap.id).order_by(GapWording.id)).all()
    found = next((w for w in known if w.text.casefold() == text.casefold()), known[0] if len(known) >= MOST_WORDINGS else None)
    if found is None:
        found = GapWording(gap_id=gap.id, text=text, lang=lang, signature=signature(terms))
        session.add(found)
        session.flush()
    return found


def renew(session: Session, meaning: Callable[[str], frozenset[str]], version: str) -> int:
    """Work out the meanings of some gaps anew that were made with another analysis or glossary; how many."""
    stale = session.scalars(select(Gap).where(Gap.meaning_version != version).order_by(Gap.id).limit(_RENEWED_AT_ONCE)).all()
    ids = [gap.id for gap in stale]
    wordings: dict[int, list[GapWording]] = {id_: [] for id_ in ids}
    for wording in session.scalars(select(GapWording).where(GapWording.gap_id.in_(ids)).order_by(GapWording.id)):
        wordings[wording.gap_id].append(wording)
    session.execute(delete(GapTerm).where(GapTerm.gap_id.in_(ids)))
    for gap in stale:
        words = wordings[gap.id]
        terms = [meaning(w.text) for w in words]
        for word, its_terms in zip(words, terms, strict=True):
            word.signature = signature(its_terms)
        own = terms[0] if terms else frozenset()
        session.add_all(GapTerm(term=term, gap_id=gap.id) for term in sorted(own))
        gap.size, gap.meaning_version = len(own), version
    return len(stale)
