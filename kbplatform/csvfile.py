"""CSV for spreadsheets, in which nothing that people typed is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | None
BOM = "\ufeff"
"""Makes Excel read UTF-8, and so Chinese."""
_RISKY = re.compile(r"[\s\x00]*[=+\-@＝＋－＠−|%]|[\t\r\n]")
"""What a spreadsheet may take for the start of a formula or of a DDE command (OWASP, CSV injection), full-width look-alikes included."""
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}|\d{1,3}(?:,\d{3}){1,9})(?:\.\d{0,30})?%?")


def is_risky(text: str) -> bool:
    """Whether a spreadsheet might run ``text``."""
    return bool(_RISKY.match(text)) and not _NUMBER.fullmatch(text)


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs: text that might be run has an apostrophe before it. Numbers, also typed ones, stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and is_risky(cell) else cell


def csv_line(cells: Iterable[Cell]) -> str:
    """One line of CSV, harmless; None is an empty cell."""
    out = io.StringIO()
    csv.writer(out).writerow(["" if c is None else harmless(c) for c in cells])
    return out.getvalue()


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Lines of a CSV file with a heading, which opens in Excel as it is."""
    yield BOM + csv_line(heading)
    for row in rows:
        yield csv_line(row)
