"""Tables as Excel files, in which nothing that people typed is ever run as a formula."""

from __future__ import annotations

import io
import re
import tempfile
from typing import TYPE_CHECKING, Any

from kbplatform.csvfile import is_risky

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbplatform.csvfile import Cell

_WIDEST, _NARROWEST = 60, 8


def as_xlsx(title: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """An Excel file with one sheet. A row is written to disk as soon as it is there, so that length costs no memory.

    Text is stored as text; what a spreadsheet might run when it is saved as CSV is marked as text there too.
    """
    import xlsxwriter  # noqa: PLC0415 - only where somebody wants such a file

    out = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="kb-xlsx-") as folder:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "tmpdir": folder}
        book = xlsxwriter.Workbook(out, options)
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31] or "1")
        bold, quoted = book.add_format({"bold": True, "bottom": 1, "text_wrap": True}), book.add_format({"quote_prefix": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(heading):
            sheet.set_column(column, column, min(max(2 * len(name), _NARROWEST), _WIDEST))
        _write(sheet, 0, heading, bold, bold)
        for number, row in enumerate(rows, 1):
            _write(sheet, number, row, None, quoted)
        book.close()
    return out.getvalue()


def _write(sheet: Any, number: int, cells: Sequence[Cell], plain: Any, quoted: Any) -> None:  # noqa: ANN401 - a library without types
    for column, cell in enumerate(cells):
        if isinstance(cell, int | float):
            sheet.write_number(number, column, cell, plain)
        elif cell:
            sheet.write_string(number, column, cell, quoted if is_risky(cell) else plain)
