"""Content gaps: somebody asks for what search could not answer, somebody else decides what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update

from kbplatform.accounts import audit
from kbplatform.accounts.tries import ask_keys, take
from kbplatform.bilingual import Text
from kbplatform.csvfile import BOM, csv_line
from kbplatform.db import AdvisoryLock, one_at_a_time, utcnow
from kbplatform.errors import Conflict, NotFound, wrong
from kbplatform.insights import matching
from kbplatform.insights.gaps import ANSWERED, DECLINED, MERGED, OPEN, Asked, Asker, GapPage, GapView, Wording
from kbplatform.insights.masking import mask
from kbplatform.insights.models import Gap, GapAsk, GapWording
from kbplatform.privacy import STANDARD, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.bilingual import Lang
    from kbplatform.db import Database
    from kbplatform.search.service import SearchService
    from kbplatform.viewer import Actor

MOST_CHARS = 200
MOST_REASON = 500
PAGE_SIZE = 20
ONCE = timedelta(hours=1)
"""Within this time the same person asking the same counts once."""
COLUMNS = ("id", "query", "state", "asked", "people", "first_asked", "last_asked", "wordings", "answer", "reason")
GAP_LOCK = AdvisoryLock.GAPS
_ENOUGH = Text("同一个问题记一次就够了，稍后再来。", "Once per question is enough. Come back in a while.")


class Gaps:
    """Questions without an answer. Methods that decide write the audit in the same transaction."""

    def __init__(self, db: Database, search: SearchService, masking: Rules = STANDARD) -> None:
        self._db = db
        self._search = search
        self._masking = masking

    # ------------------------------------------------------------------ asking

    def ask(self, query: str, *, lang: Lang, asker: Asker, context: str = "", now: datetime | None = None) -> Asked:
        """Record that ``asker`` found no answer to ``query``; what means the same is one gap.

        An answered gap opens again: its answer is not found by those words. A declined one stays declined and counts on.
        Raises InvalidInput where nothing is left to ask once a customer's data is taken out, TooMany in a flood.
        """
        masked = mask(query, MOST_CHARS, self._masking)
        terms = self._search.meaning(masked.text)
        if not terms:
            raise wrong("query", _nothing_left(hidden=masked.hidden))
        take(self._db, ask_keys(asker.key, asker.address), remedy=_ENOUGH)
        now = now or utcnow()
        with self._db.write() as session:
            one_at_a_time(session, GAP_LOCK)
            matching.renew(session, self._search.meaning, self._search.meaning_version)
            met = matching.find(session, terms) or matching.make(session, masked.text, lang, terms, self._search.meaning_version)
            word = matching.wording(session, met, masked.text, lang, terms)
            gap = session.get_one(Gap, met.merged_into) if met.merged_into else met
            was = gap.state
            if not self._asked_lately(session, gap, asker, now):
                session.add(GapAsk(gap_id=met.id, wording_id=word.id, user_id=asker.user_id, visitor=asker.visitor, context=context, at=now))
                session.flush()
                recount(session, gap)
                if was == ANSWERED:
                    gap.state, gap.reopened, gap.revision = OPEN, gap.reopened + 1, gap.revision + 1
            return Asked(gap.id, masked.text, gap.asked, gap.people, masked.hidden, was, gap.answer_slug, gap.answer_section, gap.reason)

    def _asked_lately(self, session: Session, gap: Gap, asker: Asker, now: datetime) -> bool:
        """Whether this person has asked this within the hour, and nothing was decided since."""
        since = max(now - ONCE, gap.decided_at) if gap.decided_at else now - ONCE
        who = GapAsk.user_id == asker.user_id if asker.user_id is not None else GapAsk.visitor == asker.visitor
        found = select(GapAsk.id).where(GapAsk.gap_id.in_(family(session, gap.id)), who, GapAsk.at > since).limit(1)
        return session.scalars(found).first() is not None

    # ------------------------------------------------------------------ reading

    def page(self, *, state: str = "", sort: str = "asked", page: int = 1, limit: int = PAGE_SIZE) -> GapPage:
        """Gaps in ``state`` (all but merged ones where empty), most asked or, with ``sort`` ``recent``, last asked first."""
        wanted = Gap.state == state if state else Gap.state != MERGED
        order = (Gap.last_asked_at.desc(), Gap.id.desc()) if sort == "recent" else (Gap.asked.desc(), Gap.last_asked_at.desc(), Gap.id.desc())
        with self._db.read() as session:
            counts: dict[str, int] = dict(session.execute(select(Gap.state, func.count()).group_by(Gap.state)).tuples().all())
            rows = session.scalars(select(Gap).where(wanted).order_by(*order).limit(limit).offset((page - 1) * limit)).all()
            total = counts.get(state, 0) if state else sum(n for s, n in counts.items() if s != MERGED)
            return GapPage(tuple(_views(session, rows)), total, counts)

    def get(self, gap_id: int) -> GapView:
        """One gap. Raises NotFound."""
        with self._db.read() as session:
            return _views(session, [_get(session, gap_id)])[0]

    def related(self, gap: GapView, limit: int = 5) -> list[GapView]:
        """Other gaps that share much of its meaning, merged ones left out: those it might be merged with."""
        with self._db.read() as session:
            ids = [i for i in matching.related(session, self._search.meaning(gap.query), limit + 5) if i != gap.id]
            rows = {g.id: g for g in session.scalars(select(Gap).where(Gap.id.in_(ids), Gap.state != MERGED))}
            return _views(session, [rows[i] for i in ids if i in rows][:limit])

    def as_csv(self, readable: Callable[[Iterable[str]], Collection[str]], *, state: str = "") -> Iterator[str]:
        """The list as CSV with a heading line, most asked first, with a mark that makes spreadsheets read UTF-8.

        ``readable`` says which of some slugs are of articles that whoever exports may read: the others are left blank.
        """
        yield BOM + csv_line(COLUMNS)
        number = 1
        while rows := self.page(state=state, page=number, limit=100).gaps:
            number += 1
            may_read = readable({g.answer_slug for g in rows if g.answer_slug})
            for g in rows:
                words = "; ".join(f"{w.text} ×{w.asked}" for w in g.wordings)
                answer = g.answer_slug + (f"#{g.answer_section}" if g.answer_section else "") if g.answer_slug in may_read else ""
                first, last = g.first_asked_at.isoformat(), g.last_asked_at.isoformat()
                yield csv_line([g.id, g.query, g.state, g.asked, g.people, first, last, words, answer, g.reason])

    # ------------------------------------------------------------------ deciding

    def answer(self, actor: Actor, gap_id: int, *, slug: str, section: str = "", revision: int | None = None) -> None:
        """A section of an article answers it; that there is such a section is the caller's to check.

        Raises NotFound; Conflict where somebody else decided since ``revision``, or where it was merged.
        """
        self._decide(actor, gap_id, ANSWERED, revision, answer_slug=slug, answer_section=section, reason="")

    def decline(self, actor: Actor, gap_id: int, *, reason: str, revision: int | None = None) -> None:
        """It will not be answered, and why: whoever asks is told. Raises as :meth:`answer`, and InvalidInput without a reason."""
        reason = " ".join(reason.split())
        if not reason or len(reason) > MOST_REASON:
            raise wrong("reason", Text(f"请写明理由，最多 {MOST_REASON} 字", f"Give a reason, at most {MOST_REASON} characters"))
        self._decide(actor, gap_id, DECLINED, revision, reason=reason)

    def reopen(self, actor: Actor, gap_id: int, *, revision: int | None = None) -> None:
        """Take a decision back, a merging too. Raises as :meth:`answer`."""
        with self._db.write() as session:
            one_at_a_time(session, GAP_LOCK)
            gap = _get(session, gap_id)
            if gap.state == OPEN:
                return
            into = gap.merged_into
            _change(session, actor, gap, "reopened", revision, state=OPEN, merged_into=None)
            for touched in (gap_id, into):
                if touched is not None:
                    recount(session, session.get_one(Gap, touched, populate_existing=True))

    def merge(self, actor: Actor, gap_id: int, *, into: int, revision: int | None = None) -> None:
        """It is the same question as ``into``, which counts for both from now on. Raises as :meth:`answer`, and InvalidInput."""
        with self._db.write() as session:
            one_at_a_time(session, GAP_LOCK)
            gap, target = _get(session, gap_id), session.get(Gap, into)
            if target is None or target.id == gap.id or target.state == MERGED:
                raise wrong("into", Text("请填另一个没有被合并的缺口编号", "Give the number of another gap that is not merged itself"))
            _refuse_merged(gap)
            _change(session, actor, gap, MERGED, revision, state=MERGED, merged_into=target.id)
            session.execute(update(Gap).where(Gap.merged_into == gap.id).values(merged_into=target.id))
            recount(session, target)

    def _decide(self, actor: Actor, gap_id: int, state: str, revision: int | None, **values: object) -> None:
        with self._db.write() as session:
            one_at_a_time(session, GAP_LOCK)
            gap = _get(session, gap_id)
            _refuse_merged(gap)
            _change(session, actor, gap, state, revision, state=state, **values)


def family(session: Session, gap_id: int) -> list[int]:
    """A gap and those merged into it."""
    return list(session.scalars(select(Gap.id).where(or_(Gap.id == gap_id, Gap.merged_into == gap_id))))


def recount(session: Session, gap: Gap) -> None:
    """Bring a gap's figures in step with what was asked of it and of those merged into it."""
    ours = GapAsk.gap_id.in_(family(session, gap.id))
    people = func.count(GapAsk.user_id.distinct()) + func.count(GapAsk.visitor.distinct())
    total, everyone, first, last = session.execute(select(func.count(), people, func.min(GapAsk.at), func.max(GapAsk.at)).where(ours)).one()
    if not total:
        return
    gap.asked, gap.people, gap.first_asked_at, gap.last_asked_at = total, everyone, first, last
    favourite = select(GapAsk.wording_id).where(ours).group_by(GapAsk.wording_id).order_by(func.count().desc(), func.min(GapAsk.id)).limit(1)
    word = session.get_one(GapWording, session.scalars(favourite).one())
    gap.query, gap.lang = word.text, word.lang


def _get(session: Session, gap_id: int) -> Gap:
    gap = session.get(Gap, gap_id)
    if gap is None:
        raise NotFound(Text("没有这个内容缺口", "There is no such content gap"))
    return gap


def _refuse_merged(gap: Gap) -> None:
    if gap.state == MERGED:
        raise Conflict(
            Text(f"它已经并入 {gap.merged_into} 号", f"It was merged into number {gap.merged_into}"),
            remedy=Text("请处理那一个，或先把它拆出来。", "Decide on that one, or split this one off first."),
        )


def _change(session: Session, actor: Actor, gap: Gap, action: str, revision: int | None, **values: object) -> None:
    """Write a decision and its audit row. Raises Conflict where somebody decided since ``revision``."""
    seen = gap.revision if revision is None else revision
    change = update(Gap).where(Gap.id == gap.id, Gap.revision == seen)
    done = session.execute(change.values(revision=seen + 1, decided_at=utcnow(), decided_by=actor.id, **values))
    if getattr(done, "rowcount", 0) != 1:
        raise Conflict(
            Text("刚才有人处理过它了", "Somebody has just decided on it"),
            remedy=Text("请打开它看看现在的样子，再决定。", "Open it, see how it stands now, and decide again."),
        )
    detail = {k: v for k, v in values.items() if k in {"answer_slug", "answer_section", "merged_into"} and v}
    audit.record(session, actor, f"gap.{action}", "gap", gap.id, **detail)


def _views(session: Session, rows: Sequence[Gap]) -> list[GapView]:
    """Gaps with the wordings of their families."""
    ids = [g.id for g in rows]
    home = {i: root or i for i, root in session.execute(select(Gap.id, Gap.merged_into).where(or_(Gap.id.in_(ids), Gap.merged_into.in_(ids))))}
    home |= {i: i for i in ids}
    words: dict[int, list[Wording]] = {i: [] for i in ids}
    counted = (
        select(GapWording.gap_id, GapWording.text, GapWording.lang, func.count(GapAsk.id))
        .join(GapAsk, GapAsk.wording_id == GapWording.id)
        .where(GapWording.gap_id.in_(list(home)))
        .group_by(GapWording.id, GapWording.gap_id, GapWording.text, GapWording.lang)
        .order_by(func.count(GapAsk.id).desc(), GapWording.id)
    )
    for gap_id, text, lang, asked in session.execute(counted):
        words[home[gap_id]].append(Wording(text, lang, asked))
    return [_view(g, tuple(words[g.id])) for g in rows]


def _view(g: Gap, wordings: tuple[Wording, ...]) -> GapView:
    return GapView(
        id=g.id, query=g.query, lang=g.lang, state=g.state, revision=g.revision, asked=g.asked, people=g.people,
        first_asked_at=g.first_asked_at, last_asked_at=g.last_asked_at, wordings=wordings, answer_slug=g.answer_slug,
        answer_section=g.answer_section, reason=g.reason, merged_into=g.merged_into, decided_at=g.decided_at, reopened=g.reopened,
    )  # fmt: skip


def _nothing_left(*, hidden: bool) -> Text:
    if hidden:
        return Text(
            "号码和邮箱不会存下来，剩下的就没有字了。请写出想问的事。",
            "Numbers and addresses are not stored, and nothing else is left. Write what you want to know.",
        )
    return Text("请写出想问的事", "Write what you want to know")

