"""A line as high as a word, for a card or a table: which way a figure went. It needs no style of its own."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kbplatform.rendering.charts import short

WIDTH, HEIGHT, EDGE = 96, 28, 4
MAX_POINTS = 60


def sparkline(values: Sequence[float], at: Sequence[float] | None = None) -> Markup:
    """The last 60 of finite ``values`` as a line in the colour of the text, the last one marked; nothing for fewer than two.

    ``at`` says where they lie from left to right, evenly where it is left out.
    """
    drawn, places = list(values)[-MAX_POINTS:], list(at if at is not None else range(len(values)))[-MAX_POINTS:]
    if len(drawn) < 2:
        return Markup("")
    low, left = min(drawn), min(places)
    high, width = max(drawn) - low, (max(places) - left) or 1
    x = [short(EDGE + (WIDTH - 2 * EDGE) * (p - left) / width) for p in places]
    y = [short(EDGE + (HEIGHT - 2 * EDGE) * (1 - (v - low) / high if high else 0.5)) for v in drawn]
    path = "L".join(f"{a} {b}" for a, b in zip(x, y, strict=True))
    head = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" stroke="currentColor" stroke-width="1.5"'
    last = f'<circle cx="{x[-1]}" cy="{y[-1]}" r="3" fill="currentColor"></circle>'
    return Markup(f'<svg aria-hidden="true" {head}><path d="M{path}"></path>{last}</svg>')  # noqa: S704 - digits and our own words
