"""Strangers' markup becomes the plain text our questions have; pictures stay, everything else that is lost is named."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from kbplatform.sdk import Text

ADDRESS = "/p/quizzes/files/"
MAX_PICTURE = 1_000_000
MAX_PICTURES = 200
MAX_HTML = 200_000
"""Characters of a text with its markup: parsing can take long where somebody wants it to."""
_DATA = re.compile(r"data:image/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)")
_KNOWN = frozenset(
    [
        "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "base", "bdi", "bdo", "big", "blink", "blockquote", "body", "br",
        "button", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl", "dt", "em", "embed",
        "fieldset", "figcaption", "figure", "font", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
        "hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link", "main", "map", "mark", "marquee", "math",
        "menu", "meta", "nav", "noscript", "object", "ol", "optgroup", "option", "p", "param", "picture", "pre", "q", "rp", "rt", "ruby", "s",
        "samp", "script", "section", "select", "small", "source", "span", "strike", "strong", "style", "sub", "summary", "sup", "svg", "table",
        "tbody", "td", "template", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "tt", "track", "u", "ul", "var", "video", "wbr",
    ],
)
_LAYOUT = frozenset([
    "p", "br", "div", "span", "html", "head", "body", "section", "article", "main", "header", "footer", "ul", "ol", "li", "dl", "dt", "dd",
    "tbody", "thead", "tfoot", "tr", "td", "th", "hr", "pre", "sub", "sup", "wbr", "title", "meta", "center",
])
"""What leaves nothing worth telling behind when it goes."""
_BLOCKS = frozenset(
    [
        "p", "div", "section", "article", "main", "header", "footer", "ul", "ol", "dl", "dt", "dd", "li", "table", "tr", "blockquote", "pre", "h1",
        "h2", "h3", "h4", "h5", "h6", "hr", "figure", "figcaption", "caption", "center", "form",
    ],
)
_HIDDEN = frozenset(["script", "style", "template", "svg", "math", "object", "iframe", "head", "select", "textarea"])
"""Elements whose content is no text to read."""
_SUB = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SUP = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SHIFTED = re.compile(r"[0-9+\-=()n]+")
_MAGIC: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("image/png", lambda b: b.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", lambda b: b.startswith(b"\xff\xd8\xff")),
    ("image/gif", lambda b: b.startswith((b"GIF87a", b"GIF89a"))),
    ("image/webp", lambda b: b[:4] == b"RIFF" and b[8:12] == b"WEBP"),
)
_OPENING = re.compile(r"""(</?[a-zA-Z][a-zA-Z0-9:]{0,20}(?:\s(?:"[^"<]{0,2000}"|'[^'<]{0,2000}'|[^'"<>]){0,2000})?/?>)|(<[!?][^<>]{0,2000}>)|<""")
"""A tag, a declaration, or a mere “less than”: Python's parser takes the square of the time over tags that never end."""
_MARKDOWN = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1|`([^`\n]+)`|^#{1,6}\s+", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by the SHA-256 of its bytes; what it is was seen in its first bytes, not believed."""

    sha256: str
    mime: str
    data: bytes

    @property
    def address(self) -> str:
        """Where this site serves it."""
        return ADDRESS + self.sha256


def picture_of(data: bytes) -> Picture | None:
    """The picture these bytes are; None unless PNG, JPEG, GIF or WebP of at most a megabyte."""
    mime = next((mime for mime, fits in _MAGIC if fits(data)), None)
    if mime is None or len(data) > MAX_PICTURE:
        return None
    return Picture(hashlib.sha256(data).hexdigest(), mime, data)


@dataclass(slots=True)
class Pictures:
    """The pictures of a file: ``files`` are those its present element brings, by name; ``kept`` those its questions show."""

    kept: dict[str, Picture] = field(default_factory=dict)
    files: dict[str, bytes | Text] = field(default_factory=dict)

    def address_of(self, source: str) -> str | Text:
        """Where the picture is served here, or why it isn't."""
        data = self._bytes(source)
        if isinstance(data, Text):
            return data
        picture = picture_of(data)
        if picture is None:
            return Text("图片只收 PNG、JPEG、GIF、WebP，一张最多 1 MB", "pictures are PNG, JPEG, GIF or WebP, of at most 1 MB")
        if picture.sha256 not in self.kept and len(self.kept) >= MAX_PICTURES:
            return Text(f"一个文件最多 {MAX_PICTURES} 张图", f"a file brings at most {MAX_PICTURES} pictures")
        self.kept[picture.sha256] = picture
        return picture.address

    def keep_only(self, shown: Iterable[str]) -> Pictures:
        """Those whose address stands in one of these texts."""
        text = "\n".join(shown)
        return Pictures({key: picture for key, picture in self.kept.items() if picture.address in text})

    def _bytes(self, source: str) -> bytes | Text:
        name = unquote(source.removeprefix("@@PLUGINFILE@@")).lstrip("/")
        if source.startswith("@@PLUGINFILE@@"):
            return self.files.get(name) or Text(f"文件里没有图片 {name}", f"the picture {name} isn't in the file")
        return Text(f"别处的图片不显示，只留地址：{source[:80]}", f"a picture that stands elsewhere isn't shown, its address stays: {source[:80]}")


def decoded(text: str) -> bytes | Text:
    """The bytes of a base64 text."""
    if len(text) > 2 * MAX_PICTURE:
        return Text("图片超过 1 MB", "a picture is over 1 MB")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return Text("图片的 base64 是坏的", "the base64 of a picture is broken")


@dataclass(frozen=True, slots=True)
class Read:
    """A text without its markup, the names of what was lost, and what else is to be told."""

    text: str
    lost: frozenset[str] = frozenset()
    reasons: tuple[Text, ...] = ()
    too_long: bool = False


def from_html(source: str, pictures: Pictures, *, breaks: bool = False) -> Read:
    """HTML as text. With ``breaks`` a line break is one; without, it is a space. What is longer than a page isn't looked at."""
    embedded: dict[str, bytes | Text] = {}

    def aside(match: re.Match[str]) -> str:
        name = f"data-{len(embedded)}"
        embedded[name] = decoded(match[1])
        return f"@@PLUGINFILE@@/{name}"

    source = _DATA.sub(aside, source)
    pictures = Pictures(pictures.kept, pictures.files | embedded)
    if len(source) > MAX_HTML:
        return Read("", too_long=True)
    if "<" not in source and "&" not in source:
        return Read(_tidy(source) if breaks else _tidy(re.sub(r"\s+", " ", source)))
    bare = _without_comments(source)
    parser = _Plain(pictures, breaks=breaks)
    parser.feed(_OPENING.sub(lambda match: match[0] if match[1] else "" if match[2] else "&lt;", bare))
    parser.close()
    lost = parser.lost | ({"<!-- -->"} if len(bare) < len(source) else set())
    return Read(_tidy("".join(parser.pieces)), frozenset(lost), tuple(dict.fromkeys(parser.reasons)))


def _without_comments(source: str) -> str:
    pieces, at = [], 0
    while (start := source.find("<!--", at)) >= 0 and (end := source.find("-->", start)) >= 0:
        pieces.append(source[at:start])
        at = end + 3
    return "".join([*pieces, source[at:]])


def from_markdown(source: str, pictures: Pictures) -> Read:
    """Markdown as text: emphasis, code marks and heading marks go; lists, links and the rest read well as they are."""
    reasons: list[Text] = []

    def placed(match: re.Match[str]) -> str:
        found = pictures.address_of(match[2])
        if isinstance(found, Text):
            reasons.append(found)
            return match[0]
        return f"![{match[1]}]({found})"

    text = _IMAGE.sub(placed, source)
    plain = _MARKDOWN.sub(lambda m: m[2] or m[3] or "", text)
    return Read(_tidy(plain), frozenset({"Markdown"}) if plain != text else frozenset(), tuple(reasons))


def _tidy(text: str) -> str:
    text = text.replace("\xa0", " ").replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join(re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Plain(HTMLParser):
    """Collects text; tags that aren't HTML (``<姓名>``, ``a<b``) are text too."""

    def __init__(self, pictures: Pictures, *, breaks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.lost: set[str] = set()
        self.reasons: list[Text] = []
        self._pictures, self._breaks = pictures, breaks
        self._hidden, self._kept_lines = 0, 0
        self._shifted: list[int] = []
        self._links: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _KNOWN:
            self._text(self.get_starttag_text() or "")
            return
        if tag not in _LAYOUT and tag not in {"img", "a"}:
            self.lost.add(f"<{tag}>")
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "img":
            self._picture({name: value or "" for name, value in attrs})
        elif tag in {"sub", "sup"}:
            self._shifted.append(len(self.pieces))
        elif tag == "a":
            self._links.append((len(self.pieces), dict(attrs).get("href") or ""))
        elif tag == "pre":
            self._kept_lines += 1
        self._between(tag)

    def _between(self, tag: str) -> None:
        if tag == "br":
            self._put("\n")
        elif tag in {"td", "th"}:
            self._put(" | " if self.pieces and self.pieces[-1] != "\n" else "")
        elif tag in _BLOCKS:
            self._new_line()
            self._put("- " if tag == "li" else "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _KNOWN and tag not in {"br", "img", "hr", "wbr", "input", "meta", "link", "source", "col", "embed", "param", "track", "base"}:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _KNOWN:
            self._text(f"</{tag}>")
        elif tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in {"sub", "sup"} and self._shifted:
            self._shift(tag, self._shifted.pop())
        elif tag == "a" and self._links:
            start, target = self._links.pop()
            said = "".join(self.pieces[start:]).strip()
            if urlsplit(target).scheme in {"http", "https", "mailto"} and target != said:
                self._put(f" ({target})")
        elif tag == "pre":
            self._kept_lines = max(0, self._kept_lines - 1)
        if tag in _BLOCKS:
            self._new_line()

    def handle_data(self, data: str) -> None:
        self._text(data)

    def _text(self, data: str) -> None:
        self._put(data if self._breaks or self._kept_lines else re.sub(r"\s+", " ", data))

    def _put(self, text: str) -> None:
        if text and not self._hidden:
            self.pieces.append(text)

    def _new_line(self) -> None:
        if self.pieces and not self.pieces[-1].endswith("\n"):
            self._put("\n")

    def _picture(self, attrs: dict[str, str]) -> None:
        if self._hidden:
            return
        alt = re.sub(r"[\[\]\n\r]", " ", attrs.get("alt", "")).strip()
        source = attrs.get("src", "")
        found = self._pictures.address_of(source)
        if isinstance(found, Text):
            self.reasons.append(found)
            found = source.replace("@@PLUGINFILE@@/", "").replace(" ", "%20").replace(")", "%29")
        self._put(f"![{alt}]({found})")

    def _shift(self, tag: str, start: int) -> None:
        text = "".join(self.pieces[start:])
        del self.pieces[start:]
        if _SHIFTED.fullmatch(text) and not (tag == "sub" and "n" in text):
            self._put(text.translate(_SUB if tag == "sub" else _SUP))
        elif text:
            self.lost.add(f"<{tag}>")
            self._put(("_" if tag == "sub" else "^") + (text if len(text) == 1 else f"({text})"))
