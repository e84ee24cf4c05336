"""Fits the weights of ``kbplatform/search/confidence.py``: is a query's best answer what was asked?

    python benchmarks/fit_confidence.py [benchmarks/queries/*.jsonl …] [--held-out FILE …]

A query with labels has its answer here, one without has none. Prints the weights to put into the module, and for each
file how many queries are falsely rejected and how many out-of-scope ones rejected: with weights fitted on all files
but this one, and with those of the module. Held-out files are only judged, never fitted on. Newton's method on
standardised evidence with an L2 penalty; both classes weigh the same.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from dataclasses import astuple, fields
from pathlib import Path

from search_quality import make_site

from kbplatform.search.confidence import THRESHOLD, Evidence, confidence

QUERIES = Path(__file__).parent / "queries"
PENALTY = 3.0


def read(platform, path: Path) -> list[tuple[Evidence | None, bool]]:
    """(evidence, whether there is an answer) of each query."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(platform.search.judge(row["query"], audiences={"everyone"}).evidence, bool(row["labels"])) for row in rows]


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination with pivots."""
    n = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    found = [0.0] * n
    for i in reversed(range(n)):
        found[i] = (rows[i][n] - sum(rows[i][j] * found[j] for j in range(i + 1, n))) / rows[i][i]
    return found


def fit(samples: list[tuple[Evidence | None, bool]]) -> tuple[list[float], float]:
    """Weights and bias in the units of Evidence."""
    known = [(astuple(e), answer) for e, answer in samples if e is not None]
    width = len(known[0][0])
    mean = [sum(x[k] for x, _ in known) / len(known) for k in range(width)]
    spread = [math.sqrt(sum((x[k] - mean[k]) ** 2 for x, _ in known) / len(known)) or 1.0 for k in range(width)]
    rows = [([*((v - m) / s for v, m, s in zip(x, mean, spread, strict=True)), 1.0], answer) for x, answer in known]
    share = {True: 0.5 * len(rows) / sum(a for _, a in rows), False: 0.5 * len(rows) / sum(not a for _, a in rows)}
    w = [0.0] * (width + 1)
    for _ in range(30):
        gradient = [PENALTY * v for v in w[:-1]] + [0.0]
        hessian = [[PENALTY if i == j and i < width else 0.0 for j in range(width + 1)] for i in range(width + 1)]
        for x, answer in rows:
            p = 1 / (1 + math.exp(-sum(a * b for a, b in zip(w, x, strict=True))))
            for i, xi in enumerate(x):
                gradient[i] += share[answer] * (p - answer) * xi
                for j, xj in enumerate(x):
                    hessian[i][j] += share[answer] * p * (1 - p) * xi * xj
        w = [a - b for a, b in zip(w, solve(hessian, gradient), strict=True)]
    weights = [v / s for v, s in zip(w, spread, strict=False)]
    return weights, w[-1] - sum(a * m for a, m in zip(weights, mean, strict=True))


def probability(model: tuple[list[float], float], evidence: Evidence | None) -> float:
    if evidence is None:
        return 0.0
    weights, bias = model
    return 1 / (1 + math.exp(-bias - sum(a * b for a, b in zip(weights, astuple(evidence), strict=True))))


def outcome(samples: list[tuple[Evidence | None, bool]], judge, threshold: float) -> str:
    answered, outside = ([judge(e) for e, answer in samples if answer is wanted] for wanted in (True, False))
    false = 100 * sum(p < threshold for p in answered) / max(len(answered), 1)
    rejected = 100 * sum(p < threshold for p in outside) / len(outside) if outside else 100.0
    return f"falsely rejected {false:5.1f} % of {len(answered):3}   out of scope rejected {rejected:5.1f} % of {len(outside):3}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", default=[])
    parser.add_argument("--held-out", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    files = arguments.files or sorted(QUERIES.glob("tuned*.jsonl"))
    with tempfile.TemporaryDirectory(prefix="kbplatform-fit-") as folder:
        platform = make_site(Path(folder), "memory")
        samples = {path: read(platform, path) for path in files}
        held_out = {path: read(platform, path) for path in arguments.held_out}
        platform.close()
    everything = [s for found in samples.values() for s in found]
    model = fit(everything)
    print("WEIGHTS = Evidence(" + ", ".join(f"{f.name}={w:.3f}" for f, w in zip(fields(Evidence), model[0], strict=True)) + ")")
    print(f"BIAS = {model[1]:.3f}\n")
    for path, found in (samples | held_out).items():
        rest = [s for p, other in samples.items() if p != path for s in other]
        others = fit(rest) if rest else model
        for threshold in sorted({0.25, 0.3, 0.35, 0.4, 0.5, THRESHOLD}):
            print(f"{path.name:<24} fitted without it  at {threshold:.2f}: {outcome(found, lambda e, m=others: probability(m, e), threshold)}")
        print(f"{path.name:<24} in the module      at {THRESHOLD:.2f}: {outcome(found, lambda e: confidence(e) if e else 0.0, THRESHOLD)}")


if __name__ == "__main__":
    main()
