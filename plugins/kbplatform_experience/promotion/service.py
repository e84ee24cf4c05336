"""From the floor into the article: entries become an edit proposal for the section, with what speaks for them and whose they are."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from kbplatform.sdk import Credit, Evidence, NewProposal, NotFound, Origin, Text, find, propose, stored_text, wrong
from kbplatform_experience.announcing import announce
from kbplatform_experience.models import Entry, Promotion, Reaction
from kbplatform_experience.private import clean
from kbplatform_experience.reach import SHOWN, within_reach
from kbplatform_experience.reading.notices import tell
from kbplatform_experience.reading.service import ACCEPTED
from kbplatform_experience.registry import PLUGIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Event, Lang, Services, Viewer

DECIDED = "proposal.decided"
MOST_ENTRIES = 8
MAX_WORDS = 500
"""Of an editor's reason, in characters."""
MOST_RESULTS = 2
"""Results in colleagues' words that are laid beside the difference, of each entry."""
_BULLET = re.compile(r"^\s*(?:[-*+]|(\d+)[.)])\s+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Backing:
    """What speaks for an entry: how often it was used, what was said of it, in whose words."""

    uses: int
    helped: int
    useless: int
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a proposal would start from. ``text`` is the section as it reads now, ``suggestion`` with the lessons added at its end."""

    entries: tuple[Entry, ...]
    backing: dict[int, Backing]
    slug: str
    lang: Lang
    section: str
    heading: str
    sections: tuple[tuple[str, str], ...]
    """Id and heading of those to choose from."""
    revision: int
    text: str
    suggestion: str


def plan(services: Services, viewer: Viewer, numbers: Sequence[int], *, section: str = "", lang: str = "") -> Plan:
    """Look before proposing. Raises NotFound for entries the viewer may not see, InvalidInput for those that can't go into one article."""
    with services.db.read() as session:
        entries = _entries(session, viewer, numbers)
        slug = next(iter({e.slug for e in entries}))
        language: Lang = "en" if (lang or entries[0].lang) == "en" else "zh"
        current = stored_text(session, slug, language, viewer)
        sections = tuple((s.id, s.heading) for s in current.sections if s.id)
        usual = "dont" if all(e.kind == "failed" for e in entries) else next((e.section for e in entries if e.section), "steps")
        wanted = section or usual
        chosen = wanted if wanted in dict(sections) else (sections[0][0] if sections else "")
        piece = current.piece(chosen)
        backing = _backing(session, [e.id for e in entries])
    text = piece.text
    return Plan(
        tuple(entries), backing, slug, language, chosen, dict(sections).get(chosen, ""), sections, current.revision, text,
        with_lessons(text, [e.lesson for e in entries]),
    )  # fmt: skip


def promote(services: Services, viewer: Viewer, actor: Actor, planned: Plan, *, text: str, title: str, revision: int) -> int:
    """Propose ``text`` for the section of the plan; the proposal's number. The writers are told.

    Raises what :func:`kbplatform.sdk.propose` raises, and InvalidInput for a customer's data that neither section nor entries hold.
    """
    _refuse_private(services, planned, title=title, text=text)
    new = NewProposal(
        slug=planned.slug, lang=planned.lang, section=planned.section, revision=revision, text=text, title=title,
        credits=tuple(Credit(None if e.unnamed else e.user_id, str(e.id)) for e in planned.entries),
        evidence=tuple(row for e in planned.entries for row in _evidence(e, planned.backing[e.id])),
        origin=Origin(PLUGIN, ",".join(str(e.id) for e in planned.entries)),
    )  # fmt: skip
    number = propose(services, viewer, actor, new)
    with services.db.write() as session:
        for entry in planned.entries:
            row = session.get(Promotion, entry.id)
            if row is not None and row.proposal_id == number:
                continue
            session.merge(Promotion(entry_id=entry.id, proposal_id=number, state="open"))
            tell(session, entry.user_id, entry.id, "promoted.open", by=viewer.id)
        announce(session, [e.id for e in planned.entries])
    return number


def follow(event: Event, session: Session) -> None:
    """A proposal of ours was decided: its entries say so, their writers are told. Twice is once.

    Of two proposals that an entry stands behind, the one that was accepted counts.
    """
    if event.topic != DECIDED or event.payload.get("plugin") != PLUGIN:
        return
    state, by, proposal = str(event.payload["state"]), event.payload.get("by"), int(str(event.payload["proposal"]))
    words = clean(str(event.payload.get("words") or ""), MAX_WORDS)
    moved = []
    for entry in session.scalars(select(Entry).where(Entry.id.in_(_credited(event)))).all():
        row = session.get(Promotion, entry.id)
        if not _concerns(row, proposal, state):
            continue
        session.merge(Promotion(entry_id=entry.id, proposal_id=proposal, state=state, at=event.created_at))
        if state in {ACCEPTED, "declined"}:
            tell(session, entry.user_id, entry.id, f"promoted.{state}", by=by if isinstance(by, int) else None, words=words)
        moved.append(entry.id)
    announce(session, moved)


def _credited(event: Event) -> set[int]:
    """The entries that a proposal rests on, by the references of its credits."""
    refs = event.payload.get("credits")
    return {int(ref) for ref in refs if str(ref).isdecimal()} if isinstance(refs, list) else set()


def _concerns(row: Promotion | None, proposal: int, state: str) -> bool:
    """Whether a decision changes what an entry says of itself."""
    if row is not None and row.state == ACCEPTED:
        return False
    return state == ACCEPTED or (row is not None and row.proposal_id == proposal and row.state != state)


def with_lessons(text: str, lessons: Sequence[str]) -> str:
    """A section's Markdown with lessons at its end: as items of the list it ends with, in its own style, else as a list of their own."""
    last = [line for line in text.rstrip().split("\n") if line.strip()][-1:] or [""]
    bullets = list(_BULLET.finditer(text)) if _BULLET.match(last[0]) or last[0].startswith((" ", "\t")) else []
    number = int(bullets[-1][1]) if bullets and bullets[-1][1] else None
    mark = re.match(r"\s*[-*+]", bullets[-1][0]) if bullets and number is None else None
    items = [
        f"{number + i}. {lesson}" if number is not None else f"{mark[0].strip() if mark else '-'} {lesson}" for i, lesson in enumerate(lessons, 1)
    ]
    return f"{text.rstrip()}{chr(10) if bullets else chr(10) * 2}{chr(10).join(items)}".lstrip("\n")


def _refuse_private(services: Services, planned: Plan, *, title: str, text: str) -> None:
    """What is beyond doubt somebody's number or address does not come into an article by this way, not even as a proposal."""
    held = "\n".join([planned.text, *(words for e in planned.entries for words in (e.lesson, e.situation, e.action, e.result))])
    known = {f.key for f in find(held, services.masking)}
    for field, words in (("title", title), ("text", text)):
        new = next((f for f in find(words, services.masking) if not f.correctable and f.key not in known), None)
        if new:
            message = Text(f"像是有客户的信息（{new.shown}），先去掉再提", f"It seems to hold a customer’s data ({new.shown}): take it out first")
            raise wrong(field, message)


def _entries(session: Session, viewer: Viewer, numbers: Sequence[int]) -> list[Entry]:
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise wrong("entry", Text("请先选至少一条经验", "Choose an entry first"))
    if len(wanted) > MOST_ENTRIES:
        raise wrong("entry", Text(f"一次最多 {MOST_ENTRIES} 条", f"At most {MOST_ENTRIES} at once"))
    rows = {e.id: e for e in session.scalars(select(Entry).where(Entry.id.in_(wanted), Entry.state == SHOWN, within_reach(viewer)))}
    if len(rows) != len(wanted):
        raise NotFound(Text("没有这条经验", "There is no such entry"))
    found = [rows[n] for n in wanted]
    if session.scalar(select(Promotion.entry_id).where(Promotion.entry_id.in_(wanted), Promotion.state == ACCEPTED).limit(1)) is not None:
        raise wrong("entry", Text("有一条已经写进文章了，去掉它再提", "One of them is in the article already: leave it out"))
    if any(e.sample for e in found):
        raise wrong("entry", Text("样例不能写进文章", "A sample can’t go into an article"))
    if len({e.slug for e in found}) > 1 or not found[0].slug:
        raise wrong(
            "entry", Text("这些经验要属于同一篇文章。先编辑它们，选好文章。", "They have to belong to one article: edit them and choose it first")
        )
    return found


def _backing(session: Session, numbers: Sequence[int]) -> dict[int, Backing]:
    used = Reaction.kind == "used"
    rows = session.execute(
        select(
            Reaction.entry_id, func.count(), func.sum(case((Reaction.helped.is_(True), 1), else_=0)),
            func.sum(case((Reaction.helped.is_(False), 1), else_=0)),
        ).where(Reaction.entry_id.in_(numbers), used).group_by(Reaction.entry_id)
    ).tuples()  # fmt: skip
    counts = {number: (uses, helped, useless) for number, uses, helped, useless in rows}
    said: defaultdict[int, list[str]] = defaultdict(list)
    words = select(Reaction.entry_id, Reaction.result).where(Reaction.entry_id.in_(numbers), used, Reaction.result != "")
    for number, result in session.execute(words.order_by(Reaction.helped.is_(True).desc(), Reaction.id.desc()).limit(200)).tuples():
        if len(said[number]) < MOST_RESULTS:
            said[number].append(result)
    return {n: Backing(*counts.get(n, (0, 0, 0)), tuple(said[n])) for n in numbers}


def _evidence(entry: Entry, backing: Backing) -> list[Evidence]:
    link = f"/p/experience/{entry.id}"
    rows = [Evidence(Text(f"经验 {entry.id} 号", f"Entry {entry.id}"), value=entry.lesson[:300], link=link)]
    if backing.uses:
        rows.append(Evidence(Text("用过", "Used"), number=float(backing.uses), link=link))
    if backing.helped or backing.useless:
        rows.append(Evidence(Text("管用", "It helped"), number=float(backing.helped), link=link))
        rows.append(Evidence(Text("不管用", "It did not help"), number=float(backing.useless), link=link))
    return rows + [Evidence(Text("结果", "Result"), value=result[:300], link=link) for result in backing.results[:1]]
