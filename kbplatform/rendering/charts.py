"""Figures in an article as a picture: a ``chart`` fence becomes a table with bars, or lines above their table.

The numbers stay text that can be read, copied and searched; what is drawn is SVG of rectangles and paths without words,
so that it needs no style of its own and scales with nothing but itself. What is written::

    bars: Seconds until the first answer
    | week 1 | week 2
    phone | 12 | 9
    mail | 340 | 281

Bars compare the cells of one table, lines run down its rows. An empty cell or ``-`` is a figure that isn't there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, isfinite, log10

from kbplatform.bilingual import Text
from kbplatform.rendering.caps import CHART_FRAME, MAX_CHART_CELLS

FENCE = "chart"
MAX_ROWS, MAX_CELL, MAX_TITLE = 60, 60, 160
MAX_SERIES = {"bars": 8, "lines": 5}
"""Columns of a table that still fits; lines that can still be told apart."""
LARGEST = 1e12
WIDTH, HEIGHT, LEFT, BOTTOM = 480, 220, 8, 8
_HEAD = re.compile(r"(bars|lines)\s*[:：]\s*(\S.*)")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_NOTHING = frozenset({"", "-", "–", "—"})
_TOO_MANY = Text(
    "这一篇的图表太多，从这里起按文字显示。请把它拆短一些。",
    "This text has too many charts; from here on they are shown as text. Please split it.",
)


class BrokenChart(ValueError):
    """The fence can't be drawn; ``reason`` says where and why, ``line`` where in the fence's body, from 1."""

    def __init__(self, line: int, reason: Text) -> None:
        super().__init__(f"line {line}: {reason.en}")
        self.line = line
        self.reason = Text(f"图表第 {line} 行：{reason.zh}", f"Chart, line {line}: {reason.en}")


@dataclass(frozen=True, slots=True)
class Chart:
    """``values[row][series]`` is None where there is no figure; ``written`` the same as the author wrote it."""

    kind: str
    title: str
    corner: str
    series: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    written: tuple[tuple[str, ...], ...]

    @property
    def largest(self) -> float:
        """The largest figure, at least a hair above nothing."""
        return max((v for row in self.values for v in row if v is not None), default=0.0) or 1.0


class ChartBudget:
    """What the charts of one document may cost together."""

    def __init__(self) -> None:
        self._left = MAX_CHART_CELLS

    def allows(self, source: str) -> bool:
        """Whether this chart is still to be drawn: False from the first that is too much on."""
        self._left -= CHART_FRAME + _size(source)
        return self._left >= 0


class Charts:
    """The charts of one document, drawn in their order until together they cost too much. Made anew for each document."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._budget = ChartBudget()
        self._told = False

    def html(self, source: str) -> str:
        """A fence's body drawn; from the first that is too much on, the text as it is, below one notice."""
        if self._budget.allows(source):
            return chart_html(source, self._lang)
        notice = "" if self._told else f'<p class="notice">{escape(_TOO_MANY.in_(self._lang))}</p>'
        self._told = True
        return f"{notice}<pre><code>{escape(source)}</code></pre>"


def _size(source: str) -> int:
    """At least as many as the cells, counted without reading them."""
    return source.count("|") + source.count("\n") + 1


def chart_html(source: str, lang: str) -> str:
    """The fence's body as HTML; where it can't be drawn, what is wrong and the text as it is."""
    try:
        chart = parse_chart(source)
    except BrokenChart as broken:
        return f'<p class="notice">{escape(broken.reason.in_(lang))}</p><pre>{escape(source)}</pre>'
    return _figure(chart)


def parse_chart(source: str) -> Chart:
    """Read a fence's body. Raises BrokenChart."""
    lines = [(number, line.strip()) for number, line in enumerate(source.split("\n"), 1) if line.strip()]
    head = _HEAD.fullmatch(lines[0][1]) if lines else None
    if head is None:
        raise BrokenChart(1, Text("先写“bars: 标题”或“lines: 标题”", "begin with `bars: title` or `lines: title`"))
    if len(lines) < 3:
        raise BrokenChart(2, Text("至少要有一行列名、一行数字", "needs a line of column names and a line of figures"))
    if len(head[2]) > MAX_TITLE:
        raise BrokenChart(1, Text(f"标题最多 {MAX_TITLE} 个字", f"the title may have {MAX_TITLE} characters"))
    if len(lines) - 2 > MAX_ROWS:
        raise BrokenChart(lines[MAX_ROWS + 2][0], Text(f"最多 {MAX_ROWS} 行", f"at most {MAX_ROWS} rows"))
    corner, *series = _cells(*lines[1])
    most = MAX_SERIES[head[1]]
    if not 1 <= len(series) <= most:
        raise BrokenChart(lines[1][0], Text(f"要有 1 到 {most} 列数字", f"needs 1 to {most} columns of figures"))
    rows = [(number, _cells(number, line)) for number, line in lines[2:]]
    for number, cells in rows:
        if len(cells) != len(series) + 1:
            raise BrokenChart(number, Text(f"应有 {len(series) + 1} 格", f"should have {len(series) + 1} cells"))
    return Chart(
        head[1], head[2], corner, tuple(series), tuple(cells[0] for _, cells in rows),
        tuple(tuple(_value(number, cell) for cell in cells[1:]) for number, cells in rows),
        tuple(tuple(cells[1:]) for _, cells in rows),
    )  # fmt: skip


def _cells(number: int, line: str) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    if any(len(cell) > MAX_CELL for cell in cells):
        raise BrokenChart(number, Text(f"一格最多 {MAX_CELL} 个字", f"a cell may have {MAX_CELL} characters"))
    return cells


def _value(number: int, cell: str) -> float | None:
    """``1,200``, ``85%`` and ``3.1 ms`` are figures; the picture takes the number, the table what was written."""
    if cell in _NOTHING:
        return None
    found = _NUMBER.match(cell.replace(",", ""))
    value = float(found[0]) if found else None
    if value is None or not isfinite(value) or not 0 <= value <= LARGEST:
        raise BrokenChart(number, Text(f"“{cell}” 不是 0 以上的数", f"“{cell}” is not a figure from 0 up"))
    return value


def _figure(chart: Chart) -> str:
    lines = chart.kind == "lines"
    scale = f" · 0–{ceiling(chart.largest):,g}" if lines else ""
    return f'<figure class="chart"><figcaption>{escape(chart.title)}{scale}</figcaption>{_lines(chart) if lines else ""}{_table(chart)}</figure>'


def _table(chart: Chart) -> str:
    """The figures; with bars in the cells, or with the lines' marks in the header."""
    bars = chart.kind == "bars"
    heads = "".join(f"<th>{'' if bars else _key(i)}{escape(name)}</th>" for i, name in enumerate(chart.series))
    rows = "".join(
        f"<tr><td>{escape(label)}</td>{''.join(_cell(v, w, chart.largest if bars else 0.0) for v, w in zip(values, written, strict=True))}</tr>"
        for label, values, written in zip(chart.labels, chart.values, chart.written, strict=True)
    )
    return f"<table><thead><tr><th>{escape(chart.corner)}</th>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: float | None, written: str, largest: float) -> str:
    bar = ""
    if value is not None and largest:
        bar = f'<svg aria-hidden="true"><rect width="{short(100 * value / largest)}%"></rect></svg>'
    return f'<td align="right">{"–" if value is None else escape(written)}{bar}</td>'


def _key(series: int) -> str:
    return f'<svg class="key" aria-hidden="true" viewBox="0 0 24 8"><path class="line-{series + 1}" d="M0 4H24"></path></svg>'


def _lines(chart: Chart) -> str:
    """One path for each series over evenly spaced rows; thin lines at round figures from 0 to the largest."""
    top = ceiling(chart.largest)
    across, high = WIDTH - 2 * LEFT, HEIGHT - 2 * BOTTOM
    step = across / max(len(chart.labels) - 1, 1)
    grid = "".join(f'<path class="grid" d="M{LEFT} {short(BOTTOM + high * part / 4)}H{WIDTH - LEFT}"></path>' for part in range(5))
    paths = []
    for series in range(len(chart.series)):
        column = [row[series] for row in chart.values]
        points = [(LEFT + i * step, None if value is None else BOTTOM + high * (1 - value / top)) for i, value in enumerate(column)]
        paths.append(f'<path class="line-{series + 1}" d="{_path(points)}"></path>')
    return f'<svg class="lines" aria-hidden="true" viewBox="0 0 {WIDTH} {HEIGHT}">{grid}{"".join(paths)}</svg>'


def _path(points: Sequence[tuple[float, float | None]]) -> str:
    """Straight lines between neighbours; a missing figure is a gap, a lone one a dot's width of line."""
    out, pen = [], False
    for x, y in points:
        if y is None:
            pen = False
            continue
        out.append(f"{'L' if pen else 'M'}{short(x)} {short(y)}" + ("" if pen else "h.1"))
        pen = True
    return "".join(out)


def ceiling(value: float) -> float:
    """The next round number: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * 0.999999)


def short(number: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")
