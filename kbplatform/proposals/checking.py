"""What a proposal must be before it is stored: sizes, links, people there are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kbplatform.accounts.directory import names_of
from kbplatform.accounts.names import storable
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, wrong
from kbplatform.web.i18n import local_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kbplatform.proposals.proposal import Credit, Evidence, NewProposal

MOST_TITLE = 120
MOST_WORDS = 500
MOST_CREDITS = 50
MOST_EVIDENCE = 30
_MOST_LABEL, _MOST_VALUE, _MOST_LINK, _MOST_REF = 60, 300, 300, 80


def clean_line(text: str, field: str, most: int, *, needed: Text | None = None) -> str:
    """``text`` on one line. Raises InvalidInput where it is too long, or empty where it is ``needed``, with these words."""
    cleaned = " ".join(storable(text).split())
    if not cleaned and needed:
        raise wrong(field, needed)
    if len(cleaned) > most:
        raise wrong(field, Text(f"最多 {most} 字", f"At most {most} characters"))
    return cleaned


def title_of(new: NewProposal) -> str:
    """The line that says what changes and why. Raises InvalidInput."""
    return clean_line(new.title, "title", MOST_TITLE, needed=Text("请用一句话写明改什么、为什么", "Say in a line what changes, and why"))


def reason_of(words: str) -> str:
    """Why a proposal is declined. Raises InvalidInput."""
    return clean_line(words, "words", MOST_WORDS, needed=Text("请写明理由，提议的人会看到", "Give the reason: whoever proposed it is shown it"))


def check_evidence(rows: Iterable[Evidence]) -> list[Evidence]:
    """The rows as they are stored. Raises InvalidInput for one that says nothing, is too long, or links where nobody should be sent."""
    kept = list(rows)
    if len(kept) > MOST_EVIDENCE:
        raise wrong("evidence", Text(f"依据最多 {MOST_EVIDENCE} 条", f"At most {MOST_EVIDENCE} pieces of evidence"))
    for e in kept:
        if not e.label.zh or not e.label.en or (not e.value and e.number is None):
            raise wrong("evidence", Text("每条依据都要有中英文名称和内容", "Evidence needs a label in both languages, and a value or a number"))
        if max(len(e.label.zh), len(e.label.en)) > _MOST_LABEL or len(e.value) > _MOST_VALUE:
            message = Text(f"依据太长：名称 {_MOST_LABEL} 字、内容 {_MOST_VALUE} 字", f"A label has {_MOST_LABEL} characters, a value {_MOST_VALUE}")
            raise wrong("evidence", message)
        if e.number is not None and abs(e.number) > 1e15:
            raise wrong("evidence", Text("数字太大", "That number is too large"))
        if e.link and not _may_link(e.link):
            raise wrong("evidence", Text(f"不能链接到 {e.link[:80]}", f"Can't link to {e.link[:80]}"))
    return kept


def check_credits(session: Session, given: Iterable[Credit], ref: str) -> list[Credit]:
    """Those to be credited. Raises InvalidInput for too many, for people there aren't, for references that are too long."""
    kept = list(dict.fromkeys(given))
    if len(kept) > MOST_CREDITS:
        raise wrong("credits", Text(f"署名最多 {MOST_CREDITS} 位", f"At most {MOST_CREDITS} people are credited"))
    if any(len(r) > _MOST_REF for r in (ref, *(c.ref for c in kept))):
        raise InvalidInput(Text(f"出处编号最多 {_MOST_REF} 字", f"A reference has at most {_MOST_REF} characters"))
    people = {c.user_id for c in kept if c.user_id is not None}
    missing = people - set(names_of(session, people))
    if missing:
        raise wrong("credits", Text(f"没有这个人：{min(missing)}", f"There is no person number {min(missing)}"))
    return kept


def _may_link(link: str) -> bool:
    if len(link) > _MOST_LINK or not link.isprintable():
        return False
    if link.startswith("/"):
        return local_path(link) == link
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username
