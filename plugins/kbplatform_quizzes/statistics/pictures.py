"""Two small pictures, as SVG of paths without a style of their own: how scores lie, and which questions do their work.

Colours come from the classes (``quizzes-statistics.css``); every figure stands in a table beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from kbplatform_quizzes.statistics.remarks import LEVELS, level

if TYPE_CHECKING:
    from kbplatform_quizzes.statistics.analysis import Item

WIDTH, HEIGHT, EDGE = 480, 200, 10


def score_bars(bins: Sequence[int]) -> Markup:
    """Bars side by side, as high as there are scores in each part of the scale."""
    wide, most = WIDTH / len(bins), max(bins, default=0) or 1
    paths = []
    for i, n in enumerate(bins):
        left, right, top = _short(i * wide + 2), _short((i + 1) * wide - 2), _short(HEIGHT - (HEIGHT - EDGE) * n / most)
        if n:
            paths.append(f'<path class="stat-bar" d="M{left} {HEIGHT}V{top}H{right}V{HEIGHT}Z"></path>')
    bars = "".join(paths)
    return _svg(f'{bars}<path class="grid" d="M0 {HEIGHT}H{WIDTH}"></path>')


def scatter(items: Sequence[Item]) -> Markup:
    """A dot for each question: further right the easier, further up the better it separates; the line is where it separates not at all."""
    dots: dict[str, list[str]] = {name: [] for name in LEVELS}
    for item in items:
        figures, how = item.figures, level(item)
        if figures is None or figures.facility is None or figures.discrimination is None or how is None:
            continue
        x = EDGE + (WIDTH - 2 * EDGE) * figures.facility
        y = EDGE + (HEIGHT - 2 * EDGE) * (100 - figures.discrimination) / 200
        dots[how].append(f"M{_short(x)} {_short(y)}h.1")
    grid = "".join(f'<path class="grid" d="M0 {_short(EDGE + (HEIGHT - 2 * EDGE) * part / 4)}H{WIDTH}"></path>' for part in (0, 1, 3, 4))
    middle = f'<path class="stat-zero" d="M0 {HEIGHT // 2}H{WIDTH}"></path>'
    drawn = "".join(f'<path class="stat-dot stat-{name}" d="{"".join(marks)}"></path>' for name, marks in dots.items() if marks)
    return _svg(grid + middle + drawn)


def _svg(inside: str) -> Markup:
    return Markup(f'<svg class="lines" aria-hidden="true" viewBox="0 0 {WIDTH} {HEIGHT}">{inside}</svg>')  # noqa: S704 - digits and our own words


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
