"""Our site beside Otter Wiki from PyPI: the same pages, both with a production server on this machine, over HTTP.

    python benchmarks/wikis.py [--size 1000] [--rounds 3] [--requests 100] [--otter-python PATH] [--keep FOLDER] [--json FILE]

Otter Wiki is a good general wiki in Python with pages in Git; its search reads every file line by line. It gets each page
under its Chinese title with both languages, angle and aliases in the text, runs under gunicorn (one process, eight threads;
we run under waitress in one process), and is asked at /-/search/<words>. --otter-python names the Python of a venv that has
`otterwiki` and `gunicorn`; otherwise one is made in a temporary folder.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote, unquote

from corpus import Corpus, Page
from corpus_pack import page_text
from figures import about, percentile, save
from freshness import make_site
from http_latency import line, serving

OTTER = "otterwiki==2.26.1"
FIRST = 10
CASES = (
    ("a word of the trade", "投诉", "complaint-handling"), ("the same, traditional", "投訴", "complaint-handling"),
    ("pinyin", "tousu", "complaint-handling"), ("initials", "ysbh", "customer-privacy-protection"),
    ("a slip in English", "complant", "complaint-handling"), ("a slip in Chinese", "头诉", "complaint-handling"),
    ("two characters of the text", "加密", "customer-privacy-protection"), ("two words, apart", "退款 承诺", "complaint-handling"),
    ("a question", "怎么跟销售部统一口径", "service-sales-goal-balance"), ("English for a Chinese page", "privacy", "customer-privacy-protection"),
)  # fmt: skip
WORDS = ("投诉", "退款", "满意度", "complaint", "refund", "质检", "隐私", "培训", "流程", "response")


class Wiki:
    """A running site: where it searches, and which pages an answer names."""

    def __init__(self, name: str, port: int, search: str, address: dict[str, str]) -> None:
        self.name = name
        self._port = port
        self._search = search
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._key_of = {path: key for key, path in address.items()}
        self.address = address

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds and body. Raises RuntimeError where the answer is not 200."""
        started = time.perf_counter()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        ms = (time.perf_counter() - started) * 1000
        if response.status != 200:
            raise RuntimeError(f"{self.name}: {path} answered {response.status}")
        return ms, body

    def search(self, words: str) -> tuple[float, int, list[str]]:
        """Milliseconds, bytes, and the keys of the pages named, best first."""
        ms, body = self.get(self._search + quote(words, safe=""))
        main = body.decode().partition("<main")[2] or body.decode()
        paths = (unquote(h).partition("?")[0].partition("#")[0] for h in re.findall(r'href="([^"]+)"', main.replace("&amp;", "&")))
        return ms, len(body), list(dict.fromkeys(self._key_of[p] for p in paths if p in self._key_of))


def titles(pages: Sequence[Page]) -> dict[str, str]:
    """Page key → the name a wiki gives the page."""
    return {p.key: re.sub(r"[^\w ]+", " ", p.documents[0].title).strip() for p in pages}


def write_repository(pages: Sequence[Page], folder: Path) -> None:
    """Every page as Markdown in a new Git repository, as Otter Wiki keeps them."""
    folder.mkdir()
    for key, title in titles(pages).items():
        page = next(p for p in pages if p.key == key)
        (folder / f"{title}.md").write_text(page_text(page), "utf-8")
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "pages"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


@contextmanager
def otter(python: Path, pages: Sequence[Page], folder: Path) -> Iterator[int]:
    """Otter Wiki on a free port."""
    write_repository(pages, folder / "repository")
    settings = folder / "settings.cfg"
    settings.write_text(
        f'REPOSITORY = "{folder / "repository"}"\nSQLALCHEMY_DATABASE_URI = "sqlite:///{folder / "otter.db"}"\n'
        f'SECRET_KEY = "{secrets.token_hex(16)}"\nRETAIN_PAGE_NAME_CASE = True\nLOG_LEVEL = "ERROR"\n',
        "utf-8",
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(python), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "8", "--keep-alive", "75", "--timeout", "120", "--log-level", "error", "otterwiki.server:app"]
    process = subprocess.Popen(command, env=os.environ | {"OTTERWIKI_SETTINGS": str(settings)}, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


def otter_python(given: Path | None, folder: Path) -> Path:
    """A Python that has Otter Wiki: the one given, else a fresh venv's."""
    if given:
        return given
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", OTTER, "gunicorn"], check=True)
    return python


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of the rounds, and the bytes of one typical answer."""

    rounds: list[list[float]]
    kilobytes: float

    def row(self) -> dict[str, float]:
        return {**{name: median(percentile(r, share) for r in self.rounds) for name, share in (("p50", 0.5), ("p95", 0.95))}, "kb": self.kilobytes}


def speed(wikis: Sequence[Wiki], keys: Sequence[str], rounds: int, requests: int) -> dict[str, dict[str, Timing]]:
    """Searches and pages of each, turn by turn."""
    tasks = {"search": lambda w, n: w.search(WORDS[n % len(WORDS)])[:2], "page": lambda w, n: _page(w, keys[n % len(keys)])}
    taken = {w.name: {task: [] for task in tasks} for w in wikis}
    sizes = {w.name: {task: [] for task in tasks} for w in wikis}
    for number in range(-1, rounds):
        for task, do in tasks.items():
            for wiki in wikis:
                taken[wiki.name][task].append([])
            for n in range(requests if number >= 0 else len(WORDS)):
                for wiki in wikis if n % 2 else wikis[::-1]:
                    ms, size = do(wiki, n)
                    taken[wiki.name][task][-1].append(ms)
                    sizes[wiki.name][task].append(size)
    return {name: {task: Timing(found[1:], median(sizes[name][task]) / 1000) for task, found in tasks.items()} for name, tasks in ((n, t) for n, t in taken.items())}


def _page(wiki: Wiki, key: str) -> tuple[float, int]:
    ms, body = wiki.get(quote(wiki.address[key]))
    return ms, len(body)


def finds(wikis: Sequence[Wiki], corpus: Corpus, each: int) -> dict[str, dict[str, tuple[int, int]]]:
    """For each way of asking how many of how many queries have their page among the first ten."""
    asked = [(name, words, frozenset({key})) for name, words, key in CASES]
    by_kind: dict[str, int] = {}
    for q in corpus.queries(40 * each):
        if by_kind.setdefault(q.kind, 0) < each:
            by_kind[q.kind] += 1
            asked.append((f"generated: {q.kind}", q.text, q.keys))
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for name, words, keys in asked:
        for wiki in wikis:
            hits, of = found.setdefault(name, {}).get(wiki.name, (0, 0))
            found[name][wiki.name] = (hits + bool(keys.intersection(wiki.search(words)[2][:FIRST])), of + 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--each", type=int, default=10, help="generated queries of each kind")
    parser.add_argument("--otter-python", type=Path)
    parser.add_argument("--keep", type=Path, help="keep our site in this folder and use it again")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    corpus = Corpus(arguments.size)
    pages = [p for p in corpus.pages() if "everyone" in p.documents[0].audience]
    names = titles(pages)
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kbplatform-bench-")))
        python = otter_python(arguments.otter_python, temporary)
        home = arguments.keep or temporary / "ours"
        home.mkdir(exist_ok=True)
        make_site(corpus, home).close()
        ours, _, _ = stack.enter_context(serving(str(home / "data"), "--no-sync", content_dir=str(home / "pack"), log_level="error"))
        theirs = stack.enter_context(otter(python, pages, temporary))
        wikis = [
            Wiki("kbplatform", ours, "/search?q=", {k: f"/articles/{k}" for k in names}),
            Wiki("Otter Wiki", theirs, "/-/search/", {k: f"/{t}" for k, t in names.items()}),
        ]
        timings = speed(wikis, random.Random(1).sample(sorted(names), 50), arguments.rounds, arguments.requests)
        found = finds(wikis, corpus, arguments.each)
    print(f"{arguments.size} documents, {len(pages)} pages; ms, medians of {arguments.rounds} rounds")
    for name, tasks in timings.items():
        for task, timing in tasks.items():
            row = timing.row()
            print(f"{name:<12} {task:<8} {line({k: row[k] for k in ('p50', 'p95')})}   {row['kb']:6.1f} kB")
    print(f"\n{'among the first ten':<32}" + "".join(f"{w.name:>14}" for w in wikis))
    for name, by_wiki in found.items():
        print(f"{name:<32}" + "".join(f"{_said(*by_wiki[w.name]):>14}" for w in wikis))
    if arguments.json:
        shown = {n: {t: timing.row() for t, timing in tasks.items()} for n, tasks in timings.items()}
        save(arguments.json, about() | {"size": arguments.size, "pages": len(pages), "ms": shown, "finds": found})


def _said(hits: int, of: int) -> str:
    return ("yes" if hits else "no") if of == 1 else f"{hits} of {of}"


if __name__ == "__main__":
    main()
