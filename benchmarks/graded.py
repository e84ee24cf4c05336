"""Graded queries: one JSON object a line, {"id", "query", "kind", "lang", "labels": {practice number: grade 1-3}}.

No labels means that the query is out of scope. A page answers from grade 2.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

RELEVANT = 2
PUBLIC = Path(__file__).resolve().parents[2] / "shared" / "search" / "queries.public.jsonl"
HELD_OUT = Path(__file__).resolve().parent / "queries" / "held-out.jsonl"
"""Queries that nothing was tuned on. Those beside it were, and flatter."""


def default_files() -> list[Path]:
    """The public file beside the checkout, where there is one, and the queries that nothing was tuned on."""
    return [p for p in (PUBLIC, HELD_OUT) if p.is_file()]


def add_files(parser: argparse.ArgumentParser, *names: str) -> None:
    """The argument that names query files: positional, unless option ``names`` are given."""
    words = "graded queries, JSON lines (default: the public file, if it is here, and benchmarks/queries/held-out.jsonl)"
    if names:
        parser.add_argument(*names, type=Path, nargs="+", default=default_files(), help=words)
    else:
        parser.add_argument("queries", type=Path, nargs="*", default=default_files(), help=words)


def read(paths: Sequence[Path]) -> list[dict]:
    """The rows of several files, in order. Raises SystemExit where a file is missing or none is named."""
    if not paths:
        raise SystemExit("no query file: name one")
    missing = [p for p in paths if not p.is_file()]
    if missing:
        raise SystemExit(f"no such file: {missing[0]}")
    return [json.loads(line) | {"file": path.stem} for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]


def right_numbers(row: dict) -> frozenset[int]:
    """The practices that answer."""
    return frozenset(int(n) for n, grade in row["labels"].items() if grade >= RELEVANT)
