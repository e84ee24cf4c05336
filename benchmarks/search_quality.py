"""How good is search? Graded queries, answered in this process, without HTTP.

    python benchmarks/search_quality.py [queries.jsonl] [--engine whoosh] [--misses]

A line of the file is {"id", "query", "kind", "lang", "labels": {practice number: grade 1-3}}; no labels means that the
query is out of scope and must be rejected. A page is relevant from grade 2. See README.md for how to read the table.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

RELEVANT = 2
DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "search" / "queries.public.jsonl"


@dataclass(frozen=True)
class Answer:
    """One query with what was found: practice numbers best first, ``sure`` unless confidence was low."""

    asked: dict
    ranking: list[int]
    sure: bool
    ms: float
    best: str
    section: str

    @property
    def labels(self) -> dict[int, int]:
        return {int(n): grade for n, grade in self.asked["labels"].items()}

    @property
    def first(self) -> int | None:
        """Rank (from 0) of the first relevant page within ten."""
        return next((i for i, n in enumerate(self.ranking[:10]) if self.labels.get(n, 0) >= RELEVANT), None)


def make_site(folder: Path, engine: str):
    """A platform with the bundled content, indexed."""
    from kbplatform.app import make_platform
    from kbplatform.serving import sync_content
    from kbplatform.settings import Settings

    platform = make_platform(Settings(data_dir=folder, search_engine=engine, log_level="error"))
    sync_content(platform)
    if engine == "memory":
        platform.close()
        return make_platform(platform.settings)
    indexer = platform.indexer()
    indexer.run_once()
    indexer.close()
    return platform


def ask(platform, rows: Iterable[dict]) -> list[Answer]:
    answers = []
    for row in rows:
        started = time.perf_counter()
        result = platform.search.search(row["query"], lang=row.get("lang", "zh"), audiences={"everyone"}, limit=10)
        ms = (time.perf_counter() - started) * 1000
        top = result.hits[0] if result.hits else None
        numbers = [h.number for h in result.hits if h.number]
        answers.append(Answer(row, numbers, bool(result.hits) and not result.low_confidence, ms, top.matched_by if top else "", top.section if top else ""))
    return answers


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def row(name: str, answers: list[Answer]) -> str:
    n = len(answers)
    ranks = [a.first for a in answers]
    mrr = sum(1 / (r + 1) for r in ranks if r is not None) / n
    s1, s3 = (sum(r is not None and r < k for r in ranks) / n for k in (1, 3))
    zero, rejected = (100 * sum(v) / n for v in ([not a.ranking for a in answers], [not a.sure for a in answers]))
    ms = [a.ms for a in answers]
    quality = f"{mrr:7.3f}{s1:7.3f}{s3:7.3f}" if answers[0].labels else f"{'-':>7}{'-':>7}{'-':>7}"
    return f"{name:<20}{n:>4}{quality}{zero:>8.1f}{rejected:>9.1f}{percentile(ms, 0.5):>8.2f}{percentile(ms, 0.95):>8.2f}"


def report(answers: list[Answer], *, misses: bool) -> None:
    answerable = [a for a in answers if a.labels]
    outside = [a for a in answers if not a.labels]
    print(f"{'kind':<20}{'n':>4}{'MRR@10':>7}{'S@1':>7}{'S@3':>7}{'zero %':>8}{'reject %':>9}{'p50 ms':>8}{'p95 ms':>8}")
    for kind in sorted({a.asked["kind"] for a in answerable}):
        print(row(kind, [a for a in answerable if a.asked["kind"] == kind]))
    if answerable:
        print(row("ALL with an answer", answerable))
    if outside:
        print(row("out of scope", outside))
    if misses:
        print("\nnot first, or rejected wrongly:")
        for a in answerable:
            if a.first != 0 or not a.sure:
                print(f"  {a.asked['id']} {a.asked['kind']:<14} {a.asked['query']}  want {a.asked['labels']}  got {a.ranking[:6]} {a.best} sure={a.sure}")
        print("answered though out of scope:")
        for a in outside:
            if a.sure:
                print(f"  {a.asked['id']} {a.asked['query']}  got {a.ranking[:4]} {a.best}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("queries", type=Path, nargs="?", default=DEFAULT)
    parser.add_argument("--engine", choices=["whoosh", "memory"], default="whoosh")
    parser.add_argument("--misses", action="store_true", help="list every query that was not answered by the first hit")
    parser.add_argument("--sections", action="store_true", help="list query, first hit and its best section")
    arguments = parser.parse_args()
    if not arguments.queries.is_file():
        parser.error(f"no such file: {arguments.queries}")
    for name in [n for n in os.environ if n.startswith("KBPLATFORM_")]:
        del os.environ[name]
    rows = [json.loads(line) for line in arguments.queries.read_text("utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory(prefix="kbplatform-bench-") as folder:
        platform = make_site(Path(folder), arguments.engine)
        ask(platform, rows[:3])  # the first query reads the vocabulary
        answers = ask(platform, rows)
        platform.close()
    report(answers, misses=arguments.misses)
    if arguments.sections:
        for a in answers:
            print(f"  {a.asked['query']:<30} {a.ranking[:1]} #{a.section}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
