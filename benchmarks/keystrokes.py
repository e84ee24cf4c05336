"""How many keystrokes until the right practice is in sight? Types every query letter by letter and asks what the box asks.

    python benchmarks/keystrokes.py [queries.jsonl …] [--in-process] [--misses] [--json FILE]

After each letter (each character in Chinese) the suggestions under the box and the live results are asked for, over HTTP
from a site started for it, or with --in-process from the services behind them. The count is the first letter after which a
practice of grade 2 or 3 is among the first three: of the suggestions (home page), of the live results (search page), of
either. Whoever types sees one of the two, so a target counts as reached only where both reach it. A blank is a keystroke. A
miss is a query that, typed to its end, does not get there; it counts as more than any number.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from figures import about, save
from graded import add_files, read, right_numbers
from http_latency import serving
from search_quality import make_site

IN_SIGHT = 3
TARGETS = {"zh_keyword": 3, "pinyin_initials": 4}
SHOWN = (1, 2, 3, 4, 5, 6, 8, 12)

Ask = Callable[[str, str], list[int]]
"""From what has been typed and the language to the numbers of the practices shown, best first."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One query: keystrokes until a right practice was in sight of suggestions, of live results, of either; infinite for never."""

    row: dict
    suggested: float
    found: float

    @property
    def needed(self) -> float:
        return min(self.suggested, self.found)


def over_http(port: int) -> tuple[Ask, Ask]:
    """What the page's scripts ask."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(path: str, key: str, text: str, lang: str, limit: int) -> list[int]:
        connection.request("GET", f"/api/v1/{path}?" + urlencode({"q": text, "lang": lang, "limit": limit}))
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status} to {text!r}")
        return [n for item in json.loads(body)[key] if (n := item["number"])]

    return (lambda text, lang: get("suggest", "suggestions", text, lang, 8)), (lambda text, lang: get("search", "hits", text, lang, 10))


def in_process(search) -> tuple[Ask, Ask]:
    """The same from the service, without HTTP."""
    reader = {"everyone"}
    return (
        lambda text, lang: [s.number for s in search.suggest(text, lang=lang, audiences=reader, limit=8) if s.number],
        lambda text, lang: [h.number for h in search.search(text, lang=lang, audiences=reader, limit=10).hits if h.number],
    )


def keystrokes(row: dict, ask: Ask) -> float:
    """How many characters of the query it takes; infinite where all of them do not do."""
    right = right_numbers(row)
    text = row["query"]
    for count in range(1, len(text) + 1):
        if not text[count - 1].isspace() and right.intersection(ask(text[:count], row.get("lang", "zh"))[:IN_SIGHT]):
            return count
    return math.inf


def middle(counts: list[float]) -> float:
    """The median that is one of the counts: the upper one of two, since half a keystroke can't be pressed."""
    return sorted(counts)[len(counts) // 2]


def line(name: str, typed: list[Typed]) -> str:
    needed = sorted(t.needed for t in typed)
    within = "".join(f"{100 * sum(n <= k for n in needed) / len(needed):>6.0f}" for k in SHOWN)
    length = middle([len(t.row["query"]) for t in typed])
    singles = "".join(f"{middle([getattr(t, name) for t in typed]):>9g}" for name in ("suggested", "found"))
    return f"{name:<20}{len(typed):>4}{length:>7g}{middle(needed):>8g}{singles}{within}{sum(map(math.isinf, needed)):>8}"


def report(typed: list[Typed], *, misses: bool) -> None:
    kinds = Counter(t.row["kind"] for t in typed)
    print(f"{'':<31}{'median keystrokes to it':>25}   % within so many keystrokes")
    print(f"{'kind':<20}{'n':>4}{'length':>7}{'either':>8}{'suggest':>9}{'results':>9}" + "".join(f"{k:>6}" for k in SHOWN) + f"{'missed':>8}")
    for kind in sorted(kinds):
        print(line(kind, [t for t in typed if t.row["kind"] == kind]))
    print(line("all", typed))
    for kind, most in TARGETS.items():
        of_kind = [t for t in typed if t.row["kind"] == kind]
        if of_kind:
            medians = middle([t.suggested for t in of_kind]), middle([t.found for t in of_kind])
            verdict = "reached" if max(medians) <= most else "NOT REACHED"
            print(f"{kind}: median {medians[0]:g} by suggestions, {medians[1]:g} by live results, wanted at most {most}: {verdict}")
    if misses:
        print("\nnever in sight, or later than wanted:")
        for t in typed:
            if t.needed > TARGETS.get(t.row["kind"], math.inf) or math.isinf(t.needed):
                counts = f"suggestions {t.suggested:g}, results {t.found:g}"
                print(f"  {t.row['id']} {t.row['kind']:<16} {t.row['query']}  {counts}  want {sorted(right_numbers(t.row))}")


def figures(typed: list[Typed]) -> dict[str, object]:
    kinds = sorted({t.row["kind"] for t in typed})
    return {
        kind: {
            "n": len(of_kind), "median": middle([t.needed for t in of_kind]), "by_suggestions": middle([t.suggested for t in of_kind]),
            "by_results": middle([t.found for t in of_kind]), "missed": sum(math.isinf(t.needed) for t in of_kind),
            "within": {str(k): sum(t.needed <= k for t in of_kind) / len(of_kind) for k in SHOWN},
        }
        for kind in (*kinds, "all") if (of_kind := [t for t in typed if kind in ("all", t.row["kind"])])
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_files(parser)
    parser.add_argument("--in-process", action="store_true", help="ask the services instead of a site over HTTP")
    parser.add_argument("--misses", action="store_true", help="list queries that never get there or are over the target")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    rows = [r for r in read(arguments.queries) if right_numbers(r)]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kbplatform-bench-"))
        if arguments.in_process:
            platform = make_site(Path(folder), "whoosh")
            stack.callback(platform.close)
            suggest, search = in_process(platform.search)
        else:
            suggest, search = over_http(stack.enter_context(serving(folder))[0])
        typed = [Typed(row, keystrokes(row, suggest), keystrokes(row, search)) for row in rows]
    report(typed, misses=arguments.misses)
    if arguments.json:
        files = [p.name for p in arguments.queries]
        save(arguments.json, about() | {"files": files, "kinds": figures(typed)})


if __name__ == "__main__":
    main()
