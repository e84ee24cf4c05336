"""Search libraries behind one set of tasks, so that one run can put them side by side with ours.

All but two get our own tokens (segmented, simplified, stemmed) and our as-you-type field, joined by blanks: what is compared
is the engine, not the analysis. `fts5 trigram` gets the text as it is, which is what SQLite offers for Chinese out of the box;
`minisearch prefix+fuzzy` gets our tokens and its own tolerance. A peer answers AND first and, below three hits, OR: the
shortest form of what our search does. None but ours reads pinyin, synonyms or homophones in a finished query.
"""

from __future__ import annotations

import html
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import IndexRecord
from kbplatform.search.records import RecordBuilder
from kbplatform.search.stopwords import is_stop

EVERYONE = "everyone"
HITS, SUGGESTIONS, ENOUGH, WINDOW = 10, 8, 3, 110


class Absent(Exception):
    """This peer can't run here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document with its tokens, made once for all peers."""

    document: SearchDocument
    record: IndexRecord

    @property
    def text(self) -> str:
        """Everything a reader can read, for peers that take text."""
        d = self.document
        return "\n".join((d.title, d.angle, *d.keywords, *d.asks, *(s.text for s in d.sections)))

    @property
    def row(self) -> dict[str, object]:
        """As peers take it; booleans and sets as text."""
        d = self.document
        return {
            "id": d.id, "key": d.key, "lang": d.lang, "grp": d.group, "open": EVERYONE if EVERYONE in d.audience else "-",
            "popularity": d.popularity, "tokens": " ".join(self.record.all), "suggest": " ".join(dict.fromkeys(self.record.suggest)),
            "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked: ``terms`` are made inside the measured time, as ours are."""

    text: str
    lang: str = "zh"
    group: str = ""


class Peer(Protocol):
    """Answers are page keys, best first. Each method is one measured task; returns (milliseconds, keys)."""

    name: str
    version: str

    def build(self, documents: Sequence[Prepared]) -> float:
        """Index everything; seconds."""

    def keystroke(self, task: Task) -> tuple[float, list[str]]:
        """Eight pages for what has been typed so far."""

    def find(self, task: Task) -> tuple[float, list[str]]:
        """Ten pages, no text."""

    def excerpt(self, task: Task) -> tuple[float, list[str]]:
        """Ten pages with a marked excerpt each."""

    def filtered(self, task: Task) -> tuple[float, list[str]]:
        """Ten pages of the task's language and group."""

    def update(self, document: Prepared, word: str) -> float:
        """Replace a document and ask for ``word``, which is new in it, until the answer names it; milliseconds."""

    def close(self) -> None:
        """Give everything back."""


class Tokens:
    """Our analysis, for peers that take tokens."""

    def __init__(self, analyzer: Analyzer, builder: RecordBuilder) -> None:
        self.analyzer = analyzer
        self._builder = builder

    def prepare(self, document: SearchDocument) -> Prepared:
        return Prepared(document, self._builder.build(document))

    def of(self, text: str) -> list[str]:
        """The terms of a query without the words that carry no subject, unless there are no others."""
        tokens = self.analyzer.query_tokens(self.analyzer.normalise(text))
        return list(dict.fromkeys([t.term for t in tokens if not is_stop(t.surface)] or [t.term for t in tokens]))

    def parts(self, text: str) -> list[str]:
        """What has been typed so far as the as-you-type field holds it: runs of one script."""
        normal = self.analyzer.normalise(text)
        return list(dict.fromkeys(re.findall(r"[a-z0-9]{1,12}|[^\W\da-z]{1,8}", normal)))


class Local:
    """A peer in this process: times itself around the answer."""

    name = ""
    version = ""

    def __init__(self, folder: Path, tokens: Tokens) -> None:
        self._folder = folder
        self._tokens = tokens

    def keystroke(self, task: Task) -> tuple[float, list[str]]:
        return _timed(lambda: self._keystroke(task))

    def find(self, task: Task) -> tuple[float, list[str]]:
        return _timed(lambda: self._keys(self._search(task)))

    def filtered(self, task: Task) -> tuple[float, list[str]]:
        return _timed(lambda: self._keys(self._search(task, narrow=True)))

    def excerpt(self, task: Task) -> tuple[float, list[str]]:
        return _timed(lambda: self._keys(self._excerpts(task)))

    def update(self, document: Prepared, word: str) -> float:
        started = time.perf_counter()
        self._replace(document)
        while document.document.key not in self._keys(self._search(Task(word, document.document.lang))):
            if time.perf_counter() - started > 30:
                return float("nan")
        return (time.perf_counter() - started) * 1000

    def _keys(self, found: Iterable[tuple[str, object]]) -> list[str]:
        return list(dict.fromkeys(key for key, _ in found))[:HITS]

    def _keystroke(self, task: Task) -> list[str]:
        raise NotImplementedError

    def _search(self, task: Task, *, narrow: bool = False) -> list[tuple[str, object]]:
        raise NotImplementedError

    def _excerpts(self, task: Task) -> list[tuple[str, object]]:
        raise NotImplementedError

    def _replace(self, document: Prepared) -> None:
        raise NotImplementedError


def _timed(answer) -> tuple[float, list[str]]:
    started = time.perf_counter()
    found = answer()
    return (time.perf_counter() - started) * 1000, found


def marked(text: str, words: Sequence[str]) -> str:
    """The stretch of a text with most of the words in it, escaped and marked: what peers without texts of their own need."""
    lower = text.lower()
    places = sorted((at, at + len(w)) for w in words if (at := lower.find(w)) >= 0)
    start = max((sum(s <= low < s + WINDOW for low, _ in places), -s) for s, _ in places)[1] * -1 if places else 0
    start = max(0, start - WINDOW // 4)
    out, at = [], start
    for low, high in places:
        if low >= at and high <= start + WINDOW:
            out += [html.escape(text[at:low]), "<mark>", html.escape(text[low:high]), "</mark>"]
            at = high
    return "".join([*out, html.escape(text[at : start + WINDOW])])


class Fts5(Local):
    """SQLite FTS5 on a file, WAL, our tokens; bm25() over one combined column, as-you-type over another."""

    name = "SQLite FTS5"
    version = sqlite3.sqlite_version

    def __init__(self, folder: Path, tokens: Tokens) -> None:
        super().__init__(folder, tokens)
        self._db = sqlite3.connect(folder / f"{type(self).__name__}.db", isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._db.execute(self._schema)
        self._db.execute("CREATE TABLE page (id TEXT PRIMARY KEY, key, lang, grp, open, popularity, text)")

    _schema = "CREATE VIRTUAL TABLE t USING fts5(tokens, suggest, tokenize=\"unicode61 remove_diacritics 0\")"
    _column, _lowest = "tokens", "bm25(t, 1.0, 0.0)"

    def build(self, documents: Sequence[Prepared]) -> float:
        started = time.perf_counter()
        self._db.execute("BEGIN")
        for document in documents:
            self._add(document)
        self._db.execute("COMMIT")
        return time.perf_counter() - started

    def _add(self, document: Prepared) -> None:
        row = document.row
        names = ("id", "key", "lang", "grp", "open", "popularity", "text")
        number = self._db.execute(f"INSERT INTO page VALUES ({','.join('?' * len(names))})", [row[n] for n in names]).lastrowid
        self._db.execute("INSERT INTO t (rowid, tokens, suggest) VALUES (?, ?, ?)", (number, row["tokens"], row["suggest"]))

    def _replace(self, document: Prepared) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM t WHERE rowid = (SELECT rowid FROM page WHERE id = ?)", (document.document.id,))
        self._db.execute("DELETE FROM page WHERE id = ?", (document.document.id,))
        self._add(document)
        self._db.execute("COMMIT")

    def _match(self, expression: str, task: Task, select: str, *, narrow: bool = False) -> list[tuple[str, object]]:
        narrowed = " AND page.lang = ? AND page.grp = ?" if narrow else ""
        return self._db.execute(
            f"SELECT page.key, {select} FROM t JOIN page ON page.rowid = t.rowid WHERE t MATCH ? AND page.open = 'everyone'{narrowed}"
            f" ORDER BY {self._lowest} LIMIT {2 * HITS}",
            (expression, *((task.lang, task.group) if narrow else ())),
        ).fetchall()

    def _search(self, task: Task, *, narrow: bool = False, select: str = "1") -> list[tuple[str, object]]:
        terms = [f'"{t}"' for t in self._tokens.of(task.text)]
        if not terms:
            return []
        found = self._match(f"{self._column}: ({' AND '.join(terms)})", task, select, narrow=narrow)
        if len(found) < ENOUGH and len(terms) > 1:
            found += self._match(f"{self._column}: ({' OR '.join(terms)})", task, select, narrow=narrow)
        return found

    def _excerpts(self, task: Task) -> list[tuple[str, object]]:
        words = [t.surface for t in self._tokens.analyzer.query_tokens(self._tokens.analyzer.normalise(task.text))]
        return [(key, marked(str(text), words)) for key, text in self._search(task, select="page.text")[:HITS]]

    def _keystroke(self, task: Task) -> list[str]:
        parts = [f'"{p}"' for p in self._tokens.parts(task.text)]
        if not parts:
            return []
        rows = self._db.execute(
            "SELECT page.key, 1 FROM t JOIN page ON page.rowid = t.rowid WHERE t MATCH ? AND page.open = 'everyone'"
            f" ORDER BY page.popularity DESC LIMIT {2 * SUGGESTIONS}",
            (f"suggest: ({' AND '.join(parts)})",),
        )
        return self._keys(rows)[:SUGGESTIONS]

    def close(self) -> None:
        self._db.close()


class Trigram(Fts5):
    """SQLite FTS5's own answer to Chinese: text as it is, three characters at a time; shorter words need a scan."""

    name = "SQLite FTS5 trigram"
    _schema = "CREATE VIRTUAL TABLE t USING fts5(head, body, tokenize=\"trigram\")"
    _lowest = "bm25(t, 3.0, 1.0)"

    def _add(self, document: Prepared) -> None:
        row = document.row
        names = ("id", "key", "lang", "grp", "open", "popularity", "text")
        number = self._db.execute(f"INSERT INTO page VALUES ({','.join('?' * len(names))})", [row[n] for n in names]).lastrowid
        head = " ".join((document.document.title, *document.document.keywords))
        self._db.execute("INSERT INTO t (rowid, head, body) VALUES (?, ?, ?)", (number, head, row["text"]))

    def _search(self, task: Task, *, narrow: bool = False, select: str = "1") -> list[tuple[str, object]]:
        words = [w.replace('"', '""') for w in task.text.lower().split()]
        long = [f'"{w}"' for w in words if len(w) > 2]
        if not long:
            return self._scan(words, task, select, narrow=narrow)
        found = self._match(" AND ".join(long), task, select, narrow=narrow)
        if len(found) < ENOUGH:
            threes = dict.fromkeys(w[i : i + 3] for w in words for i in range(len(w) - 2))
            found += self._match(" OR ".join(f'"{three}"' for three in threes), task, select, narrow=narrow)
        return found

    def _scan(self, words: Sequence[str], task: Task, select: str, *, narrow: bool) -> list[tuple[str, object]]:
        """What two characters need: LIKE over every page."""
        narrowed = " AND page.lang = ? AND page.grp = ?" if narrow else ""
        likes = " AND ".join("page.text LIKE ?" for _ in words)  # LIKE on the index itself finds no two Chinese characters in SQLite 3.40
        select = "substr(page.text, 1, 110)" if "snippet" in select else select
        return self._db.execute(
            f"SELECT page.key, {select} FROM t JOIN page ON page.rowid = t.rowid WHERE {likes} AND page.open = 'everyone'{narrowed}"
            f" ORDER BY page.popularity DESC LIMIT {2 * HITS}",
            (*(f"%{w}%" for w in words), *((task.lang, task.group) if narrow else ())),
        ).fetchall() if words else []  # fmt: skip

    def _excerpts(self, task: Task) -> list[tuple[str, object]]:
        return self._search(task, select="snippet(t, 1, '<mark>', '</mark>', '…', 60)")[:HITS]

    def _keystroke(self, task: Task) -> list[str]:
        return self._keys(self._search(task))[:SUGGESTIONS]


class Tantivy(Local):
    """tantivy (Rust) by its Python binding; our tokens, one combined field, fast field for popularity."""

    name = "tantivy"

    def __init__(self, folder: Path, tokens: Tokens) -> None:
        try:
            import tantivy  # a peer of benchmarks only
        except ImportError as error:
            raise Absent("pip install -r benchmarks/requirements.txt") from error
        super().__init__(folder, tokens)
        self._t = tantivy
        self.version = version("tantivy")
        schema = tantivy.SchemaBuilder()
        for name in ("id", "lang", "grp", "open"):
            schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
        schema.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_text_field("tokens", tokenizer_name="whitespace", index_option="freq")
        schema.add_text_field("suggest", tokenizer_name="whitespace", index_option="basic")
        schema.add_text_field("text", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_float_field("popularity", fast=True)
        self._schema = schema.build()
        path = folder / "tantivy"
        path.mkdir()
        self._index = tantivy.Index(self._schema, str(path))
        self._writer = None

    def build(self, documents: Sequence[Prepared]) -> float:
        started = time.perf_counter()
        self._writer = self._index.writer()
        for document in documents:
            self._add(document)
        self._show()
        return time.perf_counter() - started

    def _add(self, document: Prepared) -> None:
        row = document.row
        text = str(row["text"])
        self._writer.add_document(self._t.Document(**{**row, "text": text[:15_000]}))  # a raw term may have 64 kB

    def _show(self) -> None:
        self._writer.commit()
        self._index.reload()

    def _replace(self, document: Prepared) -> None:
        self._writer.delete_documents_by_term("id", document.document.id)
        self._add(document)
        self._show()

    def _term(self, field: str, value: str):
        return self._t.Query.term_query(self._schema, field, value)

    def _collect(self, words: Sequence[str], field: str, *, every: bool, extra: Sequence[tuple[str, str]], limit: int, **order: object):
        must, should = self._t.Occur.Must, self._t.Occur.Should
        wanted = self._t.Query.boolean_query([(must if every else should, self._term(field, w)) for w in words])
        kept = [(must, self._t.Query.const_score_query(self._term(name, value), 0.0)) for name, value in (("open", EVERYONE), *extra)]
        searcher = self._index.searcher()
        hits = searcher.search(self._t.Query.boolean_query([(must, wanted), *kept]), limit, False, **order).hits
        return [searcher.doc(address) for _, address in hits]

    def _documents(self, task: Task, *, narrow: bool = False):
        terms = self._tokens.of(task.text)
        extra = [("lang", task.lang), ("grp", task.group)] if narrow else []
        if not terms:
            return []
        found = self._collect(terms, "tokens", every=True, extra=extra, limit=2 * HITS)
        if len(found) < ENOUGH and len(terms) > 1:
            found += self._collect(terms, "tokens", every=False, extra=extra, limit=2 * HITS)
        return found

    def _search(self, task: Task, *, narrow: bool = False) -> list[tuple[str, object]]:
        return [(d["key"][0], None) for d in self._documents(task, narrow=narrow)]

    def _excerpts(self, task: Task) -> list[tuple[str, object]]:
        words = [t.surface for t in self._tokens.analyzer.query_tokens(self._tokens.analyzer.normalise(task.text))]
        return [(d["key"][0], marked(d["text"][0], words)) for d in self._documents(task)[:HITS]]

    def _keystroke(self, task: Task) -> list[str]:
        parts = self._tokens.parts(task.text)
        if not parts:
            return []
        found = self._collect(parts, "suggest", every=True, extra=(), limit=2 * SUGGESTIONS, order_by_field="popularity")
        return self._keys((d["key"][0], None) for d in found)[:SUGGESTIONS]

    def close(self) -> None:
        self._writer = None
