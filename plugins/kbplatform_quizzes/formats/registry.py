"""The formats there are, and how a file is told to be one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats import aiken, gift, gift_writing, moodle_xml, moodle_xml_writing, native, table, table_writing
from kbplatform_quizzes.formats.exported import Exported, FindPicture
from kbplatform_quizzes.formats.imported import Imported, whole
from kbplatform_quizzes.kinds import BUILT_IN, QuestionType
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.reading import MAX_BYTES

MAX_TEXT, MAX_XML, MAX_YAML = 5_000_000, 30_000_000, native.ARTICLES * MAX_BYTES
"""Bytes of a file: XML brings its pictures along."""
Write = Callable[[Iterable[Question], Lang, FindPicture], Exported]
_ZIP = b"PK\x03\x04"
_YAML = re.compile(r"(?:[ \t]*(?:#.*|---[ \t]*)?\n)*questions:")
_AIKEN = re.compile(r"^ANSWER:\s*[A-Z]\b", re.MULTILINE)
_GIFT = re.compile(r"[{}]|^\s*::|^\$CATEGORY:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write questions down. ``read`` takes the text of a file, or its bytes where ``binary``."""

    name: str
    label: Text
    suffixes: tuple[str, ...]
    read: Callable[[str, Lang | None], Imported] | Callable[[bytes, Lang | None], Imported]
    write: Write
    binary: bool = False
    most: int = MAX_TEXT


def formats_with(types: Iterable[QuestionType]) -> dict[str, Format]:
    """The formats by name; our own knows these kinds of question."""
    all_of_them = (
        Format("yaml", Text("本站的 quiz.yaml", "Our quiz.yaml"), (".yaml", ".yml"), native.reader(types), native.write, most=MAX_YAML),
        Format("gift", Text("GIFT", "GIFT"), (".gift",), gift.read, gift_writing.write),
        Format("moodle-xml", Text("Moodle XML", "Moodle XML"), (".xml",), moodle_xml.read, moodle_xml_writing.write, most=MAX_XML),
        Format("aiken", Text("Aiken", "Aiken"), (".aiken",), aiken.read, aiken.write),
        Format("csv", Text("CSV 表格", "CSV table"), (".csv", ".tsv"), table.read_csv, table_writing.write_csv),
        Format("xlsx", Text("Excel 表格", "Excel table"), (".xlsx",), table.read_xlsx, table_writing.write_xlsx, binary=True),
    )
    return {one.name: one for one in all_of_them}


FORMATS = formats_with(BUILT_IN)
"""The formats where no other plugin adds kinds of question."""


def read_file(
    data: bytes, name: str = "", *, format: str = "", lang: Lang | None = None, formats: Mapping[str, Format] = FORMATS,  # noqa: A002 - the word of the command
) -> tuple[Format | None, Imported]:  # fmt: skip
    """Read a stranger's file, in the format that is named or else the one it looks like. Never raises for what is in it."""
    found = formats.get(format or detect(data, name))
    if found is not None and len(data) > found.most:
        return found, whole(f"文件超过 {found.most // 1_000_000} MB", f"the file is over {found.most // 1_000_000} MB")
    if found is not None and found.binary:
        return found, found.read(data, lang)  # type: ignore[arg-type]  # binary says so
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return found, _not_utf_8(data, error)
    if found is None:
        zh, en = "看不出是哪种格式，请选定一种（命令行用 --format）", "this looks like none of the formats: choose one (at the prompt with --format)"
        return None, whole(zh, en)
    return found, found.read(text, lang)  # type: ignore[arg-type]  # as above


def _not_utf_8(data: bytes, error: UnicodeDecodeError) -> Imported:
    start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
    zh = f"不是 UTF-8：第 {start} 字节（从 0 数）。请另存为 UTF-8 再导入"
    return whole(zh, f"not UTF-8: byte {start}, counted from 0. Save it as UTF-8 and try again", data.count(b"\n", 0, start) + 1)


def detect(data: bytes, name: str = "") -> str:
    """The format a file is in, by what stands in it; by its name only where that leaves it open. Empty where it is none."""
    if data.startswith(_ZIP):
        return "xlsx"
    text = data[:200_000].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    start = text.lstrip()
    looks = (
        ("moodle-xml", start.startswith(("<?xml", "<quiz", "<!"))),
        ("csv", table.looks_like_one(start)),
        ("yaml", bool(_YAML.match(text))),
        ("aiken", bool(_AIKEN.search(text))),
        ("gift", bool(_GIFT.search(text))),
    )
    by_name = (one.name for one in FORMATS.values() if name.lower().endswith(one.suffixes))
    return next((kind for kind, fits in looks if fits), next(by_name, ""))
