"""A whole file of inputs at once: read as spreadsheets write it, worked out row by row, every problem said in words.

Columns are found by the inputs' names or by their labels in either language; those that are nobody's are carried through.
"""

from __future__ import annotations

import csv
import io
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.sdk import BOM, FieldError, InvalidInput, Lang, Text, csv_line
from kbplatform_calculators.running import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbplatform.sdk import Cell
    from kbplatform_calculators.calculator import Calculator, Result, Way
    from kbplatform_calculators.inputs import Input

MAX_BYTES = 2_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 200
MAX_CHUNK = 500
SECONDS = 20.0
"""How long one request works on a file; the command line has no such limit."""
FILE = "file"
_UNIT = re.compile(r"\s*[(（\[［][^)）\]］]*[)）\]］]\s*$")
_ANSWER, _PROBLEM = Text("结果", "Answer"), Text("问题", "Problem")
_TOO_LONG = Text(
    "没轮到：整个文件算得太久。请分几次传，或用命令 kbplatform calc --batch。",
    "Not worked out: the file takes too long here. Send it in parts, or use kbplatform calc --batch.",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read: ``rows`` with the numbers of the lines they begin on, the heading being ``heading``."""

    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a sheet is worked out: which way, and which column holds which input. ``unknown`` columns are carried through."""

    calculator: Calculator
    way: Way
    columns: Mapping[str, int]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a row: a result, or what is wrong with it. ``line`` is its line in the file."""

    line: int
    cells: tuple[str, ...]
    result: Result | None
    problems: tuple[Text, ...]


def decode(data: bytes) -> str:
    """Text of a file in UTF-8 (with or without BOM), GB18030, or UTF-16 with BOM, as spreadsheets write them. Raises InvalidInput."""
    if len(data) > MAX_BYTES:
        raise _wrong(Text(f"文件最大 {MAX_BYTES // 1_000_000} MB", f"A file may have {MAX_BYTES // 1_000_000} MB"))
    for encoding in ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _wrong(Text("这不是文本文件。请从表格软件另存为 CSV。", "That is not a text file: save it as CSV from your spreadsheet."))


def read_sheet(text: str, *, most: int = MAX_ROWS) -> Sheet:
    """The rows of a CSV text: commas, semicolons or tabs; empty lines don't count. Raises InvalidInput."""
    text = text.removeprefix(BOM)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[tuple[int, tuple[str, ...]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, tuple(cells)))
            begins = reader.line_num + 1
            if len(rows) > most + 1:
                break
    except csv.Error as error:
        en = f"Line {begins} can't be read: a quote is not closed, or a cell is too long"
        raise _wrong(Text(f"第 {begins} 行读不懂：引号没有成对，或者一格太长", en)) from error
    if len(rows) < 2:
        raise _wrong(Text("要有一行列名和至少一行数据", "Needs a line of column names and at least one line of data"))
    if len(rows) > most + 1:
        raise _wrong(Text(f"一次最多 {most:,} 行", f"At most {most:,} rows at a time"))
    if len(rows[0][1]) > MAX_COLUMNS:
        raise _wrong(Text(f"最多 {MAX_COLUMNS} 列", f"At most {MAX_COLUMNS} columns"))
    return Sheet(rows[0][1], tuple(rows[1:]))


def plan(calculator: Calculator, heading: Sequence[str], way: str = "") -> Plan:
    """Find the inputs among the columns, and by them the way to start from unless one is named. Raises InvalidInput."""
    ways = [w for w in calculator.ways if w.name == way] or list(calculator.ways) if way else list(calculator.ways)
    found = [(_columns(w, heading), w) for w in ways]
    fitting = [(columns, w) for columns, w in found if w.required <= columns.keys()]
    if not fitting:
        columns, w = max(found, key=lambda f: len(f[0]))
        missing = [i for i in w.inputs if not i.optional and i.name not in columns]
        zh, en = "、".join(_both(i) for i in missing), ", ".join(_both(i) for i in missing)
        en = f"These columns are missing: {en}. Call columns as the inputs are called, in either language."
        raise _wrong(Text(f"缺这几列：{zh}。列名用输入项的名称，中英文都行。", en))
    columns, w = max(fitting, key=lambda f: len(f[0]))
    used = set(columns.values())
    return Plan(calculator, w, columns, tuple(name.strip() for i, name in enumerate(heading) if i not in used and name.strip()))


def work(chosen: Plan, rows: Iterable[tuple[int, tuple[str, ...]]], seconds: float | None = None) -> Iterator[Row]:
    """Work the rows out one by one; what is wrong with one costs that row only. After ``seconds`` the rest says so."""
    until = None if seconds is None else time.monotonic() + seconds
    for line, cells in rows:
        if until is not None and time.monotonic() > until:
            yield Row(line, cells, None, (_TOO_LONG,))
        else:
            yield _worked(chosen, line, cells)


def _worked(chosen: Plan, line: int, cells: tuple[str, ...]) -> Row:
    raw = {name: cells[i] for name, i in chosen.columns.items() if i < len(cells)}
    try:
        return Row(line, cells, run(chosen.calculator, raw, chosen.way), ())
    except InvalidInput as error:
        return Row(line, cells, None, tuple(worded(chosen.way, f) for f in error.fields) or (error.message,))


def worded(way: Way, problem: FieldError) -> Text:
    """What is wrong with an input, with the input's name before it."""
    label = next((i.label for i in way.inputs if i.name == problem.field), Text(problem.field, problem.field))
    return Text(f"{label.zh}：{problem.message.zh}", f"{label.en}: {problem.message.en}")


def out_heading(chosen: Plan, heading: Sequence[str], lang: Lang) -> list[str]:
    """The file's own columns, then a column for each figure, the answer in words, and what is wrong."""
    return [*heading, *(o.label.in_(lang) for o in chosen.way.outputs), _ANSWER.in_(lang), _PROBLEM.in_(lang)]


def out_cells(chosen: Plan, width: int, row: Row, lang: Lang) -> list[Cell]:
    """A row of the outcome, its own cells first, filled up or cut to ``width``."""
    own: list[Cell] = [*row.cells[:width], *[""] * (width - len(row.cells))]
    if row.result is None:
        said = "; ".join(p.in_(lang) for p in row.problems)
        return [*own, *[None] * len(chosen.way.outputs), "", said]
    figures: list[Cell] = [row.result.outputs.get(o.name) for o in chosen.way.outputs]
    cautions = " ".join(w.in_(lang) for w in row.result.warnings)
    answer = row.result.explanation.in_(lang) + (f" {cautions}" if cautions else "")
    return [*own, *figures, answer, ""]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file worked out: its text, how many rows went well, and the first rows that didn't."""

    csv: str
    done: int
    failed: int
    unknown: tuple[str, ...]
    problems: tuple[tuple[int, tuple[Text, ...]], ...]


def work_sheet(
    calculator: Calculator, sheet: Sheet, lang: Lang, *, way: str = "", seconds: float | None = None,
    told: Callable[[Iterable[Row]], Iterable[Row]] = lambda rows: rows, shown: int = 20,
) -> Outcome:  # fmt: skip
    """Work a whole sheet out. ``told`` sees each row pass, for a progress bar. Raises InvalidInput as :func:`plan`."""
    chosen = plan(calculator, sheet.heading, way)
    lines = [BOM + csv_line(out_heading(chosen, sheet.heading, lang))]
    problems: list[tuple[int, tuple[Text, ...]]] = []
    done = 0
    for row in told(work(chosen, sheet.rows, seconds)):
        lines.append(csv_line(out_cells(chosen, len(sheet.heading), row, lang)))
        done += row.result is not None
        if row.problems and len(problems) < shown:
            problems.append((row.line, row.problems))
    return Outcome("".join(lines), done, len(sheet.rows) - done, chosen.unknown, tuple(problems))


def template(way: Way, lang: Lang) -> str:
    """A CSV file to fill in: the columns, and the worked examples as rows."""
    rows = [[_typed(i, example.inputs.get(i.name)) for i in way.inputs] for example in way.examples[:3]]
    labels = [i.label.in_(lang) for i in way.inputs]
    names = labels if len({_key(label) for label in labels}) == len(labels) else [i.name for i in way.inputs]
    return "".join([BOM + csv_line(names), *(csv_line(row) for row in rows)])


def _typed(field: Input, value: object) -> str:
    return "" if value is None else field.typed(value)


def _columns(way: Way, heading: Sequence[str]) -> dict[str, int]:
    """Input → column. Raises InvalidInput where two columns claim the same input."""
    known: dict[str, str] = {}
    for field in way.inputs:
        for word in (field.label.zh, field.label.en):
            known.setdefault(_key(word), field.name)
    known |= {_key(field.name): field.name for field in way.inputs}
    found: dict[str, int] = {}
    for column, word in enumerate(heading):
        name = known.get(_key(word)) or known.get(_key(_UNIT.sub("", word)))
        if name in found:
            raise _wrong(Text(f"有两列都是“{word.strip()}”，只留一列", f"Two columns are “{word.strip()}”: keep one of them"))
        if name is not None:
            found[name] = column
    return found


def _key(word: str) -> str:
    return re.sub(r"[\s_]+", " ", unicodedata.normalize("NFKC", word)).strip().casefold()


def _both(field: Input) -> str:
    return f"{field.label.zh} / {field.label.en} ({field.name})"


def _delimiter(text: str) -> str:
    """What parts cells in the first line that has anything, outside quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    plain = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=plain.count)


def _wrong(message: Text) -> InvalidInput:
    return InvalidInput(message, fields=(FieldError(FILE, message),))
