"""Does a crash cost anybody an answer? Kills the server with kill -9 while people take a quiz, again and again.

    python benchmarks/quiz_crash.py [--people 20] [--rounds 30] [--seed 1] [--keep FOLDER] [--json FILE]

One site, one attempt for each person. In each round everybody answers without pause through the API, one answer after the other and
each under the next number; after a moment that is drawn (up to two seconds of answering) the server and its children are killed as by a
power cut of the process: SIGKILL, no warning. Then it is started over the same data and every attempt is asked what it holds. Right is
the last answer that was confirmed, or the one that was under way and whose confirmation died with the server; anything older is lost.
After the last round everybody hands in twice, and there must be one score each. Nothing here pulls a plug: what the disk does with
fsync is not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from figures import about, save

from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.tokens import make_token
from kbplatform.app import make_platform
from kbplatform.settings import load_settings
from kbplatform.viewer import CLI, Viewer

QUIZ = "practice-complaint-handling"
PATIENCE_S = 90
MOST_S = 2.0


@dataclass
class Round:
    """What was sent and confirmed until the kill, and what came back: ``beyond`` whose confirmation had died, ``lost`` that had been confirmed.

    ``wrong`` holds something else than what was sent under its number; ``start_s`` is until the server was ready again.
    """

    sent: int = 0
    confirmed: int = 0
    beyond: int = 0
    lost: int = 0
    wrong: int = 0
    start_s: float = 0.0


class Taker:
    """A person with an attempt under way, who answers one question anew without end."""

    def __init__(self, token: str) -> None:
        self.token, self.place = token, ""
        self.sent = self.confirmed = 0

    def call(self, base: str, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{base}/api/v1/p/quizzes{path}", method=method, headers=headers, data=data)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def question(self, base: str) -> dict[str, Any]:
        """The first question with options, as the attempt holds it."""
        asked = self.call(base, "GET", f"/a/{self.place}")["questions"]
        return next(q for q in asked if q["fields"] and q["fields"][0]["control"] in {"radio", "checkbox"})

    def answer_until(self, base: str, stop: threading.Event) -> None:
        """Answer until told to stop or cut off."""
        try:
            question = self.question(base)
            while not stop.is_set():
                self.sent += 1
                body = {"sent": written(question, self.sent), "rev": self.sent}
                self.call(base, "PUT", f"/a/{self.place}/answers/{question['position']}", body)
                self.confirmed = self.sent
        except (OSError, ValueError):  # the server is gone: in the middle of an answer, or of what it said
            return


def written(question: dict[str, Any], number: int) -> dict[str, list[str]]:
    """The answer sent under a number: one that tells it from its neighbours."""
    field = question["fields"][0]
    return {field["name"]: [str(number % len(field["options"]))]}


class Server:
    """The site over ``data``, from its start until it is killed or stopped; ``start_s`` is how long it took until it answered."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base, begun = f"http://127.0.0.1:{port}", time.monotonic()
        command = [sys.executable, "-m", "kbplatform", "serve", "--port", str(port), "--data-dir", str(data)]
        log = data.parent / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() - begun > PATIENCE_S:
                self.end(signal.SIGKILL)
                sys.exit(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.05)
        self.start_s = time.monotonic() - begun

    def _ready(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.base}/readyz", timeout=2)
        except OSError:
            return False
        return True

    def end(self, how: signal.Signals) -> None:
        """Kill or stop it with its children, and wait until it is gone."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, how)
        self._process.wait(30)


def takers(data: Path, people: int) -> list[Taker]:
    """New people with API tokens, made beside the running site."""
    platform = make_platform(load_settings(data_dir=data, search_engine="memory", log_level="error"))
    made = []
    for number in range(people):
        person = platform.accounts.people.create(None, CLI, NewPerson(f"Taker {number}", "", frozenset(), frozenset()))
        with platform.db.write() as session:
            viewer = Viewer(id=person, permissions=frozenset({"quizzes.take"}))
            made.append(Taker(make_token(session, viewer, CLI, name="drill", scopes=["quizzes.take"], days=1)))
    platform.close()
    return made


def crash(server: Server, data: Path, everybody: list[Taker], seconds: float) -> tuple[Round, Server]:
    """Let everybody answer, kill, start again and look; what was found, and the new server."""
    sent, confirmed = sum(t.sent for t in everybody), sum(t.confirmed for t in everybody)
    stop, begun = threading.Event(), {taker: taker.confirmed for taker in everybody}
    with ThreadPoolExecutor(len(everybody)) as pool:
        work = [pool.submit(taker.answer_until, server.base, stop) for taker in everybody]
        while any(t.confirmed == begun[t] for t in everybody) and any(not w.done() for w in work):
            time.sleep(0.005)
        time.sleep(seconds)
        server.end(signal.SIGKILL)
        stop.set()
    done = Round(sent=sum(t.sent for t in everybody) - sent, confirmed=sum(t.confirmed for t in everybody) - confirmed)
    again = Server(data)
    done.start_s = again.start_s
    for taker in everybody:
        question = taker.question(again.base)
        kept = question["rev"]
        done.beyond += kept > taker.confirmed
        done.lost += kept < taker.confirmed
        done.wrong += kept > taker.sent or question["sent"] != written(question, kept)
        taker.sent = taker.confirmed = kept
    return done, again


def scores(base: str, everybody: list[Taker]) -> int:
    """How many have one score, after handing in twice."""
    found = [[taker.call(base, "POST", f"/a/{taker.place}/submit", {})["percent"] for _ in range(2)] for taker in everybody]
    return sum(first is not None and first == second for first, second in found)


def run(data: Path, people: int, rounds: int, seed: int) -> dict[str, Any]:
    """All rounds; prints each, then what they come to."""
    source, done = random.Random(seed), []
    server = Server(data)
    try:
        everybody = takers(data, people)
        for taker in everybody:
            taker.place = taker.call(server.base, "POST", f"/q/{QUIZ}/attempts")["token"]
        print(f"{'round':>5} {'sent':>7} {'confirmed':>9} {'beyond':>7} {'lost':>5} {'wrong':>6} {'start s':>8}", flush=True)
        for number in range(1, rounds + 1):
            r, server = crash(server, data, everybody, source.uniform(0, MOST_S))
            done.append(r)
            print(f"{number:>5} {r.sent:>7} {r.confirmed:>9} {r.beyond:>7} {r.lost:>5} {r.wrong:>6} {r.start_s:>8.1f}", flush=True)
        scored = scores(server.base, everybody)
    finally:
        server.end(signal.SIGTERM)
    total = {name: sum(getattr(r, name) for r in done) for name in ("sent", "confirmed", "beyond", "lost", "wrong")}
    print(f"\n{people} attempts, {rounds} kills: {total['sent']} answers sent, {total['confirmed']} confirmed; lost of these: {total['lost']}.")
    print(f"Kept although the confirmation died: {total['beyond']}. Other than what was sent: {total['wrong']}. One score: {scored} of {people}.")
    print(f"Ready again after {median(r.start_s for r in done):.1f} s (median), {max(r.start_s for r in done):.1f} s at most.")
    return {"people": people, "rounds": [asdict(r) for r in done], "total": total, "scored": scored}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for the site, which is left there with its log")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        data = folder / "data"
        data.mkdir(parents=True)
        found = run(data, asked.people, asked.rounds, asked.seed)
    if asked.json:
        save(asked.json, about() | found)


if __name__ == "__main__":
    main()
