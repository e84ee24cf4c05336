"""Pictures and PDF files of an entry: told by their bytes, walked through, and rid of what a camera wrote into them."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.sdk import FieldError, InvalidInput, Text
from kbplatform_experience.private import make_private

if TYPE_CHECKING:
    from kbplatform.sdk import Lang, Rules

MAX_FILES = 3
MAX_BYTES = 2_000_000
MAX_NAME = 80
SUFFIX = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif", "application/pdf": ".pdf"}
_END_OF_NAME = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_NOTES = 0b0000_1100
"""Flags of VP8X that promise EXIF and XMP (RFC 9649, 2.7.1)."""

_NO_KIND = Text(
    "只收 PNG、JPEG、WebP、GIF 图片和 PDF；有个文件不是，或者坏了", "PNG, JPEG, WebP, GIF and PDF only: one of the files is something else, or broken"
)


class _BrokenError(Exception):
    """The bytes are not what they begin as."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Sound:
    """A file that may be kept."""

    name: str
    mime: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Digest of its bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def sound(upload: Upload, rules: Rules, lang: Lang) -> Sound:
    """The file with a masked name and without places, devices and remarks in it. Raises InvalidInput (``files``)."""
    if len(upload.data) > MAX_BYTES:
        raise wrong_file(Text("有个文件超过 2 MB，请压缩后再放", "One of the files is over 2 MB: make it smaller first"))
    try:
        mime, data = _read(upload.data)
    except (_BrokenError, struct.error, IndexError) as error:
        raise wrong_file(_NO_KIND) from error
    stem = _END_OF_NAME.sub("", upload.name.replace("\\", "/").rpartition("/")[2])
    plain = make_private(stem, rules, lang).text[:MAX_NAME].strip(". ") or Text("附件", "file").in_(lang)
    return Sound(plain + SUFFIX[mime], mime, data)


def wrong_file(message: Text) -> InvalidInput:
    """As an error of the field ``files``."""
    return InvalidInput(message, fields=(FieldError("files", message),))


def _read(data: bytes) -> tuple[str, bytes]:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", _webp(data)
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return "image/gif", _gif(data)
    if data.startswith((b"%PDF-1.", b"%PDF-2.")):
        if b"%%EOF" not in data[-2048:]:
            raise _BrokenError
        return "application/pdf", data
    raise _BrokenError


def _png(data: bytes) -> bytes:
    """Chunks of the picture itself; what was written beside it (tEXt, eXIf, tIME …) and what stands behind its end is left out."""
    out, at, kinds = [data[:8]], 8, list[bytes]()
    while not kinds or kinds[-1] != b"IEND":
        size, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise _BrokenError
        kinds.append(kind)
        if kind in _PNG_KEPT:
            out.append(data[at:end])
        at = end
    if kinds[0] != b"IHDR" or b"IDAT" not in kinds:
        raise _BrokenError
    return b"".join(out)


def _jpeg(data: bytes) -> bytes:
    """Segments without APP1, APP3 to APP13, APP15 and remarks; of Exif the way up remains."""
    out, at, scanned = [data[:2]], 2, False
    while True:
        if data[at] != 0xFF:
            raise _BrokenError
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == 0xD9:
            if not scanned:
                raise _BrokenError
            return b"".join([*out, b"\xff\xd9"])
        (size,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + size
        if size < 2 or end > len(data):
            raise _BrokenError
        if marker == 0xE1:
            out.append(_way_up(data[at + 4 : end]))
        elif marker != 0xFE and not (0xE3 <= marker <= 0xED or marker == 0xEF):
            out.append(data[at:end])
        at = end
        if marker == 0xDA:
            scanned = True
            at = _scan_end(data, end)
            out.append(data[end:at])


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker stands that is no part of the scan."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _BrokenError
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7 and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _way_up(exif: bytes) -> bytes:
    """An Exif segment that says nothing but the orientation (tag 0x0112, Exif 2.32, 4.6.4); nothing where it is upright or unsaid."""
    if exif[:6] != b"Exif\0\0" or len(exif) < 14:
        return b""
    order = {b"II": "<", b"MM": ">"}.get(exif[6:8])
    if order is None:
        return b""
    (start,) = struct.unpack_from(f"{order}I", exif, 10)
    if 6 + start + 2 > len(exif):
        return b""
    (count,) = struct.unpack_from(f"{order}H", exif, 6 + start)
    for entry in range(6 + start + 2, min(6 + start + 2 + 12 * count, len(exif) - 11), 12):
        tag, kind, _many, value = struct.unpack_from(f"{order}HHIH", exif, entry)
        if tag == 0x0112 and kind == 3 and 2 <= value <= 8:
            body = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, value, 0, 0)
            return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return b""


def _webp(data: bytes) -> bytes:
    """Chunks of the picture (RFC 9649); EXIF, XMP and unknown ones are left out."""
    (size,) = struct.unpack_from("<I", data, 4)
    stop = 8 + size
    if stop > len(data) or size < 4:
        raise _BrokenError
    out, at, pictures = [], 12, 0
    while at < stop:
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + length % 2
        if end > stop:
            raise _BrokenError
        body = data[at + 8 : end]
        if kind == b"VP8X":
            body = bytes([body[0] & ~_WEBP_NOTES & 0xFF]) + body[1:]
        if kind in _WEBP_KEPT:
            out.append(data[at : at + 8] + body)
        pictures += kind in {b"VP8 ", b"VP8L", b"ANMF"}
        at = end
    if not pictures:
        raise _BrokenError
    chunks = b"".join(out)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _gif(data: bytes) -> bytes:
    """Blocks of the pictures; remarks, plain text and applications but the loop are left out."""
    at = 13 + _colours(data[10])
    out, pictures = [data[:at]], 0
    while (kind := data[at]) != 0x3B:
        begin = at
        if kind == 0x2C:
            at = _blocks_end(data, at + 11 + _colours(data[at + 9]))
            pictures += 1
            out.append(data[begin:at])
        elif kind == 0x21:
            at = _blocks_end(data, at + 2)
            if data[begin + 1] == 0xF9 or (data[begin + 1] == 0xFF and data[begin + 3 : begin + 14] == b"NETSCAPE2.0"):
                out.append(data[begin:at])
        else:
            raise _BrokenError
    if not pictures:
        raise _BrokenError
    return b"".join([*out, b";"])


def _colours(packed: int) -> int:
    """Bytes of the colour table that a packed field promises."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _blocks_end(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1
