"""Our search beside SQLite FTS5, tantivy and minisearch: the same pages, the same tasks, one run.

    python benchmarks/engines.py 60 1000 10000 [--rounds 3] [--tasks 200] [--only whoosh,tantivy] [--json FILE]
                                 [--queries FILE …]

Peers take turns at every single task, so that a busy machine slows all alike; each round has tasks of its own, so that no
cache has seen them; figures are the medians of the rounds. Peers that can't run are listed with what they lack.
See README.md for what the columns mean.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from corpus import Corpus
from figures import about, percentile, save
from graded import add_files, read, right_numbers
from known_items import Query
from ours import ENGINES, Ours
from peers import EVERYONE, Absent, Fts5, Peer, Prepared, Tantivy, Task, Tokens, Trigram
from peers_node import MiniSearch, MiniSearchOwn

from kbplatform.search.pinyin import PinyinTable, initials
from kbplatform.search.records import RecordBuilder
from kbplatform.search.stopwords import is_stop

PEERS = (Fts5, Trigram, Tantivy, MiniSearch, MiniSearchOwn)
TASKS = ("keystroke", "two words", "filtered", "excerpt", "update")
UPDATES = 5


@dataclass(slots=True)
class Result:
    """One peer at one size. ``rounds`` maps a task to the milliseconds of each round."""

    version: str = ""
    absent: str = ""
    build_s: float = 0.0
    rounds: dict[str, list[list[float]]] = field(default_factory=dict)
    ranks: dict[str, list[int | None]] = field(default_factory=dict)

    def cut(self, task: str, share: float) -> float:
        """The median over the rounds of a percentile, ms."""
        return median(percentile(r, share) for r in self.rounds[task]) if self.rounds.get(task) else float("nan")

    def quality(self, kind: str) -> tuple[int, float, float]:
        """Number of queries, MRR@10 and the share answered by the first page."""
        ranks = self.ranks[kind] if kind else [r for found in self.ranks.values() for r in found]
        n = len(ranks)
        return n, sum(1 / (r + 1) for r in ranks if r is not None) / n, sum(r == 0 for r in ranks) / n

    def row(self) -> dict[str, object]:
        if self.absent:
            return {"absent": self.absent}
        kinds = {kind: dict(zip(("n", "mrr", "s1"), self.quality(kind), strict=True)) for kind in ("", *sorted(self.ranks))} if self.ranks else {}
        times = {t: {"p50": self.cut(t, 0.5), "p95": self.cut(t, 0.95), "n": sum(map(len, self.rounds[t]))} for t in self.rounds}
        return {"version": self.version, "build_s": self.build_s, "ms": times, "relevance": {k or "all": v for k, v in kinds.items()}}


class Tasks:
    """What people do, drawn from the pages themselves: other pages in each round."""

    def __init__(self, corpus: Corpus, documents: Sequence[Prepared], pinyin: PinyinTable, seed: int) -> None:
        self._open = [d for d in documents if EVERYONE in d.document.audience]
        self._analyzer = corpus.analyzer
        self._pinyin = pinyin
        self._source = random.Random(seed)

    def keystrokes(self, count: int) -> list[Task]:
        """What has been typed of a title or another name: characters, letters, pinyin or initials."""
        return [self._begun(self._source.choice(self._open)) for _ in range(count)]

    def _begun(self, page: Prepared) -> Task:
        d = page.document
        name = self._source.choice((d.title, *d.keywords))
        words = [t.surface for t in self._analyzer.query_tokens(self._analyzer.normalise(name)) if not is_stop(t.surface)] or [name]
        text = "".join(words[self._source.randrange(len(words)) :]) if d.lang == "zh" else self._source.choice(words)
        if d.lang == "zh" and self._source.random() < 0.5:
            read = [s for w in words for s in self._pinyin.syllables(w)]
            text = (self._source.choice((initials(read), "".join(read)))) or text
        return Task(text[: self._source.randint(1, 6)], d.lang)

    def two_words(self, count: int) -> list[Task]:
        """A word of a page's title and one of its text."""
        found = []
        while len(found) < count:
            d = self._source.choice(self._open).document
            title, text = self._words(d.title), self._words(self._source.choice(d.sections).text)
            if title and text:
                found.append(Task(f"{self._source.choice(title)} {self._source.choice(text)}", d.lang, d.group))
        return found

    def _words(self, text: str) -> list[str]:
        tokens = self._analyzer.query_tokens(self._analyzer.normalise(text))
        return [t.surface for t in tokens if len(t.surface) > 1 and not is_stop(t.surface)]

    def edits(self, count: int) -> Iterator[tuple[Prepared, str]]:
        """Pages that get a word nobody else has, in the title."""
        for page in self._source.sample(self._open, count):
            word = "zq" + "".join(self._source.choices("bcdfghjklmnpqrstvwxz", k=8))
            yield page, word


def queries_for(corpus: Corpus, graded: Sequence[Path], limit: int) -> list[Query]:
    """Known items among generated pages; where there are only the real ones, the graded queries (from grade 2)."""
    if corpus.size > len(corpus.real) * 2:
        return corpus.queries(limit)
    keys = {d.number: d.key for page in corpus.real for d in page.documents}
    wanted = ((r, frozenset(keys[n] for n in right_numbers(r))) for r in read(graded))
    return [Query(r["query"], r["kind"], r.get("lang", "zh"), answers) for r, answers in wanted if answers]


def makers(corpus: Corpus, folder: Path, tokens: Tokens, pinyin: PinyinTable, only: Sequence[str]) -> dict[str, Callable[[], Peer]]:
    ours = {f"kbplatform {n}": (lambda n=n, m=m: Ours(folder, tokens, corpus.glossary, pinyin, n, m)) for n, m in ENGINES.items()}
    others = {p.name: (lambda p=p: p(folder, tokens)) for p in PEERS}
    return {name: make for name, make in (ours | others).items() if not only or any(part in name for part in only)}


def compare(size: int, arguments: argparse.Namespace) -> dict[str, Result]:
    """Every peer at one size."""
    corpus = Corpus(size, seed=arguments.seed)
    documents = list(corpus.documents())
    pinyin = PinyinTable.build((), dict(corpus.glossary.pinyin))
    pinyin.learn(RecordBuilder(corpus.analyzer, pinyin).words_to_read(documents))
    tokens = Tokens(corpus.analyzer, RecordBuilder(corpus.analyzer, pinyin))
    prepared = [tokens.prepare(d) for d in documents]
    results: dict[str, Result] = {}
    peers: dict[str, Peer] = {}
    with tempfile.TemporaryDirectory(prefix="kbplatform-bench-") as folder:
        try:
            for name, make in makers(corpus, Path(folder), tokens, pinyin, arguments.only).items():
                results[name] = Result()
                try:
                    peers[name] = make()
                except Absent as reason:
                    results[name].absent = str(reason)
                    continue
                results[name].version = peers[name].version
                results[name].build_s = peers[name].build(prepared)
                tell(f"{size}: {name} built in {results[name].build_s:.1f} s")
            _speed(Tasks(corpus, prepared, pinyin, arguments.seed), queries_for(corpus, arguments.queries, 3 * arguments.tasks), peers, results, arguments)
            _relevance(queries_for(corpus, arguments.queries, arguments.relevance), peers, results)
            _updates(Tasks(corpus, prepared, pinyin, arguments.seed), tokens, peers, results, arguments.rounds)
        finally:
            for peer in peers.values():
                peer.close()
    return results


def _speed(tasks: Tasks, queries: Sequence[Query], peers: dict[str, Peer], results: dict[str, Result], arguments: argparse.Namespace) -> None:
    share = len(queries) // arguments.rounds
    for number in range(-1, arguments.rounds):  # the first round warms up and is thrown away
        count = arguments.tasks if number >= 0 else 20
        asked = [Task(q.text, q.lang) for q in (queries[number * share : (number + 1) * share] if number >= 0 else queries[:20])]
        plans = {"keystroke": tasks.keystrokes(count), "two words": tasks.two_words(count), "filtered": tasks.two_words(count), "excerpt": asked}
        for name, plan in plans.items():
            taken = {peer: [] for peer in peers}
            for turn, task in enumerate(plan):
                for peer in _in_turn(peers, turn):
                    taken[peer].append(_do(peers[peer], name, task)[0])
            for peer, ms in taken.items():
                if number >= 0:
                    results[peer].rounds.setdefault(name, []).append(ms)
        tell(f"round {number + 1} of {arguments.rounds} done")


def _in_turn(peers: dict[str, Peer], turn: int) -> list[str]:
    names = list(peers)
    return names[turn % len(names) :] + names[: turn % len(names)]


def _do(peer: Peer, name: str, task: Task) -> tuple[float, list[str]]:
    return {"keystroke": peer.keystroke, "two words": peer.find, "filtered": peer.filtered, "excerpt": peer.excerpt}[name](task)


def _relevance(queries: Sequence[Query], peers: dict[str, Peer], results: dict[str, Result]) -> None:
    for query in queries:
        for name, peer in peers.items():
            _ms, keys = peer.excerpt(Task(query.text, query.lang))
            rank = next((i for i, key in enumerate(keys) if key in query.keys), None)
            results[name].ranks.setdefault(query.kind, []).append(rank)


def _updates(tasks: Tasks, tokens: Tokens, peers: dict[str, Peer], results: dict[str, Result], rounds: int) -> None:
    for _ in range(rounds):
        for result in (results[name] for name in peers):
            result.rounds.setdefault("update", []).append([])
        for turn, (page, word) in enumerate(tasks.edits(UPDATES)):
            changed = tokens.prepare(replace(page.document, title=f"{page.document.title} {word}"))
            for name in _in_turn(peers, turn):
                results[name].rounds["update"][-1].append(peers[name].update(changed, word))


def tell(text: str) -> None:
    """Progress, beside the table."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def table(size: int, results: dict[str, Result]) -> None:
    print(f"\n{size} documents; p50/p95 in ms, medians of the rounds")
    print(f"{'':<26}{'build s':>8}" + "".join(f"{t:>16}" for t in TASKS) + f"{'MRR@10':>8}{'S@1':>6}")
    for name, result in results.items():
        if result.absent:
            print(f"{name:<26} absent: {result.absent}")
            continue
        times = "".join(f"{result.cut(t, 0.5):>8.2f}/{result.cut(t, 0.95):<7.2f}" for t in TASKS)
        _n, mrr, first = result.quality("")
        print(f"{name:<26}{result.build_s:>8.2f}{times}{mrr:>8.3f}{first:>6.2f}")
    kinds = sorted({k for r in results.values() for k in r.ranks})
    print(f"\nMRR@10 by kind of query{'':<3}" + "".join(f"{k[:14]:>15}" for k in kinds))
    for name, result in results.items():
        if not result.absent:
            print(f"{name:<26}" + "".join(f"{result.quality(k)[1]:>15.3f}" for k in kinds))
    some = next((r for r in results.values() if r.ranks), None)
    if some:
        print(f"{'queries':<26}" + "".join(f"{some.quality(k)[0]:>15}" for k in kinds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="+", help="documents; 60 is the real content with the graded queries")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=200, help="of each kind in a round")
    parser.add_argument("--relevance", type=int, default=400, help="known-item queries for MRR@10 and S@1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help="parts of peers' names")
    add_files(parser, "--queries")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    sizes: dict[str, dict[str, object]] = {}
    for size in arguments.sizes:
        results = compare(size, arguments)
        table(size, results)
        sizes[str(size)] = {name: result.row() for name, result in results.items()}
        if arguments.json:
            save(arguments.json, about() | {"rounds": arguments.rounds, "sizes": sizes})


if __name__ == "__main__":
    main()
