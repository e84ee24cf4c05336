"""A knowledge base of any size with the text shapes of the real one: the same pages for the same seed, on any machine.

    python benchmarks/corpus.py 10000 [--seed 1] [--queries queries.jsonl] [--pack FOLDER]

The first documents are the real ones (the thirty practices, both languages); the others are generated from them. A
generated page is about one thing, one issue and one circumstance (corpus_words.toml); its sections, sentences and
function words come from the real sections, its content words from their word distribution (Zipf) and from a tail of rare
words, so that the vocabulary grows with the corpus as that of real text does. Every page is in Chinese, half of them in
English too; every fourth is a near-twin of the page before. The first n documents are the same at every size.

Without options it prints what the corpus looks like.
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, islice
from pathlib import Path

from known_items import Query, make_queries

from kbplatform.articles.content_root import bundled_content
from kbplatform.articles.packs import read_pack
from kbplatform.glossary import Glossary
from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.rendering import SiteFacts, render
from kbplatform.search.analysis import Analyzer
from kbplatform.search.pinyin import PinyinTable
from kbplatform.search.stopwords import is_stop
from kbplatform.viewer import EVERYONE

DAY = 86_400.0
NEWEST = 1_767_225_600.0
"""2026-01-01 UTC: when the newest page was changed."""
SUBSTITUTED, OF_TOPIC, OF_TAIL = 0.3, 0.35, 0.15
"""Share of content words that are replaced; of these, by words of the page's topic, and by rare words."""
OWN_SENTENCES = 0.3
"""Share of sentences in which a twin differs from the page it resembles."""
OPTIONAL_SECTIONS = ("dont", "source-sum", "twins")
SYLLABLES = [c + v for c in "bcdfghjklmnprstvz" for v in ("a", "el", "i", "or", "un")]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a page is about, in one language. ``spoken`` is how callers say the issue."""

    thing: str
    issue: str
    spoken: str
    circumstance: str

    @property
    def words(self) -> tuple[str, ...]:
        return self.thing, self.issue, self.circumstance


@dataclass(frozen=True, slots=True)
class Page:
    """One page in its languages, and how people would look for it."""

    key: str
    documents: tuple[SearchDocument, ...]
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A real sentence cut into words and what stands between them; ``content`` are the places of words that may be replaced."""

    pieces: tuple[str, ...]
    content: tuple[int, ...]


@dataclass(slots=True)
class _Language:
    """What the real pages of one language consist of."""

    documents: list[SearchDocument] = field(default_factory=list)
    sentences: dict[str, list[list[_Sentence]]] = field(default_factory=dict)
    """Section id → for each real page its sentences."""
    headings: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    tail_weights: list[float] = field(default_factory=list)


class Corpus:
    """Pages by number: page ``n`` never depends on how many there are."""

    def __init__(self, size: int, *, seed: int = 1, content: Path | None = None) -> None:
        """``size`` counts documents (a page in one language). Fewer than the real ones: as many of those."""
        self.size = size
        self.seed = seed
        self.content = content or bundled_content()
        self.glossary = Glossary.load(self.content / "glossary.toml")
        self.analyzer = Analyzer(self.glossary.words)
        self._topics = tomllib.loads((Path(__file__).parent / "corpus_words.toml").read_text("utf-8"))
        self._languages = {lang: self._learn(lang, documents) for lang, documents in real_documents(self.content).items()}
        self._groups = sorted({d.group for d in self._languages["zh"].documents})

    @property
    def real(self) -> list[Page]:
        """The thirty practices; the graded queries for them are kept elsewhere."""
        by_key: dict[str, list[SearchDocument]] = {}
        for language in self._languages.values():
            for document in language.documents:
                by_key.setdefault(document.key, []).append(document)
        return [Page(key, tuple(documents), ()) for key, documents in by_key.items()]

    def pages(self) -> Iterator[Page]:
        """Real pages, then generated ones, until ``size`` documents are reached."""
        count = 0
        for page in self._all():
            room = self.size - count
            if room <= 0:
                return
            count += len(page.documents)
            yield page if len(page.documents) <= room else Page(page.key, page.documents[:room], page.queries)

    def _all(self) -> Iterator[Page]:
        yield from self.real
        number = 0
        while True:
            yield self.page(number)
            number += 1

    def documents(self) -> Iterator[SearchDocument]:
        """Every document, one page's languages together."""
        for page in self.pages():
            yield from page.documents

    def queries(self, limit: int) -> list[Query]:
        """Up to ``limit`` queries of generated pages that are for everyone, spread evenly over the corpus."""
        generated = (self.size - sum(len(p.documents) for p in self.real)) * 2 // 3
        step = max(1, generated * 3 // (2 * limit)) | 1  # odd, so that it meets twins and single pages alike
        pages = (self.page(n) for n in range(0, max(generated, 0), step))
        found = (q for p in pages if EVERYONE in p.documents[0].audience for q in p.queries)
        return list(islice(found, limit))

    @lru_cache(maxsize=64)  # noqa: B019 - as long-lived as the script
    def page(self, number: int) -> Page:
        """Generated page ``number``, from 0."""
        twin = number % 4 == 3
        own = random.Random(f"{self.seed}:{number}")
        body = random.Random(f"{self.seed}:{number - twin}:body")
        key = f"case-{number:06d}"
        changed = NEWEST - own.expovariate(1 / (200 * DAY))
        group = own.choice(self._groups)
        audience = own.choices((EVERYONE, "signed-in", "team:gold", "team:night"), (90, 6, 2, 2))[0]
        popularity = round(own.paretovariate(1.2) / 20, 3)
        languages = ("zh", "en") if number % 4 > 1 else ("zh",)
        documents = tuple(
            self._document(self._topic(number, lang), lang, own, body, twin=twin, id=f"article:{number + 1000}:{lang}", key=key, group=group,
                           audience=frozenset({audience}), popularity=min(popularity, 1.0), changed=changed)
            for lang in languages
        )  # fmt: skip
        queries = make_queries(key, documents, {lang: self._topic(number, lang) for lang in languages}, own, self)
        return Page(key, documents, queries)

    def _topic(self, number: int, lang: str) -> Topic:
        """Twins share thing and issue with the page before them; no two pages share all three."""
        twin = number % 4 == 3
        base = number // 4 * 3 + number % 4 - twin
        things, issues, circumstances = self._topics["things"], self._topics["issues"], self._topics["circumstances"]
        spread = len(things) * len(issues) * (len(circumstances) // 2)
        place = base * 48_611 % spread  # a prime that shares no factor with the product: every combination once
        place, thing = divmod(place, len(things))
        place, issue = divmod(place, len(issues))
        column = {"zh": 0, "en": 1}[lang]
        return Topic(things[thing][column], issues[issue][2 * column], issues[issue][2 * column + 1], circumstances[2 * place + twin][column])

    # ------------------------------------------------------------------ text

    def _document(self, topic: Topic, lang: str, own: random.Random, body: random.Random, *, twin: bool, **known: object) -> SearchDocument:
        language = self._languages[lang]
        sections = [SearchSection("", "", _lead(topic, lang))]
        model = body.randrange(len(language.documents))
        dropped = body.sample(OPTIONAL_SECTIONS, body.choice((0, 0, 1, 2)))
        for name, pages in language.sentences.items():
            if name in dropped:
                continue
            lines = []
            for sentence in pages[model % len(pages)]:
                source = own if twin and own.random() < OWN_SENTENCES else body
                chosen = sentence if source.random() < 0.7 else source.choice(source.choice(pages))
                lines.append(self._say(chosen, topic, language, source))
            sections.append(SearchSection(name, language.headings[name], "\n".join(lines)))
        return SearchDocument(
            kind="article", lang=lang, title=_title(topic, lang, body.randrange(3)), url=f"/articles/{known['key']}",
            angle=_angle(topic, lang), moment=own.choice(("call", "coach", "manage")), keywords=_keywords(topic, lang),
            asks=_asks(topic, lang), sections=tuple(sections), **known,
        )  # type: ignore[arg-type]  # fmt: skip

    def _say(self, sentence: _Sentence, topic: Topic, language: _Language, source: random.Random) -> str:
        pieces = list(sentence.pieces)
        for place in sentence.content:
            if source.random() > SUBSTITUTED:
                continue
            drawn = source.random()
            if drawn < OF_TOPIC:
                pieces[place] = source.choice(topic.words)
            elif drawn < OF_TOPIC + OF_TAIL:
                pieces[place] = _drawn(language.tail, language.tail_weights, source)
            else:
                pieces[place] = _drawn(language.words, language.weights, source)
        return "".join(pieces)

    def _learn(self, lang: str, documents: list[SearchDocument]) -> _Language:
        language = _Language(documents)
        counts = language.counts
        for document in documents:
            for section in (s for s in document.sections if s.id):
                cut = [self._cut(line) for line in section.text.split("\n")]
                language.sentences.setdefault(section.id, []).append(cut)
                language.headings.setdefault(section.id, section.heading)
                counts.update(s.pieces[i] for s in cut for i in s.content)
        language.words = sorted(counts, key=lambda w: (-counts[w], w))
        language.weights = list(accumulate(counts[w] for w in language.words))
        language.tail = self._rare_chinese() if lang == "zh" else _rare_english()
        language.tail_weights = list(accumulate(1 / (rank + 30) for rank in range(len(language.tail))))
        return language

    def _cut(self, line: str) -> _Sentence:
        normal = self.analyzer.align(line)
        pieces: list[str] = []
        content: list[int] = []
        at = 0
        for token in self.analyzer.query_tokens(normal.text):
            start, end = normal.original(token.start, token.end)
            pieces += [line[at:start], line[start:end]]
            if len(token.surface) > 1 and not is_stop(token.surface) and not token.surface.isdigit():
                content.append(len(pieces) - 1)
            at = end
        return _Sentence((*pieces, line[at:]), tuple(content))

    def _rare_chinese(self) -> list[str]:
        """Real words of two and three characters, from the phrase list that gives us pinyin."""
        from pypinyin.phrases_dict import phrases_dict  # only a corpus wants it

        words = [w for w in sorted(phrases_dict) if 2 <= len(w) <= 3 and len(self.analyzer.query_tokens(w)) == 1]
        random.Random("rare words").shuffle(words)
        return words

    # ------------------------------------------------------------------ for queries

    @cached_property
    def pinyin(self) -> PinyinTable:
        """Readings of every word of the topics."""
        words = [word for rows in self._topics.values() for row in rows for word in row if not word.isascii()]
        return PinyinTable.build(words, dict(self.glossary.pinyin))

    @cached_property
    def _homophones(self) -> dict[str, list[str]]:
        """The 3,755 everyday characters (GB 2312, first level) by syllable."""
        everyday = bytes(b for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for b in (high, low)).decode("gb2312", "ignore")
        by_syllable: dict[str, list[str]] = {}
        for char in everyday:
            by_syllable.setdefault(self.pinyin.chars.get(char, ""), []).append(char)
        return by_syllable

    def homophones(self, syllable: str) -> list[str]:
        """Everyday characters that are read so."""
        return self._homophones.get(syllable, [])

    @lru_cache(maxsize=2)  # noqa: B019 - as above
    def own_words(self, lang: str) -> frozenset[str]:
        """The rare words, which only generated pages have."""
        return frozenset(self._languages[lang].tail) - self._languages[lang].counts.keys()

    def rarity(self, lang: str, word: str) -> float:
        """0 for function words, up to 1 for words that no real page has."""
        return 0.0 if is_stop(word) else 1 / (1 + self._languages[lang].counts[word])


def real_documents(content: Path) -> dict[str, list[SearchDocument]]:
    """The practices of a content pack by language, as search sees them; site facts are unset."""
    found: dict[str, list[SearchDocument]] = {"zh": [], "en": []}
    for kind, document in read_pack(content).documents:
        if kind != "practice":
            continue
        front, facts = document.front, SiteFacts(document.lang)
        sections = tuple(SearchSection(s.id, s.heading, facts.fill(s.text)) for s in render(document.body, document.lang).sections)
        found[document.lang].append(
            SearchDocument(
                id=f"article:{front.number}:{document.lang}", kind="article", key=front.slug, lang=document.lang, title=front.title,
                url=f"/articles/{front.slug}", angle=front.angle, number=front.number, group=front.group or "", moment=front.moment,
                keywords=tuple(front.aliases), asks=tuple(front.asks), sections=(SearchSection("", "", front.summary), *sections),
                popularity=1.0 if front.moment == "call" else 0.5, changed=NEWEST - 30 * DAY,
            )
        )  # fmt: skip
    return found


def _drawn(words: Sequence[str], cumulated: Sequence[float], source: random.Random) -> str:
    return words[bisect(cumulated, source.random() * cumulated[-1])]


def _rare_english() -> list[str]:
    source = random.Random("rare words")
    return sorted({"".join(source.choices(SYLLABLES, k=source.choice((2, 3, 3, 4)))) for _ in range(20_000)}, key=lambda w: (len(w) > 6, w[::-1]))


def _title(t: Topic, lang: str, form: int) -> str:
    if lang == "zh":
        return (f"{t.circumstance}{t.thing}{t.issue}怎么办", f"如何处理{t.circumstance}的{t.thing}{t.issue}", f"{t.thing}{t.issue}：{t.circumstance}")[form]
    return (f"{t.thing.capitalize()}: {t.issue} for {t.circumstance}", f"How to handle {t.issue} of a {t.thing} ({t.circumstance})", f"{t.issue.capitalize()}, {t.thing}, {t.circumstance}")[form]  # fmt: skip


def _angle(t: Topic, lang: str) -> str:
    return f"{t.circumstance}遇到{t.thing}{t.spoken}时，先说什么、再办什么" if lang == "zh" else f"What to say and do when {t.circumstance} report a {t.thing}: {t.spoken}"


def _lead(t: Topic, lang: str) -> str:
    return f"{t.thing}{t.issue}，{t.circumstance}这样办：听清、核实、给方案、跟到底。" if lang == "zh" else f"A {t.thing}, {t.issue}, {t.circumstance}: hear it, check it, settle it, follow it up."


def _keywords(t: Topic, lang: str) -> tuple[str, ...]:
    if lang == "zh":
        return (f"{t.thing}{t.spoken}", f"{t.circumstance}{t.thing}", f"{t.thing}{t.issue}")
    return (f"{t.thing} {t.spoken}", f"{t.thing} {t.circumstance}", f"{t.thing} {t.issue}")


def _asks(t: Topic, lang: str) -> tuple[str, ...]:
    if lang == "zh":
        return (f"{t.thing}{t.spoken}，{t.circumstance}说要投诉", f"{t.circumstance}问{t.thing}{t.issue}多久能办好")
    return (f"{t.circumstance} say the {t.thing} {t.spoken}", f"how long does {t.issue} of the {t.thing} take")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, help="documents: 60 is the real content")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--queries", type=Path, help="write known-item queries here, one JSON object a line")
    parser.add_argument("--limit", type=int, default=400, help="how many queries")
    parser.add_argument("--pack", type=Path, help="write a content pack into this new folder")
    arguments = parser.parse_args()
    corpus = Corpus(arguments.size, seed=arguments.seed)
    if arguments.queries:
        rows = (json.dumps({"id": f"g{i:05d}", **q.row()}, ensure_ascii=False) for i, q in enumerate(corpus.queries(arguments.limit)))
        arguments.queries.write_text("\n".join(rows) + "\n", "utf-8")
    if arguments.pack:
        from corpus_pack import write_pack  # only where one is asked for

        print(f"{write_pack(corpus, arguments.pack)} files in {arguments.pack}")
    if not arguments.queries and not arguments.pack:
        describe(corpus)


def describe(corpus: Corpus) -> None:
    """What the corpus looks like: languages, lengths, vocabulary, the most and least frequent words."""
    languages: Counter[str] = Counter()
    terms: Counter[str] = Counter()
    characters = 0
    for document in corpus.documents():
        languages[document.lang] += 1
        texts = [document.title, document.angle, *document.keywords, *document.asks, *(s.text for s in document.sections)]
        characters += sum(map(len, texts))
        terms.update(t for text in texts for t in corpus.analyzer.terms(text))
    total = terms.total()
    ranked = [count for _, count in terms.most_common()]
    print(f"documents {sum(languages.values())} ({dict(languages)}), {characters / sum(languages.values()):.0f} characters each")
    print(f"tokens {total}, terms {len(terms)}, once only {sum(c == 1 for c in ranked)}")
    print("share of all tokens at rank:", ", ".join(f"{r}: {ranked[r - 1] / total:.5f}" for r in (1, 10, 100, 1000, 10_000) if r <= len(ranked)))


if __name__ == "__main__":
    main()
