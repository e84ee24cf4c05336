"""A figure over time as a picture: a line over dates with the band of its intervals, and a small line for a card.

SVG of paths and circles without words, as the charts of articles: what it shows stands in a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor

from markupsafe import Markup

from kbplatform.rendering.charts import BOTTOM, HEIGHT, LEFT, WIDTH, ceiling

MOST_POINTS = 200
SMALL_WIDTH, SMALL_HEIGHT, SMALL_EDGE = 96, 28, 4


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A figure ``y`` at ``x`` (any scale, for example days). ``low`` and ``high`` are the ends of its interval, where it has one.

    The line is broken between points of different ``part``: what changed in between makes them incomparable.
    """

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    part: int = 0


def trend_range(points: Sequence[TrendPoint]) -> tuple[float, float]:
    """The round figures at the bottom and at the top of the picture, intervals included. Needs a point."""
    least = min(p.y if p.low is None else min(p.y, p.low) for p in points)
    most = max(p.y if p.high is None else max(p.y, p.high) for p in points)
    step = ceiling((most - least) / 4) if most > least else ceiling(abs(most) / 4) if most else 0.25
    bottom, top = floor(least / step + 1e-9) * step, ceil(most / step - 1e-9) * step
    return (bottom, top) if top > bottom else (bottom - step, top + step)


def trend_svg(points: Sequence[TrendPoint]) -> Markup:
    """The picture, for a ``figure`` of class ``chart``; nothing where there are no points. The first 200 are drawn."""
    if not points:
        return Markup("")
    shown = points[:MOST_POINTS]
    bottom, top = trend_range(shown)
    scale = _Scale(shown, bottom, top, (WIDTH, HEIGHT), (LEFT, BOTTOM))
    high = HEIGHT - 2 * BOTTOM
    grid = "".join(f'<path class="grid" d="M{LEFT} {_short(BOTTOM + high * part / 4)}H{WIDTH - LEFT}"></path>' for part in range(5))
    bands, lines = [], []
    for _part, members in groupby(shown, key=lambda p: p.part):
        run = list(members)
        bands += [f'<path class="band" d="{scale.band(stretch)}"></path>' for stretch in _with_interval(run)]
        lines.append(f'<path d="{scale.line(run)}"></path>')
    dots = "".join(f'<circle cx="{scale.x(p)}" cy="{scale.y(p.y)}" r="3"></circle>' for p in shown)
    return _markup(f'<svg class="lines" aria-hidden="true" viewBox="0 0 {WIDTH} {HEIGHT}">{grid}{"".join(bands)}{"".join(lines)}{dots}</svg>')


def small_trend_svg(points: Sequence[TrendPoint]) -> Markup:
    """A line as high as a word, its last point marked; nothing where there are fewer than two points. Needs no style of its own."""
    if len(points) < 2:
        return Markup("")
    shown = points[-MOST_POINTS:]
    least, most = min(p.y for p in shown), max(p.y for p in shown)
    room = (most - least) or abs(most) or 1.0
    scale = _Scale(shown, least if most > least else least - room, least + room, (SMALL_WIDTH, SMALL_HEIGHT), (SMALL_EDGE, SMALL_EDGE))
    paths = "".join(f'<path d="{scale.line(list(run))}"></path>' for _part, run in groupby(shown, key=lambda p: p.part))
    last = f'<circle cx="{scale.x(shown[-1])}" cy="{scale.y(shown[-1].y)}" r="3" fill="currentColor"></circle>'
    head = f'width="{SMALL_WIDTH}" height="{SMALL_HEIGHT}" viewBox="0 0 {SMALL_WIDTH} {SMALL_HEIGHT}"'
    return _markup(f'<svg aria-hidden="true" {head} fill="none" stroke="currentColor" stroke-width="1.5">{paths}{last}</svg>')


class _Scale:
    """Where a point stands in the picture."""

    def __init__(self, points: Sequence[TrendPoint], bottom: float, top: float, size: tuple[int, int], edge: tuple[int, int]) -> None:
        self._first = min(p.x for p in points)
        self._span = max(p.x for p in points) - self._first
        self._bottom, self._room = bottom, top - bottom
        self._across, self._high = size[0] - 2 * edge[0], size[1] - 2 * edge[1]
        self._left, self._edge = edge

    def x(self, point: TrendPoint) -> str:
        part = (point.x - self._first) / self._span if self._span else 0.5
        return _short(self._left + self._across * part)

    def y(self, value: float) -> str:
        return _short(self._edge + self._high * (1 - (value - self._bottom) / self._room))

    def line(self, points: Iterable[TrendPoint]) -> str:
        return "M" + "L".join(f"{self.x(p)} {self.y(p.y)}" for p in points)

    def band(self, points: Sequence[TrendPoint]) -> str:
        """Along the upper ends and back along the lower ones; a lone point's is three units wide."""
        upper = [f"{self.x(p)} {self.y(p.high or 0.0)}" for p in points]
        lower = [f"{self.x(p)} {self.y(p.low or 0.0)}" for p in reversed(points)]
        if len(points) == 1:
            return f"M{upper[0]}h3V{self.y(points[0].low or 0.0)}h-3Z"
        return "M" + "L".join(upper + lower) + "Z"


def _with_interval(points: Sequence[TrendPoint]) -> list[list[TrendPoint]]:
    """The stretches of neighbours that have an interval."""
    stretches = groupby(points, key=lambda p: p.low is not None and p.high is not None)
    return [list(members) for has, members in stretches if has]


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _markup(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - numbers only
