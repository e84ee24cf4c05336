"""How soon is an edit found? Serves a large site and asks every server for a word that was just written.

    python benchmarks/freshness.py [--size 10000] [--servers 2] [--edits 10] [--keep FOLDER] [--json FILE]

Makes a site of generated pages, starts as many servers over its data as asked for (each with the default server, one
indexer among them), then changes one article after another as `content sync` does. The clock starts when the change is
committed and stops when the last server has answered a search for the new word with that article. Searches go on in between,
every 30 ms to each server, which slows all a little. Also prints what searches and suggestions take at this size.

Making the site takes minutes; --keep keeps it and uses it again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlencode

from corpus import Corpus
from corpus_pack import article, write_pack
from figures import about, percentile, save
from http_latency import latencies, line, serving

from kbplatform.app import Platform, make_platform
from kbplatform.articles.documents import parse
from kbplatform.articles.packs import Pack
from kbplatform.articles.sync import sync_pack
from kbplatform.serving import sync_content
from kbplatform.settings import Settings

PAUSE_S = 0.03
PATIENCE_S = 60.0
LIMIT_S = 1.0


def make_site(corpus: Corpus, folder: Path) -> Platform:
    """A site with the corpus, indexed; the one that is there already if its size is right."""
    pack, size = folder / "pack", folder / "size"
    if not size.exists() or size.read_text("ascii") != f"{corpus.size} {corpus.seed}":
        write_pack(corpus, pack)
    platform = make_platform(Settings(data_dir=folder / "data", content_dir=pack, log_level="error"))
    sync_content(platform)
    indexer = platform.indexer()
    indexer.run_once()
    indexer.close()
    size.write_text(f"{corpus.size} {corpus.seed}", "ascii")
    return platform


class Server:
    """One server over one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def finds(self, word: str, slug: str) -> bool:
        self._connection.request("GET", "/api/v1/search?" + urlencode({"q": word, "limit": 3}))
        response = self._connection.getresponse()
        body = response.read()
        return response.status == 200 and any(h["slug"] == slug for h in json.loads(body)["hits"])


def edit(platform: Platform, corpus: Corpus, number: int, word: str) -> str:
    """Give page ``number`` a new word in its first steps, as a changed file of the pack; its slug once that is committed."""
    page = corpus.page(number)
    document = page.documents[0]
    sections = tuple(replace(s, text=f"{s.text}\n{word}") if s.id == "steps" else s for s in document.sections)
    path = f"practices/{page.key}/{document.lang}.md"
    changed = parse(article(page, replace(document, sections=sections)), path=path, lang=document.lang)
    report = sync_pack(platform.db, Pack(Path(), documents=[("practice", changed)]))
    if report.changed != [path]:
        raise RuntimeError(f"{path} was not taken in: {report}")
    return page.key


def seconds_until_found(servers: Sequence[Server], word: str, slug: str) -> list[float]:
    """For each server, from now until it finds the page; infinite past the patience."""
    started = time.perf_counter()
    found = [float("inf")] * len(servers)
    while float("inf") in found and time.perf_counter() - started < PATIENCE_S:
        for i, server in enumerate(servers):
            if found[i] == float("inf") and server.finds(word, slug):
                found[i] = time.perf_counter() - started
        time.sleep(PAUSE_S)
    return found


def measure(platform: Platform, corpus: Corpus, ports: Sequence[int], edits: int) -> list[float]:
    """Seconds until the slowest server found each edit."""
    servers = [Server(port) for port in ports]
    source = random.Random(time.time_ns())  # another word each time: a kept site remembers the last ones
    everyone = [n for n in range(corpus.size // 2) if "everyone" in corpus.page(n).documents[0].audience]
    slowest = []
    for number in source.sample(everyone, edits):
        word = "zq" + "".join(source.choices("bcdfghjklmnpqrstvwxz", k=9))
        slug = edit(platform, corpus, number, word)
        found = seconds_until_found(servers, word, slug)
        slowest.append(max(found))
        print(f"  {slug}: " + ", ".join(f"{s:.2f} s" for s in found), flush=True)
        time.sleep(1)
    return slowest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="keep the site in this folder and use it again")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    corpus = Corpus(arguments.size)
    with ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kbplatform-bench-")))
        started = time.perf_counter()
        platform = make_site(corpus, folder)
        stack.callback(platform.close)
        print(f"{arguments.size} documents taken in and indexed in {time.perf_counter() - started:.0f} s", flush=True)
        settings = {"content_dir": str(folder / "pack"), "log_level": "error"}
        running = [stack.enter_context(serving(str(folder / "data"), "--no-sync", **settings)) for _ in range(arguments.servers)]
        ports = [port for port, _seconds, _pid in running]
        print(f"{arguments.servers} servers ready after " + ", ".join(f"{seconds:.1f} s" for _, seconds, _ in running))
        queries = corpus.queries(arguments.requests)
        found = {
            "/api/v1/search": latencies(ports[0], [f"/api/v1/search?q={quote(q.text)}&lang={q.lang}" for q in queries], len(queries), 3),
            "/api/v1/suggest": latencies(ports[0], [f"/api/v1/suggest?q={quote(q.text[:4])}&lang={q.lang}" for q in queries], len(queries), 3),
        }
        for name, figures in found.items():
            print(f"{name:<20}ms      {line(figures)}")
        slowest = measure(platform, corpus, ports, arguments.edits)
    late = sum(s > LIMIT_S for s in slowest)
    print(f"an edit is found by all {arguments.servers} servers after {median(slowest):.2f} s (p95 {percentile(slowest, 0.95):.2f} s); {late} of {len(slowest)} took over {LIMIT_S:g} s")
    if arguments.json:
        save(arguments.json, about() | {"size": arguments.size, "servers": arguments.servers, "seconds": slowest, "ms": found})


if __name__ == "__main__":
    main()
