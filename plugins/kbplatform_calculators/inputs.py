"""The kinds of input a calculator may ask for. Each reads what people type, says its bounds, and describes itself as JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from kbplatform.sdk import Lang, Text
from kbplatform_calculators.typed import Unreadable, cut, is_share, left_out, read_duration, read_number

NOTHING = Text("", "")
LARGEST = 1_000_000_000_000
"""No count, time or sum of money in service work is larger; whatever is computed from such numbers stays finite."""
MAX_MEMBERS = 2_000
MAX_ROWS = 20
MAX_TEXT = 20_000
"""Characters of a list or table as typed."""

Schema = dict[str, Any]
_MAY_BE_SHARES = frozenset({"", "proportion", "percent"})
_NO_SHARE = Text("这里填数，不填比例", "This is a number, not a share: leave out the %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What all kinds have. ``name`` stands in addresses and JSON; an ``optional`` input left empty reads as ``default``.

    ``better`` says which way a change of this input makes the main figure better: tests hold a calculator to it.
    """

    name: str
    label: Text
    hint: Text = NOTHING
    optional: bool = False
    default: Any = None
    better: Literal["higher", "lower", ""] = ""

    long = False
    """Whether a form needs room for several lines."""

    def read(self, raw: object) -> Any:  # noqa: ANN401 - each kind says what
        """``raw`` as typed or as JSON → the value. Raises Unreadable."""
        raise NotImplementedError

    def typed(self, value: object) -> str:
        """How ``value`` is written in a field, so that ``read(typed(v)) == v``."""
        return str(value)

    def schema(self, lang: Lang) -> Schema:
        """JSON Schema of the value."""
        raise NotImplementedError

    def described(self, lang: Lang, **rest: Any) -> Schema:  # noqa: ANN401 - values of JSON
        """The parts of the schema that every kind has."""
        given = {"title": self.label.in_(lang), "description": self.hint.in_(lang), "default": self.default}
        return rest | {k: v for k, v in given.items() if v not in {"", None}} if isinstance(self.default, str | int | float | None) else rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Input):
    """A number within bounds; ``above`` is a bound that itself is not allowed. ``unit`` is one of :data:`figures.UNITS`.

    ``toward`` names an input that this one is held against: a range to try out goes at least that far.
    """

    unit: str = ""
    minimum: float = 0
    maximum: float = LARGEST
    above: float | None = None
    toward: str = ""

    def read(self, raw: object) -> int | float:
        """Whole numbers stay whole. Raises Unreadable."""
        return self._within(self._parse(raw))

    def _parse(self, raw: object) -> Decimal:
        value = read_number(raw, self.unit)
        if not is_share(raw) or self.unit in _MAY_BE_SHARES:
            return value
        if self.unit == "points":  # 85% of a hundred points
            return value * 100
        raise Unreadable(_NO_SHARE)

    def _within(self, value: Decimal) -> int | float:
        if not Decimal(str(self.minimum)) <= value <= Decimal(str(self.maximum)):
            low, high = self._shown(self.minimum), self._shown(self.maximum)
            raise Unreadable(Text(f"要在 {low} 到 {high} 之间", f"Must be from {low} to {high}"))
        if self.above is not None and value <= Decimal(str(self.above)):
            raise Unreadable(Text(f"要大于 {self._shown(self.above)}", f"Must be more than {self._shown(self.above)}"))
        read = int(value) if value == value.to_integral_value() and not self._written_as_fraction(value) else float(value)
        if self.above is not None and read <= self.above:  # 1e-999 is more than 0 as typed, but not as a float
            raise Unreadable(Text("这个数小得没法算", "This is too small to compute with"))
        return read

    @staticmethod
    def _written_as_fraction(value: Decimal) -> bool:
        return int(value.as_tuple().exponent) < 0

    def _shown(self, bound: float) -> str:
        return f"{bound:,}"

    def typed(self, value: object) -> str:
        short = f"{value:.15g}" if isinstance(value, float) else str(value)
        return repr(value) if isinstance(value, float) and float(short) != value else short

    def schema(self, lang: Lang) -> Schema:
        bounds: Schema = {"minimum": self.minimum, "maximum": self.maximum}
        if self.above is not None:
            bounds |= {"exclusiveMinimum": self.above}
        unit = {"x-unit": self.unit} if self.unit else {}
        return self.described(lang, type="number", **bounds, **unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Number):
    """A whole number of things."""

    def _parse(self, raw: object) -> Decimal:
        if is_share(raw):
            raise Unreadable(_NO_SHARE)
        return read_number(raw, self.unit)

    def _within(self, value: Decimal) -> int:
        if value != value.to_integral_value():
            raise Unreadable(Text("要写成整数，例如 20", "Write a whole number, for example 20"))
        Number._within(self, value)
        return int(value)

    def schema(self, lang: Lang) -> Schema:
        return Number.schema(self, lang) | {"type": "integer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Number):
    """A part of a whole, from 0 to 1: ``85%``, ``0.85``. A bare ``85`` is refused, with the way to write it."""

    maximum: float = 1
    unit: str = "proportion"

    def _parse(self, raw: object) -> Decimal:
        value = read_number(raw, self.unit)
        if value > Decimal(str(self.maximum)) and 1 < value <= 100 and not is_share(raw):
            raise Unreadable(Text(f"这里填比例：{value:g}% 或 {value / 100:g}", f"This is a share: write {value:g}% or {value / 100:g}"))
        return value

    def _shown(self, bound: float) -> str:
        return f"{100 * bound:.6g}%"

    def typed(self, value: object) -> str:
        percent = f"{(Decimal(str(value)) * 100).normalize():f}%" if isinstance(value, int | float) else str(value)
        return percent if len(percent) <= 20 else repr(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(Number):
    """A part of a whole in percent, from 0 to 100: ``35.35`` and ``35.35%`` are the same."""

    maximum: float = 100
    unit: str = "percent"

    def _parse(self, raw: object) -> Decimal:
        value = read_number(raw, self.unit)
        return value * 100 if is_share(raw) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Number):
    """A time in ``unit`` (``ms``, ``s``, ``min``, ``h`` or ``days``): a bare number is in that unit, ``3分20秒`` and ``3:20`` are converted."""

    unit: str = "min"

    def _parse(self, raw: object) -> Decimal:
        if is_share(raw):
            raise Unreadable(_NO_SHARE)
        return read_duration(raw, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Input):
    """One of a few words."""

    options: tuple[tuple[str, Text], ...]

    def read(self, raw: object) -> str:
        """The word itself, or its label in either language. Raises Unreadable."""
        for word, label in self.options:
            if isinstance(raw, str) and raw in {word, label.zh, label.en}:
                return word
        names = ", ".join(word for word, _ in self.options)
        raise Unreadable(Text(f"只能是：{names}", f"Must be one of: {names}"))

    def schema(self, lang: Lang) -> Schema:
        return self.described(lang, type="string", enum=[word for word, _ in self.options])


@dataclass(frozen=True, slots=True, kw_only=True)
class Series(Input):
    """Several numbers of one kind, in order: typed with commas, or a column pasted from a spreadsheet. Reads as a tuple.

    With ``gaps`` a member may be left out, as an empty cell, ``-`` or ``N/A`` (in JSON null): it reads as None.
    """

    item: Number
    least: int = 1
    most: int = MAX_MEMBERS
    gaps: bool = False

    long = True

    def read(self, raw: object) -> tuple[Any, ...]:
        """Raises Unreadable, naming the first member that can't be read."""
        members: Sequence[object]
        if isinstance(raw, str):
            members = cut(bounded(raw), gaps=self.gaps)
        elif isinstance(raw, list | tuple):
            members = raw
        else:
            members = [raw]
        if not self.least <= len(members) <= self.most:
            raise Unreadable(Text(f"要有 {self.least} 到 {self.most} 个数", f"Needs {self.least} to {self.most} numbers"))
        return tuple(None if self.gaps and left_out(m) else _member(self.item, i, m) for i, m in enumerate(members, 1))

    def typed(self, value: object) -> str:
        members = value if isinstance(value, list | tuple) else [value]
        return "; ".join("-" if m is None else self.item.typed(m) for m in members)

    def schema(self, lang: Lang) -> Schema:
        item = self.item.schema(lang)
        items = {"anyOf": [item, {"type": "null"}]} if self.gaps else item
        return self.described(lang, type="array", items=items, minItems=self.least, maxItems=self.most)


def _member(item: Number, position: int, raw: object) -> int | float:
    try:
        return item.read(raw)
    except Unreadable as wrong:
        raise Unreadable(Text(f"第 {position} 个：{wrong.message.zh}", f"No. {position}: {wrong.message.en}")) from wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Input):
    """A short name, for a column of a :class:`Table`."""

    most: int = 80

    def read(self, raw: object) -> str:
        """Raises Unreadable for what is empty, too long or not on one line."""
        wordless = isinstance(raw, bool) or not isinstance(raw, str | int | float) or (isinstance(raw, int) and raw.bit_length() > 4 * self.most)
        text = "" if wordless else str(raw).strip()
        if not text or len(text) > self.most or not text.isprintable():
            raise Unreadable(Text(f"请写 1–{self.most} 个字的名称", f"Write a name of 1–{self.most} characters"))
        return text

    def schema(self, lang: Lang) -> Schema:
        return self.described(lang, type="string", minLength=1, maxLength=self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Input):
    """Rows with the same columns: pasted from a spreadsheet, or one line a row. Reads as a tuple of tuples.

    In JSON a row is a list in the order of the columns, or an object with their names.
    """

    columns: tuple[Input, ...]
    least: int = 1
    most: int = MAX_ROWS

    long = True

    def read(self, raw: object) -> tuple[tuple[Any, ...], ...]:
        """Raises Unreadable, naming row and column."""
        rows = _lines(raw) if isinstance(raw, str) else raw
        if not isinstance(rows, list | tuple) or not self.least <= len(rows) <= self.most:
            raise Unreadable(Text(f"要有 {self.least} 到 {self.most} 行", f"Needs {self.least} to {self.most} rows"))
        return tuple(self._row(number, row) for number, row in enumerate(rows, 1))

    def _row(self, number: int, row: object) -> tuple[Any, ...]:
        if isinstance(row, Mapping):
            row = [row.get(c.name) for c in self.columns] if row.keys() <= {c.name for c in self.columns} else ()
        if not isinstance(row, list | tuple) or len(row) != len(self.columns):
            n, zh, en = len(self.columns), "、".join(c.label.zh for c in self.columns), ", ".join(c.label.en for c in self.columns)
            raise Unreadable(Text(f"第 {number} 行要有 {n} 格：{zh}", f"Row {number} needs {n} cells: {en}"))
        return tuple(self._cell(number, column, cell) for column, cell in zip(self.columns, row, strict=True))

    def _cell(self, number: int, column: Input, cell: object) -> Any:  # noqa: ANN401 - as the column reads
        try:
            return column.read(cell)
        except Unreadable as wrong:
            zh, en = f"第 {number} 行“{column.label.zh}”：{wrong.message.zh}", f"Row {number}, {column.label.en}: {wrong.message.en}"
            raise Unreadable(Text(zh, en)) from wrong

    def typed(self, value: object) -> str:
        rows = value if isinstance(value, list | tuple) else []
        return "\n".join("; ".join(c.typed(cell) for c, cell in zip(self.columns, row, strict=True)) for row in rows)

    def schema(self, lang: Lang) -> Schema:
        row = {
            "type": "array",
            "prefixItems": [c.schema(lang) for c in self.columns],
            "minItems": len(self.columns),
            "maxItems": len(self.columns),
            "description": "; ".join(c.label.in_(lang) for c in self.columns),
        }
        return self.described(lang, type="array", items=row, minItems=self.least, maxItems=self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix(Input):
    """A square of counts: row = what one rater said, column = what the other said. Reads as a tuple of tuples."""

    item: Number
    least: int = 2
    most: int = MAX_ROWS

    long = True

    def read(self, raw: object) -> tuple[tuple[int | float, ...], ...]:
        """Raises Unreadable."""
        rows = _lines(raw) if isinstance(raw, str) else raw
        if not isinstance(rows, list | tuple) or not self.least <= len(rows) <= self.most:
            raise Unreadable(Text(f"要有 {self.least} 到 {self.most} 行", f"Needs {self.least} to {self.most} rows"))
        if any(not isinstance(row, list | tuple) or len(row) != len(rows) for row in rows):
            raise Unreadable(Text(f"每行要有 {len(rows)} 个数", f"Each row needs {len(rows)} numbers"))
        return tuple(tuple(_member(self.item, i, m) for i, m in enumerate(row, 1)) for row in rows)

    def typed(self, value: object) -> str:
        rows = value if isinstance(value, list | tuple) else []
        return "\n".join(" ".join(self.item.typed(m) for m in row) for row in rows)

    def schema(self, lang: Lang) -> Schema:
        row = {"type": "array", "items": self.item.schema(lang), "minItems": self.least, "maxItems": self.most}
        return self.described(lang, type="array", items=row, minItems=self.least, maxItems=self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Input):
    """Anything in JSON, kept as it is: what the source passes around without computing with it."""

    most: int = 4_000

    long = True

    def read(self, raw: object) -> Any:  # noqa: ANN401 - JSON
        """Raises Unreadable for text that is no JSON, or too much of it."""
        try:
            value = json.loads(raw) if isinstance(raw, str) and raw.lstrip()[:1] in {"{", "["} else raw
            if len(json.dumps(value, ensure_ascii=False)) <= self.most:
                return value
        except (ValueError, RecursionError) as wrong:
            raise Unreadable(Text("不是有效的 JSON", "Not valid JSON")) from wrong
        raise Unreadable(Text(f"最多 {self.most} 个字符", f"At most {self.most} characters"))

    def typed(self, value: object) -> str:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def schema(self, lang: Lang) -> Schema:
        return self.described(lang)


def bounded(text: str) -> str:
    """``text``, unless it is longer than any list or table may be. Raises Unreadable."""
    if len(text) > MAX_TEXT:
        raise Unreadable(Text(f"最多 {MAX_TEXT:,} 个字符", f"At most {MAX_TEXT:,} characters"))
    return text


def _lines(text: str) -> list[list[str]]:
    """Rows of cells: tabs or semicolons part cells where there are any, else commas or spaces."""
    rows = [line.strip(" ").replace("；", ";") for line in bounded(text).splitlines() if line.strip()]
    return [_cells(row) for row in rows]


def _cells(row: str) -> list[str]:
    mark = next((m for m in "\t;" if m in row), None)
    return [cell.strip() for cell in row.split(mark)] if mark else cut(row)
