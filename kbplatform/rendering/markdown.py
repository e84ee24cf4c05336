"""Markdown → sanitised HTML in sections.

Every call builds its own ``Markdown`` object: the library keeps state between conversions, and a
page that upsets it must not touch the next one. Raw HTML is text here, not markup. Input beyond
the caps is shown as plain text with a notice instead of being parsed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import partial
from html import escape
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from kbplatform.bilingual import Text
from kbplatform.rendering.caps import too_expensive
from kbplatform.rendering.charts import FENCE, Charts
from kbplatform.rendering.sanitizing import sanitize
from kbplatform.rendering.text import TextAndLinks, text_of
from kbplatform.rendering.vocabulary import EMBED, INNER_LINK, INNER_PREFIX, LINK_SCHEMES, SITE_FACT, SLOT, SLOTS

RENDERER_VERSION = 5
"""Raised when the HTML for the same Markdown changes; stored revisions are then rendered again."""

_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_NOTICE = Text(
    "这一篇太长或结构太复杂，先按纯文本显示。请把它拆短一些。",
    "This text is too long or too deeply nested to be formatted; it is shown as plain text. Please split it.",
)


@dataclass(frozen=True, slots=True)
class RenderedSection:
    """What stands under one second-level heading. ``id`` is ``""`` for text before the first one."""

    id: str
    heading: str
    html: str
    text: str
    hash: str
    links: tuple[str, ...] = ()
    """Targets linked to, as written: ``article:…``, ``calc:…``, ``https:…``."""


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """The sections of a text, in order. ``plain`` tells that the caps were exceeded."""

    sections: tuple[RenderedSection, ...]
    plain: bool = False


def render(source: str, lang: str) -> RenderedDocument:
    """Render Markdown. Never raises for any input; the result is safe to show."""
    if too_expensive(source):
        return _as_plain_text(source, lang)
    converter = markdown.Markdown(
        extensions=[
            "attr_list",
            "def_list",
            "footnotes",
            "sane_lists",
            "admonition",
            "tables",
            "pymdownx.highlight",
            "pymdownx.superfences",
            "pymdownx.details",
            "pymdownx.tasklist",
            _OurMarks(lang),
        ],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "pymdownx.superfences": {"custom_fences": [{"name": FENCE, "class": "chart", "format": partial(_chart, Charts(lang))}]},
            "footnotes": {"BACKLINK_TITLE": "↩ {}"},
            "pymdownx.highlight": {"use_pygments": False},
        },
        output_format="html",
    )
    try:
        html = converter.convert(source)
    except (RecursionError, MemoryError, AssertionError, ValueError, IndexError, AttributeError, KeyError):
        return _as_plain_text(source, lang)  # the parser's own failure on a stranger's text
    return RenderedDocument(tuple(_cut(sanitize(html))))


def _chart(charts: Charts, source: str, _language: str, _class: str, _options: object, _md: object, **_attributes: object) -> str:
    """What the fence extension calls for a fence of figures."""
    return charts.html(source)


def _as_plain_text(source: str, lang: str) -> RenderedDocument:
    html = f'<p class="notice">{escape(_NOTICE.in_(lang))}</p><pre>{escape(source)}</pre>'
    return RenderedDocument((_section("", "", html),), plain=True)


def _cut(html: str) -> list[RenderedSection]:
    sections: list[RenderedSection] = []
    section_id, heading, start = "", "", 0
    for match in _HEADING.finditer(html):
        sections.append(_section(section_id, heading, html[start : match.start()]))
        section_id, heading, start = match[1], text_of(match[2]).text, match.end()
    sections.append(_section(section_id, heading, html[start:]))
    return [s for s in sections if s.id or s.html.strip()]


def _section(section_id: str, heading: str, html: str) -> RenderedSection:
    found: TextAndLinks = text_of(html)
    digest = hashlib.sha256("\0".join([heading, found.text, *found.links]).encode()).hexdigest()
    return RenderedSection(section_id, heading, html.strip(), found.text, digest, tuple(_as_written(link) for link in found.links))


def _as_written(link: str) -> str:
    return link.removeprefix(INNER_PREFIX).replace("/", ":", 1) if link.startswith(INNER_PREFIX) else link


class _OurMarks(Extension):
    """Site facts, embeds, call variables, section headings; raw HTML off."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 - the library's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(_SiteFactMark(SITE_FACT.pattern, md), "kb_site_fact", 185)
        md.inlinePatterns.register(_SlotMark(SLOT.pattern, self._lang, md), "kb_slot", 184)
        md.inlinePatterns.register(_EmbedMark(EMBED.pattern, md), "kb_embed", 183)
        md.treeprocessors.register(_Headings(md), "kb_headings", 5)
        md.treeprocessors.register(_InnerLinks(md), "kb_inner_links", 4)


class _SiteFactMark(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: ARG002, N802 - the library's signature
        return Element("span", {"class": "fact", "data-site": m.group(1)}), m.start(0), m.end(0)


class _EmbedMark(InlineProcessor):
    """Keeps the words as written, so that search, exports and a page whose plugin fails have them."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: ARG002, N802 - the library's signature
        element = Element("span", {"class": "embed", "data-embed": f"{m.group(1)}:{m.group(2)}"})
        element.text = AtomicString(m.group(0))
        return element, m.start(0), m.end(0)


class _SlotMark(InlineProcessor):
    def __init__(self, pattern: str, lang: str, md: markdown.Markdown) -> None:
        super().__init__(pattern, md)
        self._lang = lang

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: ARG002, N802 - the library's signature
        element = Element("var", {"class": "slot", "data-slot": m.group(1)})
        element.text = SLOTS[m.group(1)].in_(self._lang)
        return element, m.start(0), m.end(0)


class _Headings(Treeprocessor):
    """Top-level second-level headings make sections; everything deeper in the tree becomes ``h3`` or less."""

    def run(self, root: Element) -> None:
        taken: dict[str, int] = {}
        top = {id(child) for child in root if child.tag in {"h1", "h2"}}
        for element in root.iter():
            if element.tag not in {"h1", "h2", "h3", "h4", "h5", "h6"}:
                continue
            if id(element) in top:
                element.tag = "h2"
                wanted = element.get("id") or heading_id("".join(element.itertext()))
                element.attrib.clear()
                element.set("id", _unique(wanted, taken))
            else:
                if element.tag in {"h1", "h2"}:
                    element.tag = "h3"
                element.attrib.clear()


class _InnerLinks(Treeprocessor):
    """``calc:aht`` → ``/-/calc/aht``: whatever scheme a plugin brings, no foreign scheme passes the sanitiser."""

    def run(self, root: Element) -> None:
        for element in root.iter("a"):
            match = INNER_LINK.match(element.get("href", ""))
            if match and match[1] not in LINK_SCHEMES:
                element.set("href", f"{INNER_PREFIX}{match[1]}/{match[2]}")


def heading_id(text: str) -> str:
    """A stable id for a heading that gives none: its ASCII words, else a short hash of its text."""
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if words and text.isascii():
        return words[:60]
    return "s-" + hashlib.sha256(text.strip().encode()).hexdigest()[:8]


def _unique(wanted: str, taken: dict[str, int]) -> str:
    wanted = re.sub(r"[^A-Za-z0-9_-]", "-", wanted)[:64] or "section"
    taken[wanted] = taken.get(wanted, 0) + 1
    return wanted if taken[wanted] == 1 else _unique(f"{wanted}-{taken[wanted]}", taken)
