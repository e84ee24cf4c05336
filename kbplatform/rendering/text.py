"""The words of a piece of HTML, as search and hashes see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "li", "tr", "div", "dd", "dt", "h2", "h3", "h4", "h5", "h6", "pre", "summary", "blockquote", "br"})
_SPACES = re.compile(r"[ \t\r\f\v]+")


@dataclass(frozen=True, slots=True)
class TextAndLinks:
    """Plain text, one block a line, and the targets linked to or embedded."""

    text: str
    links: tuple[str, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in {"td", "th"}:
            self.parts.append(" ")
        for name, value in attrs:
            if name in {"href", "data-embed"} and value:
                self.links.append(value)
            if name == "data-site" and value:
                self.parts.append("{{site:" + value + "}}")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(html: str) -> TextAndLinks:
    """Plain text of trusted or sanitised HTML; site facts stand as ``{{site:key}}``."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(reader.parts).split("\n"))
    return TextAndLinks("\n".join(line for line in lines if line), tuple(reader.links))
