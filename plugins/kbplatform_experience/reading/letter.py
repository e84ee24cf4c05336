"""A person's week as a mail: plain words, and the same as simple HTML, in one language, with links that are whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kbplatform.sdk import Mail, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Template

    from kbplatform.sdk import Lang, Settings
    from kbplatform_experience.reading.digest import Digest, Week
    from kbplatform_experience.reading.service import Card

STOP = "/p/experience/digest/stop"
ONE_CLICK = "/api/v1/p/experience/digest/stop"
_SUBJECT = Text("一线经验周报", "The week in experience")
_PARTS = {
    "new": Text("您关注的和团队里新写的", "New in what you follow and in your team"),
    "thanked": Text("收到谢谢最多的", "Thanked most"),
    "used": Text("用得最多的", "Used most"),
    "promoted": Text("已写进文章的", "Now in the article"),
}
_COLLEAGUE, _YOU = Text("一位同事", "A colleague"), Text("您", "You")
_PROMOTED = Text("已写进文章", "now in the article")
_WHOLE = Text("在站上看这一周", "This week on the site")
_ASKED = Text("您在“本周”页打开了周报，所以收到这封信。", "You get this because you asked for it on the page “This week”.")
_EVERYONE = Text("这个站点每周给能看经验的人发一封。", "This site sends it each week to everybody who may read experience.")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_STOP = Text("不再收周报", "No more of these mails")


@dataclass(frozen=True, slots=True)
class Line:
    """One lesson as the letter has it."""

    lesson: str
    lang: str
    facts: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading."""

    heading: str
    lines: tuple[Line, ...]


def letter(digest: Digest, lang: Lang, settings: Settings, *, to: str, person: int, token: str, asked: bool) -> Mail:
    """The mail of one person's week. ``token`` stops it; ``asked``: they turned it on themselves."""
    base = settings.base_url
    parts = tuple(_parts(digest, lang, base))
    stop = f"{base}{STOP}?{urlencode({'token': token})}"
    whole = f"{base}/p/experience/digest?week={digest.week}"
    title = f"{_SUBJECT.in_(lang)} · {_days(digest.week, lang)}"
    why = (_ASKED if asked else _EVERYONE).in_(lang)
    words = {"title": title, "parts": parts, "why": why, "whole": (_WHOLE.in_(lang), whole), "stop": (_STOP.in_(lang), stop)}
    return Mail(
        to=to,
        subject=f"{settings.site_name}: {title}" if settings.site_name else title,
        text=_plain(title, parts, why, words["whole"], words["stop"]),  # type: ignore[arg-type]  # pairs
        html=_template().render(words, lang="zh-CN" if lang == "zh" else "en"),
        headers=_headers(base, token),
        ref=f"experience.{digest.week}.{person}.{urlsplit(base).hostname}",
    )


def _headers(base: str, token: str) -> dict[str, str]:
    """How mail programs stop it by themselves: RFC 2369, and RFC 8058, which wants https."""
    host = urlsplit(base).hostname or "localhost"
    headers = {"List-Id": f"<week.experience.{host}>", "List-Unsubscribe": f"<{base}{ONE_CLICK}?{urlencode({'token': token})}>"}
    return headers | ({"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if base.startswith("https://") else {})


def _parts(digest: Digest, lang: Lang, base: str) -> Iterator[Part]:
    """Each lesson once, under the first heading it belongs to."""
    said: set[int] = set()
    for name, heading in _PARTS.items():
        cards = [c for c in getattr(digest, name) if c.entry.id not in said]
        said |= {c.entry.id for c in cards}
        if cards:
            yield Part(heading.in_(lang), tuple(_line(c, lang, base) for c in cards))


def _line(card: Card, lang: Lang, base: str) -> Line:
    entry = card.entry
    facts = [_YOU.in_(lang) if card.mine else card.writer or _COLLEAGUE.in_(lang), card.team]
    if entry.uses:
        facts.append(Text(f"{entry.uses} 人用过", f"used by {entry.uses}").in_(lang))
    if entry.thanks:
        facts.append(Text(f"{entry.thanks} 声谢谢", f"{entry.thanks} thanks").in_(lang))
    facts.append(card.article.title if card.article else "")
    facts.append(_PROMOTED.in_(lang) if card.promoted else "")
    return Line(entry.lesson, "zh-CN" if entry.lang == "zh" else "en", " · ".join(f for f in facts if f), base + card.url)


def _days(week: Week, lang: Lang) -> str:
    first, last = week.begins, week.last_day
    if lang == "zh":
        return f"{first.month}月{first.day}日至{'' if first.month == last.month else f'{last.month}月'}{last.day}日"
    return f"{first.day}{'' if first.month == last.month else f' {_MONTHS[first.month - 1]}'} to {last.day} {_MONTHS[last.month - 1]}"


def _plain(title: str, parts: tuple[Part, ...], why: str, whole: tuple[str, str], stop: tuple[str, str]) -> str:
    lines = [title, ""]
    for part in parts:
        lines += [part.heading, ""]
        for line in part.lines:
            lines += [f"* {line.lesson}", f"  {line.facts}", f"  {line.url}", ""]
    return "\n".join([*lines, f"{whole[0]}: {whole[1]}", "", "-- ", why, f"{stop[0]}: {stop[1]}", ""])


@lru_cache(maxsize=1)
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent.parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template("experience/letter.html")
