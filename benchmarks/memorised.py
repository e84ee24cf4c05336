"""Does search understand, or does it only know these queries by heart? Four looks at it.

    python benchmarks/memorised.py [queries.jsonl …] [--list] [--json FILE]

1. How much of each query stands word for word in one name of the glossary, in one alias or one `asks` of a page.
2. Leave one out: before a query is asked, every such form that holds 80 % or more of it is taken away, for this query alone.
3. Said otherwise: politely, with other function words, in another order, with a slip of the keys.
4. Each beside the plain figure over the same queries. A search that learned its queries by heart falls in 2 and 3.

Everything runs in this process on the memory engine, which answers as the others do. The segmenter keeps the words it was
taught: what is taken away is the knowledge that a form belongs to a page or a term.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import Corpus
from figures import about, save
from graded import add_files, read
from rephrasing import VARIANTS, Rephrasing
from search_quality import Answer, ask

from kbplatform.bilingual import HAN_RANGE
from kbplatform.glossary import Concept, Glossary
from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import IndexRecord
from kbplatform.search.engines.memory import MemoryEngine
from kbplatform.search.pinyin import KEPT_AS
from kbplatform.search.records import RecordBuilder
from kbplatform.search.service import SearchService

_BESIDE_HAN = re.compile(rf"(?<=[{HAN_RANGE}]) | (?=[{HAN_RANGE}])")
HELD = 0.8
"""The part of a query that one form must hold to be taken away."""
TOLERANCE = 0.04


@dataclass(frozen=True, slots=True)
class Form:
    """A way to call something: where it stands and its letters."""

    where: str
    text: str
    letters: str


class Given:
    """A source that holds the documents it is given."""

    kinds = frozenset({"article"})
    with_program = False

    def __init__(self, documents: Iterable[SearchDocument]) -> None:
        self._documents = {d.id: d for d in documents}

    def documents(self) -> list[SearchDocument]:
        return list(self._documents.values())

    def load(self, ids: list[str]) -> dict[str, SearchDocument]:
        return {i: self._documents[i] for i in ids if i in self._documents}


@dataclass(frozen=True, slots=True)
class Site:
    """What :func:`search_quality.ask` asks."""

    search: SearchService


class Content:
    """The real pages and glossary, whole or with forms taken away."""

    def __init__(self) -> None:
        corpus = Corpus(60)
        self.analyzer: Analyzer = corpus.analyzer
        self.glossary: Glossary = corpus.glossary
        self.documents = list(corpus.documents())
        self.pinyin = corpus.pinyin
        self._builder = RecordBuilder(self.analyzer, self.pinyin)
        self.pinyin.learn(self._builder.words_to_read(self.documents) | set(self.glossary.words), dict(self.glossary.pinyin))
        self._records: dict[SearchDocument, IndexRecord] = {}

    def letters(self, text: str) -> str:
        """Normalised, without marks, blanks between Latin words only: what is compared."""
        words = "".join(c if c.isalnum() else " " for c in self.analyzer.normalise(text))
        return _BESIDE_HAN.sub("", " ".join(words.split()))

    def forms(self) -> list[Form]:
        """Every form somebody wrote by hand; titles and text are the pages themselves and stay out."""
        found = [(f"glossary {c.id}", f) for c in self.glossary.concepts for f in c.forms]
        found += [(f"alias {d.number} {d.lang}", k) for d in self.documents for k in d.keywords]
        found += [(f"asks {d.number} {d.lang}", a) for d in self.documents for a in d.asks]
        return [Form(where, text, self.letters(text)) for where, text in found]

    def site(self, without: frozenset[str] = frozenset()) -> Site:
        """A search over the content without the forms of these letters."""
        documents = [self._document(d, without) for d in self.documents]
        engine = MemoryEngine()
        glossary = self._glossary(without)
        search = SearchService(engine, [Given(documents)], analyzer=self.analyzer, glossary=glossary)
        engine.keep(KEPT_AS, self.pinyin.dumps())  # as an indexer would have
        engine.rebuild([self._record(d) for d in documents], 1)
        return Site(search)

    def _record(self, document: SearchDocument) -> IndexRecord:
        known = self._records.get(document)
        if known is None:
            known = self._records[document] = self._builder.build(document)
        return known

    def _document(self, document: SearchDocument, without: frozenset[str]) -> SearchDocument:
        kept = {name: tuple(f for f in getattr(document, name) if self.letters(f) not in without) for name in ("keywords", "asks")}
        return document if all(kept[n] == getattr(document, n) for n in kept) else replace(document, **kept)

    def _glossary(self, without: frozenset[str]) -> Glossary:
        concepts = [c for c in (self._concept(c, without) for c in self.glossary.concepts) if c]
        ids = {c.id for c in concepts}
        return replace(self.glossary, concepts=tuple(replace(c, near=tuple(n for n in c.near if n in ids)) for c in concepts))

    def _concept(self, concept: Concept, without: frozenset[str]) -> Concept | None:
        """The concept without these forms; another form takes the place of a lost name; None where nothing is left."""
        kept = [f for f in concept.forms if self.letters(f) not in without]
        if len(kept) == len(concept.forms):
            return concept
        if not kept:
            return None

        def left(forms: Sequence[str]) -> tuple[str, ...]:
            return tuple(f for f in forms if f in kept)

        zh = concept.zh if concept.zh in kept else next(iter(left(concept.also_zh)), kept[0])
        en = concept.en if concept.en in kept else next(iter(left(concept.also_en)), kept[0])
        return replace(concept, zh=zh, en=en, abbr=left(concept.abbr), also_zh=left(concept.also_zh), also_en=left(concept.also_en))


def share(query: str, form: str) -> float:
    """The longest stretch of ``query`` that stands in ``form``, as a part of the query."""
    best = 0
    lengths = [0] * (len(form) + 1)
    for char in query:
        previous = 0
        for i, other in enumerate(form, 1):
            previous, lengths[i] = lengths[i], previous + 1 if char == other else 0
            best = max(best, lengths[i])
    return best / len(query) if query else 0.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """One query with the forms that hold 80 % of it or more, and the largest share any form holds."""

    row: dict
    letters: str
    words: int
    near: tuple[Form, ...]
    most: float

    @property
    def equal(self) -> list[Form]:
        return [f for f in self.near if f.letters == self.letters]


def overlaps(content: Content, rows: Sequence[dict]) -> list[Overlap]:
    forms = content.forms()
    found = []
    for row in rows:
        letters = content.letters(row["query"])
        shares = [(share(letters, f.letters), f) for f in forms]
        near = tuple(f for s, f in shares if s >= HELD)
        tokens = content.analyzer.query_tokens(content.analyzer.normalise(row["query"]))
        found.append(Overlap(row, letters, len(tokens), near, max((s for s, _ in shares), default=0.0)))
    return found


def tell_overlaps(found: Sequence[Overlap], *, every: bool) -> None:
    print(f"\n1. Of {len(found)} queries, the largest part that stands word for word in one form of glossary, aliases or asks")
    print(f"{'kind':<20}{'n':>4}{'equal':>8}{'≥ 80 %':>8}{'≥ 60 %':>8}{'< 60 %':>8}")
    for kind in sorted({o.row["kind"] for o in found}):
        of = [o for o in found if o.row["kind"] == kind]
        counts = (sum(bool(o.equal) for o in of), sum(o.most >= HELD for o in of), sum(o.most >= 0.6 for o in of), sum(o.most < 0.6 for o in of))
        print(f"{kind:<20}{len(of):>4}" + "".join(f"{c:>8}" for c in counts))
    sentences = [o for o in found if o.equal and o.words > 2]
    print(f"queries of more than two words that are a form word for word: {len(sentences)}")
    for o in found if every else sentences:
        for form in o.equal if not every else o.near:
            print(f"  {o.row['id']} {o.row['kind']:<16} {o.row['query']}  =  {form.where}: {form.text}")


def mrr(answers: Sequence[Answer]) -> float:
    return sum(1 / (a.first + 1) for a in answers if a.first is not None) / len(answers)


def first(answers: Sequence[Answer]) -> float:
    return sum(a.first == 0 for a in answers) / len(answers)


@dataclass(frozen=True, slots=True)
class Compared:
    """A way of asking beside the plain one, over the queries that can be asked so."""

    name: str
    plain: list[Answer]
    changed: list[Answer]

    def row(self) -> dict[str, float]:
        plain, changed = ([a for a in answers if a.labels] for answers in (self.plain, self.changed))
        outside = [a for a in self.changed if not a.labels]
        return {
            "n": len(plain), "mrr_plain": mrr(plain), "mrr": mrr(changed), "s1_plain": first(plain), "s1": first(changed),
            "false_rejections": sum(not a.sure for a in changed) / len(changed),
            "out_of_scope": len(outside), "rejected": sum(not a.sure for a in outside) / len(outside) if outside else float("nan"),
        }  # fmt: skip


def table(compared: Sequence[Compared]) -> None:
    print(f"\n{'':<22}{'n':>4}{'MRR@10 plain':>14}{'so':>8}{'change':>8}{'S@1 plain':>11}{'so':>8}{'change':>8}{'false rej.':>12}{'rejected':>10}")
    for c in compared:
        r = c.row()
        change = r["mrr"] - r["mrr_plain"]
        verdict = "" if change >= -TOLERANCE else f"  more than {TOLERANCE} down"
        print(
            f"{c.name:<22}{r['n']:>4}{r['mrr_plain']:>14.3f}{r['mrr']:>8.3f}{change:>+8.3f}{r['s1_plain']:>11.3f}{r['s1']:>8.3f}{r['s1'] - r['s1_plain']:>+8.3f}"
            f"{100 * r['false_rejections']:>10.1f} %{100 * r['rejected']:>8.0f} %{verdict}"
        )


def tell_losses(compared: Sequence[Compared]) -> None:
    for c in compared:
        lost = [(p, a) for p, a in zip(c.plain, c.changed, strict=True) if p.labels and p.first is not None and (a.first is None or a.first > p.first)]
        print(f"\n{c.name}: {len(lost)} found later or not at all")
        for p, a in lost:
            print(f"  {p.asked['id']} {p.asked['kind']:<16} {p.asked['query']}  →  {a.asked['query']}  rank {p.first} → {a.first}")


def left_out(content: Content, found: Sequence[Overlap], plain: Sequence[Answer]) -> list[Answer]:
    """Each query asked of a site that lacks the forms near it. Queries without such a form keep their plain answer."""
    answers = []
    for overlap, answer in zip(found, plain, strict=True):
        without = frozenset(f.letters for f in overlap.near)
        answers.append(ask(content.site(without), [overlap.row])[0] if without else answer)
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_files(parser)
    parser.add_argument("--list", action="store_true", help="list every form near a query, and what was found later or not at all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    rows = read(arguments.queries)
    content = Content()
    found = overlaps(content, rows)
    tell_overlaps(found, every=arguments.list)
    site = content.site()
    plain = ask(site, rows)
    compared = [Compared("leave one out", plain, left_out(content, found, plain))]
    rephrasing = Rephrasing(content.analyzer, content.pinyin, random.Random(arguments.seed))
    for variant in VARIANTS:
        pairs = [(answer, text) for answer, row in zip(plain, rows, strict=True) if (text := rephrasing.of(variant, row))]
        compared.append(Compared(variant, [a for a, _ in pairs], ask(site, [a.asked | {"query": text} for a, text in pairs])))
    table(compared)
    if arguments.list:
        tell_losses(compared)
    if arguments.json:
        files = [p.name for p in arguments.queries]
        save(arguments.json, about() | {"files": files, "compared": {c.name: c.row() for c in compared}})


if __name__ == "__main__":
    main()
