"""How fast does the product answer? Starts it as a user does, in an empty folder, and asks over HTTP.

    python benchmarks/http_latency.py [--requests 300] [--rounds 3] [--json FILE]

Prints cold start (empty folder), warm start (data in place), latency of search and article pages on one keep-alive
connection (medians of the rounds), the weight of every kind of page, the weight of all assets, and the memory of both processes.
See README.md for how to read it.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from figures import about, save

from kbplatform.web import static_folder

QUERIES = ["投诉", "tousu", "ts", "客户等得不耐烦怎么办", "refund is late", "complant", "头诉", "優化流程", "满意度 csat", "how do I calm an angry caller"]
PAGES = ["/", "/articles", "/articles/complaint-handling", "/articles/complaint-handling?side=1", "/groups/complaints", "/search?q=tousu",
         "/handbook", "/handbook/plugins?lang=en", "/p/calculators/", "/p/calculators/resolution_rate?received=20&resolved=15"]  # fmt: skip


@contextmanager
def serving(folder: str, *options: str, **settings: str):
    """The site on a free port; yields (port, seconds to ready, process id). ``settings`` as in ``KBPLATFORM_…``, lower case."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KBPLATFORM_")}
    environment |= {f"KBPLATFORM_{name.upper()}": value for name, value in (settings | {"data_dir": folder}).items()}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kbplatform", "serve", "--port", str(port), *options], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not _ready(port):
            time.sleep(0.02)
        yield port, time.perf_counter() - started, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def timed(connection: http.client.HTTPConnection, path: str) -> tuple[float, int, int]:
    """(milliseconds, status, bytes) of one request."""
    started = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    size = len(response.read())
    return (time.perf_counter() - started) * 1000, response.status, size


def latencies(port: int, paths: list[str], requests: int, rounds: int = 1) -> dict[str, float]:
    """p50, p95 and p99 in ms over ``requests`` requests, one after another, after one round of warming up; medians of the rounds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for path in paths:
        timed(connection, path)
    cuts = []
    for _ in range(rounds):
        answers = [timed(connection, paths[i % len(paths)]) for i in range(requests)]
        if bad := [status for _, status, _ in answers if status != 200]:
            raise RuntimeError(f"{len(bad)} of {requests} requests were answered {bad[0]}")
        cuts.append(statistics.quantiles([ms for ms, _, _ in answers], n=100))
    return {name: statistics.median(c[at] for c in cuts) for name, at in (("p50", 49), ("p95", 94), ("p99", 98))}


def line(figures: dict[str, float]) -> str:
    return "   ".join(f"{name} {ms:6.1f}" for name, ms in figures.items())


def memory(pid: int) -> str:
    """Proportional set size of the server and its indexer, MB; empty where /proc is not there."""
    pids = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        pids += [int(p) for p in task.read_text().split()]
    sizes = []
    for p in pids:
        rollup = Path(f"/proc/{p}/smaps_rollup")
        if rollup.exists():
            sizes += [int(line.split()[1]) / 1024 for line in rollup.read_text().splitlines() if line.startswith("Pss:")]
    return " + ".join(f"{s:.0f}" for s in sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    requests = {
        "/api/v1/search": [f"/api/v1/search?q={quote(q)}" for q in QUERIES],
        "/api/v1/suggest": [f"/api/v1/suggest?q={quote(q[:4])}" for q in QUERIES],
        "article page": ["/articles/complaint-handling", "/articles/emergency-response-procedure"],
        "search page": [f"/search?q={quote(q)}" for q in QUERIES],
    }
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        with serving(folder) as (_port, cold, _pid):
            pass
        with serving(folder) as (port, warm, pid):
            print(f"start, empty folder         {cold:5.1f} s")
            print(f"start, data in place        {warm:5.1f} s")
            for name, paths in requests.items():
                found[name] = latencies(port, paths, arguments.requests, arguments.rounds)
                print(f"{name:<20}ms      {line(found[name])}")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            for path in PAGES:
                _ms, status, size = timed(connection, path)
                print(f"page {size / 1000:6.1f} kB  {status}  {path}")
            print(f"memory, server + indexer    {memory(pid)} MB")
    weight = sum(len(gzip.compress(p.read_bytes(), 9)) for p in static_folder().rglob("*") if p.is_file())
    print(f"all assets, compressed      {weight / 1000:5.1f} kB")
    if arguments.json:
        save(arguments.json, about() | {"start_empty_s": cold, "start_s": warm, "ms": found, "assets_kb": weight / 1000})


if __name__ == "__main__":
    main()
