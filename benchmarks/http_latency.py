"""How fast does the product answer? Starts it as a user does, in an empty folder, and asks over HTTP.

    python benchmarks/http_latency.py [--requests 300]

Prints cold start (empty folder), warm start (data in place), latency of search and article pages on one keep-alive
connection, the weight of every kind of page, the weight of all assets, and the memory of both processes.
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

from kbplatform.web import static_folder

QUERIES = ["投诉", "tousu", "ts", "客户等得不耐烦怎么办", "refund is late", "complant", "头诉", "優化流程", "满意度 csat", "how do I calm an angry caller"]
PAGES = ["/", "/articles", "/articles/complaint-handling", "/articles/complaint-handling?side=1", "/groups/complaints", "/search?q=tousu",
         "/handbook", "/handbook/plugins?lang=en", "/p/calculators/", "/p/calculators/resolution_rate?received=20&resolved=15"]  # fmt: skip


@contextmanager
def serving(folder: str):
    """The site on a free port; yields (port, seconds to ready, process id)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KBPLATFORM_")} | {"KBPLATFORM_DATA_DIR": folder}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kbplatform", "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
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


def latencies(port: int, paths: list[str], requests: int) -> str:
    """p50/p95/p99 in ms over ``requests`` requests, one after another, after one round of warming up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for path in paths:
        timed(connection, path)
    taken = sorted(timed(connection, paths[i % len(paths)])[0] for i in range(requests))
    cuts = statistics.quantiles(taken, n=100)
    return f"p50 {cuts[49]:6.1f}   p95 {cuts[94]:6.1f}   p99 {cuts[98]:6.1f}"


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
    requests = parser.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        with serving(folder) as (_port, cold, _pid):
            pass
        with serving(folder) as (port, warm, pid):
            print(f"start, empty folder         {cold:5.1f} s")
            print(f"start, data in place        {warm:5.1f} s")
            print(f"/api/v1/search      ms      {latencies(port, [f'/api/v1/search?q={quote(q)}' for q in QUERIES], requests)}")
            print(f"/api/v1/suggest     ms      {latencies(port, [f'/api/v1/suggest?q={quote(q[:4])}' for q in QUERIES], requests)}")
            print(f"article page        ms      {latencies(port, ['/articles/complaint-handling', '/articles/emergency-response-procedure'], requests)}")
            print(f"search page         ms      {latencies(port, [f'/search?q={quote(q)}' for q in QUERIES], requests)}")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            for path in PAGES:
                _ms, status, size = timed(connection, path)
                print(f"page {size / 1000:6.1f} kB  {status}  {path}")
            print(f"memory, server + indexer    {memory(pid)} MB")
    weight = sum(len(gzip.compress(p.read_bytes(), 9)) for p in static_folder().rglob("*") if p.is_file())
    print(f"all assets, compressed      {weight / 1000:5.1f} kB")


if __name__ == "__main__":
    main()
