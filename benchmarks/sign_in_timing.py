"""Does the sign-in form take as long for a name that exists as for one that does not?

    python benchmarks/sign_in_timing.py [--tries 200]

Known and unknown names take turns, so that a busy machine slows both alike. Prints both medians and how
far they are apart; then how a brute-force attack on one account fares.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from pathlib import Path

from kbplatform.accounts.people import NewPerson
from kbplatform.app import create_app, platform_of
from kbplatform.settings import load_settings
from kbplatform.viewer import CLI


def attempt(client, token: str, who: str, address: str) -> tuple[float, int, str]:
    """Seconds, status and Retry-After of one wrong password."""
    started = time.perf_counter()
    form = {"who": who, "password": "not the right sentence", "csrf_token": token}
    response = client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": address})
    return time.perf_counter() - started, response.status_code, response.headers.get("Retry-After", "")


def token_of(client) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))[1]


def compare(app, tries: int, people: int = 50) -> tuple[float, float]:
    """Median seconds for known and unknown names, alternating."""
    accounts = platform_of(app).accounts
    run = time.time_ns()
    for n in range(people):
        accounts.people.create(None, CLI, NewPerson(f"Known {run} {n}"), password=f"a sentence of number {n}")
    client = app.test_client()
    token = token_of(client)
    times: dict[str, list[float]] = {"Known": [], "Nobody": []}
    for n in range(tries):
        for kind in ("Known", "Nobody") if n % 2 else ("Nobody", "Known"):
            seconds, status, _ = attempt(client, token, f"{kind} {run} {n % people}", f"10.0.{n % 200}.1")
            if status != 422:
                msg = f"try {n} answered {status}"
                raise RuntimeError(msg)
            times[kind].append(seconds)
    return statistics.median(times["Known"]), statistics.median(times["Nobody"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=200)
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load_settings(data_dir=Path(folder), search_engine="memory", log_level="error"))
        known, unknown = compare(app, tries, people=max(50, tries // 4))
        print(f"{tries} tries each: known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms, apart {abs(known - unknown) / max(known, unknown):.1%}")
        client = app.test_client()
        token = token_of(client)
        platform_of(app).accounts.people.create(None, CLI, NewPerson("Target"), password="a sentence nobody guesses")
        answers = [attempt(client, token, "Target", "10.9.9.9")[1:] for _ in range(20)]
        print("20 tries on one account:", ", ".join(f"{status}{f' (wait {wait} s)' if wait else ''}" for status, wait in answers))
        platform_of(app).close()


if __name__ == "__main__":
    main()
