"""A role-play drawn: scenes from left to right, each choice a line, with loops and what no way leads to set off."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from kbplatform.sdk import Text
from kbplatform_quizzes.editing.drafts import Draft
from kbplatform_quizzes.kinds.scenario import Choice, Ending, Scenario, Scene

WIDE, HIGH, ACROSS, DOWN, EDGE = 108, 34, 144, 46, 8
"""Pixels: a box (as the style sheet has it), from one column to the next, from one row to the next, around it all."""
LONGEST = 14
"""Letters of a name that fit into its box."""
_MARKS = {"recovered": "✓", "contained": "◐", "lost": "✗"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture, and what is wrong with the graph in words."""

    svg: Markup
    problems: tuple[Text, ...]
    scenes: int
    endings: int


def scenario_of(draft: Draft) -> Scenario:
    """The graph of a draft, whole or not."""
    scenes = tuple(
        Scene(s["id"].strip(), s["says"], tuple(Choice(c["text"], c["to"].strip()) for c in s["choices"] if c["text"] or c["to"].strip()))
        for s in draft["scenes"]
    )
    endings = tuple(Ending(e["id"].strip(), e["outcome"] if e["outcome"] in _MARKS else "lost", e["text"]) for e in draft["endings"])
    return Scenario(draft["start"].strip(), scenes, endings)


def draw(scenario: Scenario, title: str) -> Drawn:
    """Draw a role-play under a title. A choice that leads nowhere leads to a box of its own."""
    ways = {scene.id: list(dict.fromkeys(choice.to for choice in scene.choices)) for scene in scenario.scenes}
    back = _back(scenario.start, ways)
    places = _laid_out(scenario, ways, back)
    joined = [(a, b) for a, targets in ways.items() for b in targets if a in places and b in places]
    lines = [_line(places[a], places[b], loop=(a, b) in back) for a, b in joined]
    reached = _reached(scenario.start, ways)
    boxes = [_box(name, at, scenario, lost=name not in reached) for name, at in places.items()]
    width = max((x for x, _ in places.values()), default=0) + WIDE + EDGE
    height = max((y for _, y in places.values()), default=0) + HIGH + EDGE
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    head = f'<svg class="graph" role="img" aria-labelledby="graph-title" {size}><title id="graph-title">{escape(title)}</title>'
    svg = head + "".join(lines + boxes) + "</svg>"
    problems = tuple(dict.fromkeys(scenario.problems()))
    return Drawn(Markup(svg), problems, len(scenario.scenes), len(scenario.endings))  # noqa: S704 - names are escaped in _box


def _back(start: str, ways: dict[str, list[str]]) -> set[tuple[str, str]]:
    """The lines that lead back to a scene on the way."""
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in (start, *ways):
        under_way: list[str] = []
        waiting: list[tuple[str, bool]] = [(first, False)]
        while waiting:
            name, leaving = waiting.pop()
            if leaving:
                under_way.pop()
                done.add(name)
                continue
            if name in done or name in under_way:
                continue
            under_way.append(name)
            waiting.append((name, True))
            found |= {(name, to) for to in ways.get(name, ()) if to in under_way}
            waiting += [(to, False) for to in ways.get(name, ()) if to not in under_way]
    return found


def _reached(start: str, ways: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += ways.get(name, ())
    return found


def _laid_out(scenario: Scenario, ways: dict[str, list[str]], back: set[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Where each box stands: as many columns from the left as its longest way there has choices; endings at the right."""
    column = dict.fromkeys([scenario.start] if scenario.start in ways else [], 0) | {s.id: 0 for s in scenario.scenes}
    for _ in range(len(ways) + 1):
        changed = False
        for a in list(column):
            for b in ways.get(a, ()):
                if b and (a, b) not in back and column.get(b, -1) < column[a] + 1:
                    column[b], changed = column[a] + 1, True
        if not changed:
            break
    endings = {e.id for e in scenario.endings}
    last = max((c for name, c in column.items() if name not in endings), default=-1) + 1
    column |= dict.fromkeys((name for name in column if name not in ways), last) | dict.fromkeys(endings, last)
    rows: dict[int, int] = {}
    places = {}
    for name in sorted(column, key=lambda n: column[n]):
        at = column[name]
        places[name] = (EDGE + ACROSS * at, EDGE + DOWN * rows.get(at, 0))
        rows[at] = rows.get(at, 0) + 1
    return places


def _line(a: tuple[int, int], b: tuple[int, int], *, loop: bool) -> str:
    x, y, u, v = a[0] + WIDE, a[1] + HIGH // 2, b[0], b[1] + HIGH // 2
    bend = max(16, abs(u - x) // 2)
    dip = DOWN * 2 // 3 if u - x > ACROSS and y == v else 0  # between the rows: it would be lost behind the boxes of its own
    loops = ' class="g-loop"' if loop else ""
    return f'<path{loops} d="M{x} {y}C{x + bend} {y + dip} {u - bend} {v + dip} {u} {v}"/>'


def _box(name: str, at: tuple[int, int], scenario: Scenario, *, lost: bool) -> str:
    place = scenario.place(name)
    kind = "scene" if isinstance(place, Scene) else place.outcome if isinstance(place, Ending) else "nowhere"
    mark = f"{_MARKS[place.outcome]} " if isinstance(place, Ending) else "▸ " if name == scenario.start else "? " if place is None else ""
    words = mark + (name if len(name) <= LONGEST else name[: LONGEST - 1] + "…")
    return f'<g class="g-{kind}{" g-alone" if lost else ""}" transform="translate({at[0]} {at[1]})"><rect/><text>{escape(words)}</text></g>'
