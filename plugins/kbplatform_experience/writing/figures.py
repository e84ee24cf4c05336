"""Calculators that are attached to an entry: share links of this site, nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from kbplatform.sdk import FieldError, Text, find
from kbplatform_experience.private import make_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbplatform.sdk import Lang, Rules, Services

MAX_FIGURES = 3
MAX_LINK = 600
MAX_LABEL = 80
MAX_LINE = MAX_LINK + 400
KIND = "calculator"
_LINE = re.compile(r"(?P<before>.*?)\s*(?P<link>(?:https?://\S+|/)\S*)\s*(?P<after>.*)", re.IGNORECASE)
_PATH = re.compile(r"/p/calculators/[a-z0-9_.-]{1,80}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A calculator with its inputs: what it is called, and its address on this site."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Known:
    """Calculators that other plugins put into search: address without language → title by language."""

    titles: Mapping[str, Mapping[str, str]]


def known_calculators(services: Services) -> Known:
    """What there is to attach. Nothing where no plugin brings calculators."""
    return services.once(_known)


def _known(services: Services) -> Known:
    titles: dict[str, dict[str, str]] = {}
    for document in services.registered("search_documents"):
        if document.kind == KIND:
            titles.setdefault(urlsplit(document.url).path, {})[document.lang] = document.title
    return Known(titles)


def figures_in(text: str, known: Known, lang: Lang, rules: Rules) -> tuple[list[Figure], list[FieldError]]:
    """One figure for each line of ``text``: a link, with or without words. And what is wrong with the lines."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > MAX_FIGURES:
        return [], [_wrong(Text(f"最多附 {MAX_FIGURES} 个计算器", f"At most {MAX_FIGURES} calculators can be attached"))]
    read = [_figure(line, known, lang, rules) for line in lines]
    return [f for f in read if isinstance(f, Figure)], [f for f in read if isinstance(f, FieldError)]


def as_lines(figures: list[dict[str, str]]) -> str:
    """Stored figures as they are typed."""
    return "\n".join(f"{f['label']} {f['url']}" for f in figures)


def _figure(line: str, known: Known, lang: Lang, rules: Rules) -> Figure | FieldError:
    found = _LINE.fullmatch(line) if len(line) <= MAX_LINE else None
    if found is None or len(found["link"]) > MAX_LINK:
        return _wrong(Text("请粘贴本站计算器的链接", "Paste the link of a calculator of this site"))
    try:
        parts = urlsplit(found["link"])
        inputs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=60)
    except ValueError:
        return _wrong(Text("这个链接不完整", "That link is not complete"))
    titles = known.titles.get(parts.path)
    if not _PATH.fullmatch(parts.path) or titles is None:
        return _wrong(
            Text("只能附本站的计算器：先算好，再复制那一页的链接", "Only calculators of this site: work it out, then copy the link of that page")
        )
    if any(find(words, rules) for pair in inputs for words in pair) or find(parts.query, rules):
        return _wrong(
            Text("链接里像是有客户的号码，先到计算器那边改掉", "The link seems to hold a customer’s number: correct it in the calculator first")
        )
    title = titles.get(lang) or next(iter(titles.values()))
    own = make_private(f"{found['before']} {found['after']}", rules, lang).text[:MAX_LABEL].strip()
    return Figure(own or title, f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _wrong(message: Text) -> FieldError:
    return FieldError("figures", message)
