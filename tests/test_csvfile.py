"""Files for spreadsheets hold what people typed as text: the audit, content gaps and the calculators write them by one set of rules."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

import kbplatform
from kbplatform.sdk import BOM, as_csv, csv_line, harmless

ROOT = Path(kbplatform.__file__).resolve().parents[1]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1+1", "－1-1", "　=1", "|x", "%0A"])
def test_no_cell_is_run_by_a_spreadsheet(cell):
    assert harmless(cell) == f"'{cell}"
    lines = "".join(as_csv(["a"], [[cell]]))
    assert list(csv.reader(lines.removeprefix(BOM).splitlines(keepends=True))) == [["a"], [f"'{cell}"]]


@pytest.mark.parametrize("cell", [-5, -0.5, "-5", "+1,200", "-12.5%", "20", "早班", "a=b", None, ""])
def test_numbers_and_plain_words_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_a_line_quotes_what_csv_must_and_leaves_nothing_empty():
    assert next(csv.reader([csv_line(["王芳", "", None, 7, 'say "hi", twice', "=1+1"])])) == ["王芳", "", "", "7", 'say "hi", twice', "'=1+1"]


def test_nobody_writes_csv_past_the_rules():
    """Each module of ours that calls ``csv.writer`` or ``csv.DictWriter``: only the one that holds the rules."""
    calls = {
        str(path.relative_to(ROOT))
        for folder in ("kbplatform", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"writer", "DictWriter"} and isinstance(node.value, ast.Name) and node.value.id == "csv"
    }
    assert calls == {"kbplatform/csvfile.py"}
