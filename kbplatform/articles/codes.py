"""Spoken codes: a number for each article and each of its sections that one says aloud and types: 5, 5-3.

A code is given once and never again to anything else. An article has its practice number where that is
free, else the next number from 101 on; sections are numbered in the order in which they first appeared,
alike in both languages.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from kbplatform.articles.models import Article, ArticleCode, SectionCode
from kbplatform.db import AdvisoryLock, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

FIRST_FREE = 101
"""Where the codes of articles without a number begin."""
_LONGEST = 30
_DIGITS = {c: str(n) for n, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "幺": "1", "两": "2"}
_NUMERAL = "".join(_DIGITS) + "十百"
_SEPARATOR = r"\s*(?:[-.,。·/‐‑–—−]|杠|槓|之|点|點|\s|dash|point|dot)\s*"
_CODE = re.compile(rf"([0-9]{{1,5}}|[{_NUMERAL}]{{1,7}})(?:{_SEPARATOR}([0-9]{{1,3}}|[{_NUMERAL}]{{1,5}}))?", re.IGNORECASE)
_WRITTEN = re.compile(r"(?:([一二三四五六七八九两])百)?(?:零)?(?:([一二三四五六七八九]?)十)?([一二三四五六七八九])?")


class Code(NamedTuple):
    """``section`` is None for the article as a whole."""

    article: int
    section: int | None


def read_code(text: str) -> Code | None:
    """The code somebody typed: ``5-3``, ``5.3``, ``5 3``, ``５－３``, ``五杠三``; None for anything else."""
    if len(text) > _LONGEST:
        return None
    match = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    article, section = _number(match[1]), _number(match[2]) if match[2] else None
    if not article or (match[2] and not section):
        return None
    return Code(article, section)


def _number(text: str) -> int | None:
    """Digits; 一百零一, 十五; or digits said one by one: 幺零一."""
    if text.isascii():
        return int(text)
    if all(c in _DIGITS for c in text):
        return int("".join(_DIGITS[c] for c in text))
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    tens = 0 if match[2] is None else int(_DIGITS.get(match[2], "1"))
    return 100 * int(_DIGITS.get(match[1] or "零", "0")) + 10 * tens + int(_DIGITS.get(match[3] or "零", "0"))


def give_codes(session: Session, article_id: int, keys: Iterable[str]) -> None:
    """See to it that the article and each of these sections has its code."""
    one_at_a_time(session, AdvisoryLock.CODES)
    if session.scalar(select(ArticleCode.code).where(ArticleCode.article_id == article_id)) is None:
        session.add(ArticleCode(code=_free_code(session, session.get_one(Article, article_id)), article_id=article_id))
    taken = {key: number for number, key in _sections(session, article_id)}
    for key in dict.fromkeys(keys):
        if key and key not in taken:
            taken[key] = max(taken.values(), default=0) + 1
            session.add(SectionCode(article_id=article_id, number=taken[key], key=key))
    session.flush()


def codes_of(session: Session, article_ids: Iterable[int]) -> dict[int, str]:
    """The code of each article."""
    rows = session.execute(select(ArticleCode.article_id, ArticleCode.code).where(ArticleCode.article_id.in_(list(article_ids))))
    return {i: str(code) for i, code in rows if i is not None}


def section_codes(session: Session, article_id: int, code: str) -> dict[str, str]:
    """The code of each section of the article with ``code``, by the section's id."""
    return {key: f"{code}-{number}" for number, key in _sections(session, article_id)}


def _sections(session: Session, article_id: int) -> list[tuple[int, str]]:
    rows = session.execute(select(SectionCode.number, SectionCode.key).where(SectionCode.article_id == article_id))
    return [(number, key) for number, key in rows]


def _free_code(session: Session, article: Article) -> int:
    if article.kind == "practice" and article.number and session.get(ArticleCode, article.number) is None:
        return article.number
    highest = session.scalar(select(func.max(ArticleCode.code))) or 0
    if highest < FIRST_FREE:
        return FIRST_FREE
    after = select(func.min(ArticleCode.code + 1)).where(
        ArticleCode.code >= FIRST_FREE, (ArticleCode.code + 1).not_in(select(ArticleCode.code))
    )
    first_taken = session.get(ArticleCode, FIRST_FREE) is not None
    return session.scalars(after).one() if first_taken else FIRST_FREE
