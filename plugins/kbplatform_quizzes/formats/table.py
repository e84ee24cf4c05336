"""Questions from a table, CSV or Excel: one row each. Formulas are text; what a row can't mean is told with its number."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats.columns import DIFFICULTIES, FALSE, LETTERS, TRUE, TYPES, column_of, plain_heading
from kbplatform_quizzes.formats.gift import essay_of, number_in
from kbplatform_quizzes.formats.imported import Draft, Imported, Item, Refused, item, language_of, named, tidy_tags, unique, whole
from kbplatform_quizzes.kinds.arranging import Matching, Ordering, Pair
from kbplatform_quizzes.kinds.choice import RULES, Multiple, Option, Single, TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Accepted, Criterion, Essay, Numerical, ShortAnswer, Span, Unit
from kbplatform_quizzes.question import MEDIUM, Body, Question

MAX_ROWS, MAX_COLUMNS, MAX_CELL = 5_000, 200, 20_000
MAX_PARTS, MAX_UNPACKED = 2_000, 60_000_000
_ASCII_ARROW, _ARROW = re.compile(r"\s*->\s*"), re.compile(r"\s*(?:→|⇒|=>)\s*")
_PARTS = re.compile(r"\s*[;；\n]\s*")
_APOSTROPHE = re.compile(r"'(?=[\s\x00]*[=+\-@＝＋－＠−|%\t\r\n])")
"""An apostrophe that a guarded export put before what a spreadsheet would run."""
_LETTER_LIST = re.compile(r"[\s,，、;；/]+")


def looks_like_one(start: str) -> bool:
    """Whether a text begins with a heading of ours."""
    head = start[:MAX_CELL].partition("\n")[0]
    names = {column_of(cell) for cell in next(csv.reader([head], delimiter=_delimiter(head)), [])}
    return {"type", "stem"} <= names or {"stem", "answer"} <= names


def _delimiter(head: str) -> str:
    return max(",;\t，", key=head.count)


def read_csv(source: str, lang: Lang | None = None) -> Imported:
    """The questions of a CSV file with commas, semicolons or tabs."""
    head = source.lstrip("\n\r").partition("\n")[0]
    try:
        reader = csv.reader(io.StringIO(source, newline=""), delimiter=_delimiter(head))
        rows, before = [], 0
        for cells in reader:
            rows.append((before + 1, [_unguarded(cell) for cell in cells]))
            before = reader.line_num
            if len(rows) > MAX_ROWS + 1:
                return _too_many()
    except csv.Error as error:
        return whole(f"表格读不了：{error}", f"the table can't be read: {error}", before + 1)
    return _read(rows, lang)


def _too_many() -> Imported:
    return whole(f"一个文件最多 {MAX_ROWS} 行", f"at most {MAX_ROWS} rows a file")


def _unguarded(cell: str) -> str:
    return cell[1:] if _APOSTROPHE.match(cell) else cell


def read_xlsx(data: bytes, lang: Lang | None = None) -> Imported:
    """The questions of the first sheet of an Excel file."""
    from openpyxl import load_workbook  # noqa: PLC0415 - takes a third of a second, only where somebody has such a file

    problem = _zip_problem(data)
    if problem is not None:
        return whole(problem.zh, problem.en)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that mean nothing here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            found = enumerate(book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS), 1)
            rows = [(number, [_cell_text(cell) for cell in cells]) for number, cells in found]
            book.close()
    except Exception:  # noqa: BLE001 - a stranger's file breaks the library in ways it doesn't name
        zh = "这个 Excel 文件读不了，可能是坏的；用 Excel 打开另存一次再试"
        return whole(zh, "this Excel file can't be read and may be damaged: open it in Excel, save it again and retry")
    while rows and not any(rows[-1][1]):
        rows.pop()
    return _too_many() if len(rows) > MAX_ROWS + 1 else _read(rows, lang)


def _zip_problem(data: bytes) -> Text | None:
    """Why a file that calls itself Excel isn't opened."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):  # the last: packed in a way zipfile does not know
        return Text("不是完整的 Excel 文件（.xlsx）", "this is no whole Excel file (.xlsx)")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        return Text(f"解开以后超过 {MAX_UNPACKED // 1_000_000} MB，不收", f"unpacked it is over {MAX_UNPACKED // 1_000_000} MB, which isn't taken")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        return Text("这个压缩包不是 Excel 文件", "this zip file is no Excel file")
    return None


def _cell_text(cell: Any) -> str:  # noqa: ANN401 - openpyxl's cells share no type
    """A cell as people see it: 85% is no 0.85, 5 is no 5.0; a formula is its own text."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            shown = f"{Decimal(str(value)) * 100:f}"
            return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + "%"
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)[: MAX_CELL + 1]


def _read(rows: list[tuple[int, list[str]]], lang: Lang | None) -> Imported:
    full = [(number, [cell.strip() for cell in cells]) for number, cells in rows if any(cell.strip() for cell in cells)]
    if not full:
        return whole("表格是空的", "the table is empty")
    line, heading = full[0]
    names = [column_of(cell) for cell in heading]
    if "stem" not in names:
        return whole("没找到“题干”（stem）这一列：第一行要写列名", "there is no column “stem” (题干): the first row names the columns", line)
    strangers = [cell for cell, name in zip(heading, names, strict=True) if cell and not name]
    items = [_item(number, names, strangers, heading, cells, lang) for number, cells in full[1:]]
    return Imported(unique(items))


def _item(number: int, names: list[str], strangers: list[str], heading: list[str], cells: list[str], lang: Lang | None) -> Item:
    row: dict[str, str] = {}
    left = []
    for place, cell in enumerate(cells):
        name = names[place] if place < len(names) else ""
        if cell and name and name not in row:
            row[name] = cell
        elif cell:
            left.append(heading[place] if place < len(heading) and heading[place] in strangers else f"{place + 1}")
    draft = Draft(language_of("".join(cell for name, cell in row.items() if not name.endswith("_en")), lang))
    if left:
        draft.note(f"不认识的列没收：{'、'.join(left)}", f"columns that mean nothing here are left out: {', '.join(left)}")
    return item(draft, lambda: _Row(row, draft).question(), number, row.get("stem", row.get("stem_en", ""))[:60])


class _Row:
    """One row being read. A column with ``_en`` beside it makes a text of both languages."""

    def __init__(self, row: dict[str, str], draft: Draft) -> None:
        self._row, self._draft = row, draft

    def question(self) -> Question:
        """Raises Refused."""
        long = next((name for name, cell in self._row.items() if len(cell) > MAX_CELL), "")
        if long:
            raise Refused(Text(f"{long} 一格超过 {MAX_CELL} 字", f"the cell {long} is over {MAX_CELL} characters"))
        kind = self._kind()
        stem = self._words("stem")
        body = _KINDS[kind](self)
        question = Question(
            "q", stem, body,
            section=self._row.get("section", ""),
            feedback=self._words("feedback"),
            difficulty=self._difficulty(),
            tags=tidy_tags(self._draft, _PARTS.split(self._row.get("tags", ""))),
        )  # fmt: skip
        return named(self._draft, question, "", self._row.get("id", ""))

    def _kind(self) -> str:
        word = plain_heading(self._row.get("type", ""))
        if not word:
            return self._guess()
        kind = TYPES.get(word, word)
        if kind not in _KINDS:
            raise Refused(Text(f"题型“{self._row['type']}”这里没有", f"there is no type “{self._row['type']}” in tables"))
        return kind

    def _guess(self) -> str:
        answer = self._row.get("answer", "")
        if self._listed():
            kind = "multiple" if len(self._letters(answer)) > 1 else "single"
        elif plain_heading(answer) in TRUE | FALSE:
            kind = "truefalse"
        else:
            raise Refused(Text("没写题型", "no type is given"))
        self._draft.note(f"没写题型，按 {kind} 收", f"no type is given: taken as {kind}")
        return kind

    def _words(self, name: str) -> Text:
        """Both languages where a column and the one beside it are filled; one, in its own language, otherwise."""
        own, english = self._row.get(name, ""), self._row.get(f"{name}_en", "")
        return Text(own, english) if english else self._draft.words(own)

    def _listed(self) -> list[str]:
        return [letter for letter in LETTERS if letter in self._row or f"{letter}_en" in self._row]

    def _worth(self, letter: str) -> float | None:
        cell = self._row.get(f"{letter}_worth", "").rstrip("%％")
        return float(number_in(cell)) if cell else None

    def _letters(self, answer: str) -> list[str]:
        return list(dict.fromkeys(_LETTER_LIST.sub("", answer.upper())))

    def _options(self) -> tuple[Option, ...]:
        listed = self._listed()
        rights = self._letters(self._row.get("answer", ""))
        if not rights:
            raise Refused(Text("缺答案 answer", "an answer is missing"))
        if not set(rights) <= set(listed):
            raise Refused(Text(f"答案“{self._row.get('answer', '')}”不是选项的字母", f"the answer “{self._row.get('answer', '')}” names no options"))
        return tuple(Option(self._words(x), x in rights, self._words(f"{x}_why"), self._worth(x)) for x in listed)

    def single(self) -> Body:
        return Single(self._options())

    def multiple(self) -> Body:
        rule = self._row.get("rule", "all")
        known = next((r for r, text in RULES.items() if rule in {r, text.zh, text.en}), None)
        if known is None:
            raise Refused(Text(f"计分“{rule}”这里没有，只有 {'、'.join(RULES)}", f"there is no rule “{rule}”; one of {', '.join(RULES)}"))
        return Multiple(self._options(), known)

    def true_false(self) -> Body:
        answer = plain_heading(self._row.get("answer", ""))
        if answer not in TRUE | FALSE:
            raise Refused(Text(f"判断题的答案写“对”或“错”，这里是“{answer}”", f"the answer is true or false, not “{answer}”"))
        for letter in self._listed():
            if plain_heading(self._row.get(letter, "")) not in TRUE | FALSE:
                self._draft.note("判断题不要选项，没收", "true or false needs no options: they are left out")
        return TrueFalse(answer in TRUE, self._words("A_why"), self._words("B_why"))

    def short(self) -> Body:
        answers = [Accepted(self._words(x), self._full(x), self._words(f"{x}_why")) for x in self._listed()]
        if not answers:
            answers = [Accepted(self._draft.words(form)) for form in re.split(r"\s*[|｜\n]\s*", self._row.get("answer", "")) if form]
        return ShortAnswer(tuple(answers), self._words("otherwise"))

    def _full(self, letter: str) -> float:
        worth = self._worth(letter)
        return 100.0 if worth is None else worth

    def number(self) -> Body:
        spans = [Span(*_range(self._row[x]), self._full(x), self._words(f"{x}_why")) for x in self._listed() if x in self._row]
        if not spans:
            spans = [Span(*_range(self._row.get("answer", "")))]
        units = tuple(self._unit(part) for part in _PARTS.split(self._row.get("units", "")) if part)
        needed = plain_heading(self._row.get("unit_needed", "")) in TRUE
        return Numerical(tuple(spans), units, needed, self._words("otherwise"))

    def _unit(self, part: str) -> Unit:
        name, equals, times = part.partition("=")
        zh, bar, en = name.strip().partition("|")
        return Unit(Text(zh.strip(), en.strip()) if bar else Text(zh, zh), number_in(times) if equals else Decimal(1))

    def match(self) -> Body:
        pairs, spare = [], []
        for letter in self._listed():
            own, english = (_sides(self._row.get(name, "")) for name in (letter, f"{letter}_en"))
            left, right = (Text(a, b) if b else self._draft.words(a) for a, b in zip(own, english, strict=True))
            if not right:
                raise Refused(Text(f"选项{letter} 要写成“左 -> 右”", f"{letter} is written “left -> right”"))
            if left:
                pairs.append(Pair(left, right))
            else:
                spare.append(right)
        return Matching(tuple(pairs), tuple(spare))

    def order(self) -> Body:
        rule = self._row.get("rule", "place")
        if rule not in {"all", "place"}:
            raise Refused(Text(f"计分“{rule}”这里没有，只有 all、place", f"there is no rule “{rule}”; all or place"))
        return Ordering(tuple(self._words(x) for x in self._listed()), "all" if rule == "all" else "place")

    def essay(self) -> Body:
        lines = tuple(Criterion(self._words(x), self._points(x)) for x in self._listed())
        if self._row.get("answer"):
            self._draft.note("问答题的答案没收，写进评分标准（选项A 起）才用得上", "the answer of an essay is left out: the rubric goes into A, B …")
        return Essay(lines) if lines else essay_of(self._draft)

    def _points(self, letter: str) -> float:
        worth = self._worth(letter)
        return 1.0 if worth is None else worth

    def _difficulty(self) -> int:
        cell = self._row.get("difficulty", "")
        if not cell:
            return MEDIUM
        if plain_heading(cell) in DIFFICULTIES:
            return DIFFICULTIES[plain_heading(cell)]
        if cell in {"1", "2", "3"}:
            return int(cell)
        self._draft.note(f"难度“{cell}”看不懂，按中等收", f"the difficulty “{cell}” isn't understood: taken as medium")
        return MEDIUM


def _sides(cell: str) -> tuple[str, str]:
    """Left and right of an arrow; a cell that begins with one has no left."""
    parts = (_ASCII_ARROW if "->" in cell else _ARROW).split(cell, 1)
    return (parts[0].strip(), parts[1].strip()) if len(parts) == 2 else ("", "")


def _range(cell: str) -> tuple[Decimal, Decimal]:
    if ".." in cell:
        low, _, high = cell.partition("..")
        return number_in(low), number_in(high)
    value, mark, tolerance = cell.replace("+/-", "±").partition("±")
    around = abs(number_in(tolerance)) if mark else Decimal()
    return number_in(value) - around, number_in(value) + around


_KINDS: dict[str, Callable[[_Row], Body]] = {
    "single": _Row.single,
    "multiple": _Row.multiple,
    "truefalse": _Row.true_false,
    "shortanswer": _Row.short,
    "numerical": _Row.number,
    "matching": _Row.match,
    "ordering": _Row.order,
    "essay": _Row.essay,
    "description": lambda _row: Description(),
}
