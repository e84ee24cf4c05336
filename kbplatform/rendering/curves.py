"""Lines over a common scale, with a band around one of them: a picture for pages that have the figures in a table beside it.

SVG of paths without words, styled by the classes of charts (``line-1`` … ``line-5``, ``band``, ``grid``). The scale is
given back, for the page to write beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite

from markupsafe import Markup

from kbplatform.rendering.charts import ceiling, short

WIDTH, HEIGHT, EDGE = 480, 200, 6
STEPS = 4
"""Parts of the scale, about."""
MAX_POINTS, MAX_LINES = 2_000, 5
Points = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Curves:
    """The picture, and the figures at its thin lines from top to bottom."""

    svg: Markup
    marks: tuple[float, ...]


def curves(lines: Sequence[Points], *, at: Sequence[float] | None = None, band: tuple[Points, Points] | None = None) -> Curves:
    """Draw one to five lines of equally many points, None where a figure is missing.

    ``at`` says where the points lie from left to right, evenly where it is left out. ``band`` is the lower and the upper
    edge of what lies around the first line, such as an interval. Raises ValueError for lines that can't be drawn.
    """
    edges = band or ()
    long = {len(points) for points in (*lines, *edges)} | ({len(at)} if at is not None else set())
    drawn = [v for points in (*lines, *edges) for v in points if v is not None]
    if not 1 <= len(lines) <= MAX_LINES or len(long) != 1 or not 1 <= max(long) <= MAX_POINTS or not all(map(isfinite, (*drawn, *(at or ())))):
        msg = "needs one to five lines of equally many finite points"
        raise ValueError(msg)
    marks = scale(min(drawn, default=0.0), max(drawn, default=1.0))
    x, y = _across(at if at is not None else range(max(long))), _down(marks)
    grid = "".join(f'<path class="grid" d="M0 {short(y(mark))}H{WIDTH}"></path>' for mark in marks)
    around = f'<path class="band" d="{_area(x, y, *band)}"></path>' if band else ""
    paths = "".join(f'<path class="line-{i}" d="{_path(x, y, points)}"></path>' for i, points in enumerate(lines, 1))
    svg = f'<svg class="lines" aria-hidden="true" viewBox="0 0 {WIDTH} {HEIGHT}">{grid}{around}{paths}</svg>'
    return Curves(Markup(svg), tuple(reversed(marks)))  # noqa: S704 - digits and our own words


def scale(low: float, high: float) -> list[float]:
    """Round figures from below ``low`` to above ``high``; from 0 unless that would flatten what there is to see."""
    if 0 <= low <= 0.7 * high:
        low = 0.0
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0) or 1.0
    step = ceiling((high - low) / STEPS)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def _across(at: Sequence[float]) -> Callable[[int], float]:
    low = min(at)
    span = (max(at) - low) or 1.0
    return lambda index: EDGE + (WIDTH - 2 * EDGE) * (at[index] - low) / span


def _down(marks: Sequence[float]) -> Callable[[float], float]:
    high, span = marks[-1], marks[-1] - marks[0]
    return lambda value: EDGE + (HEIGHT - 2 * EDGE) * (high - value) / span


def _path(x: Callable[[int], float], y: Callable[[float], float], points: Points) -> str:
    """Straight lines between neighbours; a missing figure is a gap, a lone one a dot."""
    out: list[str] = []
    pen = False
    for i, value in enumerate(points):
        if value is not None:
            out.append(f"{'L' if pen else 'M'}{short(x(i))} {short(y(value))}" + ("" if pen else "h.1"))
        pen = value is not None
    return "".join(out)


def _area(x: Callable[[int], float], y: Callable[[float], float], low: Points, high: Points) -> str:
    """One closed shape for each run of points that have both edges."""
    out: list[str] = []
    run: list[tuple[str, str, str]] = []
    for i, (a, b) in enumerate([*zip(low, high, strict=True), (None, None)]):
        if a is not None and b is not None:
            run.append((short(x(i)), short(y(a)), short(y(b))))
            continue
        if run:
            there = "L".join(f"{at} {top}" for at, _, top in run)
            back = "L".join(f"{at} {bottom}" for at, bottom, _ in reversed(run))
            out.append(f"M{there}L{back}Z")
        run = []
    return "".join(out)
