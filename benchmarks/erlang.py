"""Are the staffing figures right? Every case of a grid against exact sums, and the formulae against simulated calls.

    python benchmarks/erlang.py [--calls 600000] [--seed 5] [--json FILE]

The grid asks for the fewest agents in 17,000 cases (traffic from 0.03 to 300 erlangs, eight targets, seventeen times) and
compares with the first number that reaches the target when A^k/k! is added up in fractions: no agent too many, none too
few. The simulation sends calls with exponential gaps to agents who take them in order, with callers who never leave
(Erlang C), who leave after an exponential patience (Erlang A), and who leave at once (Erlang B). Its figures come with
their standard error, from twenty batches of calls: the formula should lie within about three of them.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import time
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from pathlib import Path
from statistics import mean, stdev

from erlang_oracle import fewest, grid

from kbplatform_calculators import erlang

BATCHES = 20
TARGET_S = 20


@dataclass(frozen=True, slots=True)
class Floor:
    """Calls a minute, minutes each, average patience in minutes, agents."""

    name: str
    rate: float
    handling: float
    patience: float
    agents: int


FLOORS = (
    Floor("C, 10 erlangs, 14 agents", 10 / 3, 3, inf, 14),
    Floor("C, 48 erlangs, 55 agents", 12, 4, inf, 55),
    Floor("C, 0.8 erlangs, 1 agent", 0.2, 4, inf, 1),
    Floor("A, 48 erlangs, 50 agents, 2 min", 48, 1, 2, 50),
    Floor("A, 30 erlangs, 20 agents, 1 min", 10, 3, 1, 20),
    Floor("B, 8.108 erlangs, 15 lines", 8.108, 1, 0, 15),
)


def simulate(floor: Floor, calls: int, seed: int) -> dict[str, tuple[float, float]]:
    """Figure → mean and standard error: shares that wait, leave, are answered in time, and the mean wait in seconds."""
    rng = random.Random(seed)
    free = [0.0] * floor.agents
    now, batches, size = 0.0, [], calls // BATCHES
    for batch in range(BATCHES + 1):
        waits, lost, in_time, delayed = 0.0, 0, 0, 0
        for _ in range(size):
            now += rng.expovariate(floor.rate)
            patience = inf if floor.patience == inf else rng.expovariate(1 / floor.patience) if floor.patience else 0.0
            wait = max(0.0, free[0] - now)
            delayed += wait > 0
            if wait > patience:
                lost, waits = lost + 1, waits + patience
                continue
            heapq.heapreplace(free, now + wait + rng.expovariate(1 / floor.handling))
            waits, in_time = waits + wait, in_time + (60 * wait <= TARGET_S)
        if batch:  # the first fills the floor
            batches.append((delayed / size, lost / size, in_time / size, 60 * waits / size))
    return {
        name: (mean(column), stdev(column) / BATCHES**0.5)
        for name, column in zip(("wait", "leave", f"within {TARGET_S} s", "ASA, s"), zip(*batches, strict=True), strict=True)
    }


def formula(floor: Floor) -> dict[str, float]:
    """The same figures as the product gives them; those it doesn't give are left out."""
    traffic = erlang.offered(floor.rate, floor.handling, 1)
    if not floor.patience:
        return {"leave": erlang.blocking(float(traffic), floor.agents)}
    if floor.patience == inf:
        queue = erlang.queue(traffic, floor.agents, floor.handling, TARGET_S / 60)
        assert queue is not None, "a floor that can't keep up has no figures"
        return {"wait": queue.p_wait, f"within {TARGET_S} s": queue.service_level, "ASA, s": 60 * queue.wait}
    met = erlang.queue_with_patience(floor.rate, floor.handling, floor.patience, floor.agents)
    return {"wait": met.p_wait, "leave": met.abandoned, "ASA, s": 60 * met.wait}


def compare_grid() -> dict[str, int | float]:
    """How many cases have an agent too many, too few, or as many as it takes."""
    started = time.perf_counter()
    counts: dict[str, int | float] = {"cases": 0, "too many": 0, "too few": 0}
    spent = 0.0
    for case in grid():
        patience = Fraction(case.within, case.handling)
        before = time.perf_counter()
        ours = erlang.agents_needed(case.traffic, case.target, patience) or 0
        spent += time.perf_counter() - before
        right = fewest(case.traffic, case.target, patience)
        counts["cases"] += 1
        counts["too many"] += ours > right
        counts["too few"] += ours < right
    return counts | {"us each": round(1e6 * spent / counts["cases"], 1), "s in all": round(time.perf_counter() - started, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=600_000, help="simulated calls on each floor")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    found: dict[str, object] = {"grid": compare_grid()}
    print("grid", found["grid"], flush=True)
    print(f"\n{'floor':34}{'figure':14}{'formula':>10}{'simulated':>11}{'± s.e.':>9}{'off by':>8}")
    for floor in FLOORS:
        seen, said = simulate(floor, options.calls, options.seed), formula(floor)
        found[floor.name] = {name: {"formula": value, "simulated": seen[name][0], "standard error": seen[name][1]} for name, value in said.items()}
        for name, value in said.items():
            measured, error = seen[name]
            print(f"{floor.name:34}{name:14}{value:10.4f}{measured:11.4f}{error:9.4f}{(measured - value) / error:+8.1f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
