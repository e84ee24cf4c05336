"""How much personal data is found, and how often something else is taken for it? Prints recall and false positives by kind.

The sentences are made from a seed by tests/privacy/masking_samples.py, which shares no table or pattern with the finder.
A number that passes every check and yet is an order's is a true ambiguity: how often that happens is printed too.

    python benchmarks/masking.py [--seed 7] [--each 240] [--misses]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from kbplatform.privacy import find

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "privacy"))

from masking_samples import Sample, negatives, positives


def is_found(sample: Sample) -> bool:
    """Whether every letter and digit of the value lies inside a finding."""
    at = sample.text.rindex(sample.value)
    gone = {n for f in find(sample.text) for n in range(f.start, f.end)}
    return all(n in gone for n in range(at, at + len(sample.value)) if sample.text[n].isalnum())


def by_kind(samples: list[Sample]) -> dict[str, tuple[int, int]]:
    """Kind → how many sentences, and how many of them right."""
    seen, right = Counter(), Counter()
    for s in samples:
        seen[s.kind] += 1
        right[s.kind] += is_found(s) if s.value else not find(s.text)
    return {kind: (seen[kind], right[kind]) for kind in seen}


def share(counts: dict[str, tuple[int, int]]) -> float:
    """Right sentences of all."""
    return sum(right for _, right in counts.values()) / sum(seen for seen, _ in counts.values())


def ambiguous(length: int, count: int = 100_000, seed: int = 3, label: str = "") -> float:
    """Share of random numbers of a length, as order numbers may be, that are taken for somebody's."""
    r = random.Random(seed)
    return sum(bool(find(label + str(r.randrange(10 ** (length - 1), 10**length)))) for _ in range(count)) / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=240, help="sentences of every kind")
    parser.add_argument("--misses", action="store_true", help="print the sentences that came out wrong")
    args = parser.parse_args()
    for title, samples in (("recall", positives(args.seed, args.each)), ("left alone", negatives(args.seed + 4, args.each))):
        began = time.perf_counter()
        counts = by_kind(samples)
        spent = time.perf_counter() - began
        print(f"\n{title}: {share(counts):.4f} of {len(samples)} sentences, {spent / len(samples) * 1e6:.0f} µs each")
        for kind, (seen, right) in sorted(counts.items()):
            print(f"  {kind:24} {right:5} of {seen}")
        for s in samples if args.misses else ():
            if not (is_found(s) if s.value else not find(s.text)):
                print(f"    {s.kind}: {s.text!r} {[f.kind for f in find(s.text)]}")
    print("\nrandom numbers taken for somebody's: bare, and after 订单号")
    for length in (8, 10, 11, 12, 15, 16, 18, 19, 20):
        print(f"  {length} digits: {ambiguous(length, 20_000):.2%}  {ambiguous(length, 20_000, label='订单号'):.2%}")


if __name__ == "__main__":
    main()
