"""The allow-list between strangers' text and readers' browsers."""

from __future__ import annotations

import re

import nh3

_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure", "h2",
    "h3", "h4", "h5", "h6", "hr", "img", "input", "kbd", "li", "mark", "ol", "p", "path", "pre", "rect", "span", "strong",
    "sub", "summary", "sup", "svg", "table", "tbody", "td", "th", "thead", "tr", "ul", "var",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "class"},
    "abbr": {"title"},
    "details": {"class"},
    "div": {"class"},
    "figure": {"class"},
    "h2": {"id"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked", "disabled"},
    "li": {"class", "id"},
    "ol": {"start"},
    "p": {"class"},
    "path": {"class", "d"},
    "rect": {"width"},
    "span": {"class", "data-embed", "data-site"},
    "sup": {"id"},
    "svg": {"class", "viewBox", "aria-hidden"},
    "td": {"align"},
    "th": {"align"},
    "ul": {"class"},
    "var": {"class", "data-slot"},
}
_CLASSES = frozenset({
    "admonition", "admonition-title", "tip", "note", "warning", "danger", "info", "task-list", "task-list-item",
    "footnote", "footnote-ref", "footnote-backref", "embed", "fact", "slot", "notice",
    "chart", "key", "lines", "grid", *(f"line-{n}" for n in range(1, 6)),
})  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_FOOTNOTE_ID = re.compile(r"^fn(?:ref)?\d*:[A-Za-z0-9_-]{1,60}$")
_SECTION_ID = re.compile(r"^[A-Za-z0-9_-]{1,70}$")
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,40}$")
_EMBEDDED = re.compile(r"^[a-z][a-z0-9]{0,20}:[A-Za-z0-9_.-]{1,80}$")
_DRAWN = re.compile(r"^[MLHVhv0-9.% -]{1,4000}$")
"""Numbers and pen movements: what our charts (charts.py) are drawn with."""
_IMAGE = re.compile(r"^/(?!/)[\w./-]+$")

_VALUES = {
    ("h2", "id"): _SECTION_ID, ("", "id"): _FOOTNOTE_ID, ("", "data-site"): _NAME, ("", "data-slot"): _NAME, ("", "data-embed"): _EMBEDDED,
    ("input", "type"): re.compile("^checkbox$"), ("img", "src"): _IMAGE, ("svg", "aria-hidden"): re.compile("^true$"),
    **{("", name): _DRAWN for name in ("d", "width", "viewBox")},
}  # fmt: skip
"""What a value must look like, by tag and attribute; ``""`` is any tag. What is not named may hold any text."""


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
    pattern = _VALUES.get((tag, name), _VALUES.get(("", name)))
    return value if pattern is None or pattern.match(value) else None
