"""Small pictures with things written into them that are nobody's business. Imported from the folder itself."""

from __future__ import annotations

import base64
import struct
import zlib

CANARY = b"SECRET-PLACE-31.2304N"
_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAA"
    "ACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0"
    "AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAA"
    "AAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAM"
    "ZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////"
    "////////////////////////////////2wBDAVVaWnhpeOuCguv/////////////////////////////////////////////////////////////////////"
    "////wAARCAABAAEDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/E"
    "ABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AIgAf//Z"
)
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")


def png(*, noted: bool = False) -> bytes:
    """One red dot; ``noted`` with a text, an Exif chunk and something behind its end."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    notes = chunk(b"tEXt", b"Comment\0" + CANARY) + chunk(b"eXIf", b"MM\0*" + CANARY) if noted else b""
    head, dot = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), chunk(b"IDAT", zlib.compress(b"\0\xc8\x1e\x1e"))
    return b"\x89PNG\r\n\x1a\n" + head + notes + dot + chunk(b"IEND", b"") + (CANARY if noted else b"")


def jpeg(*, noted: bool = False) -> bytes:
    """One dot; ``noted`` with Exif (which way is up, and a description), a remark and something behind its end."""
    if not noted:
        return _JPEG
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack(">HHII", 0x010E, 2, len(CANARY), 38)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 2) + entries + struct.pack(">I", 0) + CANARY

    def segment(marker: bytes, body: bytes) -> bytes:
        return marker + struct.pack(">H", len(body) + 2) + body

    return _JPEG[:2] + segment(b"\xff\xe1", exif) + segment(b"\xff\xed", CANARY) + segment(b"\xff\xfe", CANARY) + _JPEG[2:] + CANARY


def gif(*, noted: bool = False) -> bytes:
    """One dot; ``noted`` with a remark, an application's block and something behind its end."""
    if not noted:
        return _GIF
    remark = b"!\xfe" + bytes([len(CANARY)]) + CANARY + b"\0"
    application = b"!\xff\x0bXMP DataXMP" + bytes([len(CANARY)]) + CANARY + b"\0"
    return _GIF[:19] + remark + application + _GIF[19:] + CANARY


def webp(*, noted: bool = False) -> bytes:
    """One dot; ``noted`` in the extended form, with Exif, XMP and something behind its end."""
    if not noted:
        return _WEBP

    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    chunks = chunk(b"VP8X", bytes([0b1100, 0, 0, 0, 0, 0, 0, 0, 0, 0])) + _WEBP[12:] + chunk(b"EXIF", CANARY) + chunk(b"XMP ", CANARY)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks + CANARY


MAKE = {"image/png": png, "image/jpeg": jpeg, "image/gif": gif, "image/webp": webp}
