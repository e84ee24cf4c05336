"""The allow-list between strangers' text and readers' browsers."""

from __future__ import annotations

import re

import nh3

_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h2", "h3", "h4", "h5",
    "h6", "hr", "img", "input", "kbd", "li", "mark", "ol", "p", "pre", "span", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "th", "thead", "tr", "ul", "var",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "class"},
    "abbr": {"title"},
    "details": {"class"},
    "div": {"class"},
    "h2": {"id"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked", "disabled"},
    "li": {"class", "id"},
    "ol": {"start"},
    "p": {"class"},
    "span": {"class", "data-site"},
    "sup": {"id"},
    "td": {"align"},
    "th": {"align"},
    "ul": {"class"},
    "var": {"class", "data-slot"},
}
_CLASSES = frozenset({
    "admonition", "admonition-title", "tip", "note", "warning", "danger", "info", "task-list", "task-list-item",
    "footnote", "footnote-ref", "footnote-backref", "fact", "slot", "notice",
})  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_FOOTNOTE_ID = re.compile(r"^fn(?:ref)?\d*:[A-Za-z0-9_-]{1,60}$")
_SECTION_ID = re.compile(r"^[A-Za-z0-9_-]{1,70}$")
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,40}$")
_IMAGE = re.compile(r"^/(?!/)[\w./-]+$")


def sanitize(html: str) -> str:
    """HTML with nothing in it but the allow-list. Images are ours or gone; classes come from a fixed set."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(c for c in value.split() if c in _CLASSES) or None
    if name == "id":
        return value if (_SECTION_ID if tag == "h2" else _FOOTNOTE_ID).match(value) else None
    if name in {"data-site", "data-slot"}:
        return value if _NAME.match(value) else None
    if tag == "input" and name == "type":
        return value if value == "checkbox" else None
    if tag == "img" and name == "src":
        return value if _IMAGE.match(value) else None
    return value
