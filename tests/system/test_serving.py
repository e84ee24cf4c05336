"""The product as it is run: one command from an empty folder, killed, damaged, installed elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.tokens import make_token
from kbplatform.app import make_platform
from kbplatform.settings import load_settings
from kbplatform.viewer import CLI, Viewer

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow
MUST_FIND = ["投诉", "投訴", "tousu", "ts", "kehu tousu", "complaint", "complant", "头诉"]


@contextmanager
def serving(data_dir: Path, python: str = sys.executable, **extra: str):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KBPLATFORM_", "PYTHON"))} | {"KBPLATFORM_DATA_DIR": str(data_dir), **extra}
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [python, "-m", "kbplatform", "serve", "--port", str(port)], env=environment, stdout=out, stderr=out, cwd=data_dir, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/readyz", process, log)
        yield f"http://127.0.0.1:{port}", process
    finally:
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(15)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGKILL)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(log.read_text("utf-8", "replace")[-3000:])


def first_hit(base: str, query: str) -> int | None:
    with urllib.request.urlopen(f"{base}/api/v1/search?q={urllib.parse.quote(query)}", timeout=20) as response:
        hits = json.load(response)["hits"]
    return hits[0]["number"] if hits else None


def test_from_an_empty_folder_to_answers_in_six_ways(tmp_path):
    with serving(tmp_path / "data") as (base, _process):
        assert {q: first_hit(base, q) in {5, 14, 29} for q in MUST_FIND} == dict.fromkeys(MUST_FIND, True)


def test_after_kill_9_it_starts_again_by_itself_and_a_damaged_index_heals(tmp_path, lay_out):
    data = lay_out(tmp_path / "data")
    with serving(data) as (_base, process):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    for path in (data / "index").rglob("*"):
        if path.is_file() and path.suffix != ".lock":
            path.write_bytes(b"damaged" * 50)
    with serving(data) as (base, _process):
        assert first_hit(base, "tousu") in {5, 14, 29}


def test_the_index_may_vanish_while_it_serves(tmp_path, lay_out):
    data = lay_out(tmp_path / "data")
    with serving(data) as (base, _process):
        shutil.rmtree(data / "index")
        assert first_hit(base, "tousu") in {5, 14, 29}


def test_an_indexer_that_dies_is_started_again(tmp_path, lay_out):
    with serving(lay_out(tmp_path / "data")) as (base, process):
        before = _children(process.pid)
        assert len(before) == 1
        os.kill(before[0], signal.SIGKILL)
        assert first_hit(base, "tousu") in {5, 14, 29}
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and _children(process.pid) in ([], before):
            time.sleep(0.1)
        assert len(_children(process.pid)) == 1
        assert _children(process.pid) != before


def _children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    if not listing.exists():
        pytest.skip("no /proc on this system")
    return [int(p) for task in Path(f"/proc/{pid}/task").iterdir() for p in (task / "children").read_text().split() if _alive(int(p))]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_on_postgresql_it_serves_the_same(tmp_path, kb_postgres):
    with serving(tmp_path / "data", KBPLATFORM_DATABASE_URL=kb_postgres) as (base, _process):
        assert first_hit(base, "tousu") in {5, 14, 29}


def test_with_the_memory_engine_it_serves_without_an_indexer(tmp_path, lay_out):
    with serving(lay_out(tmp_path / "data"), KBPLATFORM_SEARCH_ENGINE="memory") as (base, process):
        assert first_hit(base, "tousu") in {5, 14, 29}
        assert _children(process.pid) == []


def test_a_change_made_beside_it_is_found_without_a_restart(tmp_path, lay_out):
    data = lay_out(tmp_path / "data")
    pack = tmp_path / "pack"
    shutil.copytree(ROOT / "content", pack) if (ROOT / "content").is_dir() else pytest.skip("not in a checkout")
    with serving(data) as (base, _process):
        path = pack / "practices" / "05-complaint-handling" / "zh.md"
        path.write_text(path.read_text("utf-8").replace("aliases: [", "aliases: [氢氧化镁猫头鹰, "), "utf-8")
        environment = os.environ | {"KBPLATFORM_DATA_DIR": str(data)}
        subprocess.run([sys.executable, "-m", "kbplatform", "content", "sync", str(pack)], env=environment, check=True, capture_output=True)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and first_hit(base, "氢氧化镁猫头鹰") != 5:
            time.sleep(0.2)
        assert first_hit(base, "氢氧化镁猫头鹰") == 5


def test_the_wheel_installed_from_a_wheelhouse_without_network_serves_and_searches(tmp_path):
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("not in a checkout")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path / "dist"), str(ROOT)], check=False, capture_output=True)
    if not list((tmp_path / "dist").glob("*.whl")):  # hatchling is not in this environment: build it as pip does for anyone
        subprocess.run([*pip, "wheel", "--no-deps", "-w", str(tmp_path / "dist"), str(ROOT)], check=True, capture_output=True)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = str(venv / ("Scripts" if os.name == "nt" else "bin") / "python")
    house = str(tmp_path / "dist")
    subprocess.run([*pip, "download", "--only-binary=:all:", "-d", house, str(wheel)], check=True, capture_output=True)
    offline = [python, "-m", "pip", "-q", "--disable-pip-version-check", "install", "--no-index", "--find-links", house, "kbplatform"]
    subprocess.run(offline, check=True, capture_output=True)
    where = subprocess.run([python, "-c", "import kbplatform; print(kbplatform.__file__)"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert str(venv) in where.stdout
    with serving(tmp_path / "data", python) as (base, _process):
        assert first_hit(base, "tousu") in {5, 14, 29}
        with urllib.request.urlopen(f"{base}/p/calculators/resolution_rate?received=20&resolved=15", timeout=20) as response:
            assert "75.0%" in response.read().decode()
        with urllib.request.urlopen(f"{base}/articles/complaint-handling?lang=en", timeout=20) as response:
            assert "How to handle a customer complaint" in response.read().decode()


def test_kill_9_during_twenty_attempts_costs_each_at_most_the_answer_under_way(tmp_path, lay_out, record_property):
    data, people = lay_out(tmp_path / "data"), 20
    with serving(data) as (base, process):
        tokens = _takers(data, people)
        places = [_call(base, token, "POST", "/q/practice-complaint-handling/attempts")["token"] for token in tokens]
        running, confirmed, sent = threading.Event(), [0] * people, [0] * people

        def keep_answering(number):
            question = _text_of(_call(base, tokens[number], "GET", f"/a/{places[number]}"))
            while running.is_set():
                rev = sent[number] = sent[number] + 1
                body = {"sent": {question["name"]: [_written(question, rev)]}, "rev": rev}
                try:
                    _call(base, tokens[number], "PUT", f"/a/{places[number]}/answers/{question['position']}", body)
                except OSError:
                    return
                confirmed[number] = rev

        running.set()
        with ThreadPoolExecutor(people) as pool:
            work = [pool.submit(keep_answering, number) for number in range(people)]
            deadline = time.monotonic() + 60
            while min(confirmed) < 3 and time.monotonic() < deadline:
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
            running.clear()
            for done in work:
                done.result()
        process.wait(10)
    assert min(confirmed) >= 3
    with serving(data) as (base, _process):
        kept = []
        for token, place in zip(tokens, places, strict=True):
            attempt = _call(base, token, "GET", f"/a/{place}")
            assert attempt["state"] == "going"
            question = _text_of(attempt)
            kept.append(question["rev"])
            assert question["sent"] == {question["name"]: [_written(question, question["rev"])]}
            assert _call(base, token, "POST", f"/a/{place}/submit", {})["state"] == "done"
        assert [k in {c, s} for k, c, s in zip(kept, confirmed, sent, strict=True)] == [True] * people
    beyond = sum(k > c for k, c in zip(kept, confirmed, strict=True))
    record_property("figure", f"kill -9 during {people} attempts: {sum(sent)} answers sent, none confirmed was lost, {beyond} kept whose confirmation died")


def _takers(data: Path, people: int) -> list[str]:
    """API tokens of new people, made beside the running site."""
    platform = make_platform(load_settings(data_dir=data, search_engine="memory", log_level="error"))
    made = []
    for number in range(people):
        person = platform.accounts.people.create(None, CLI, NewPerson(f"Taker {number}", "", frozenset(), frozenset()))
        with platform.db.write() as session:
            viewer = Viewer(id=person, permissions=frozenset({"quizzes.take"}))
            made.append(make_token(session, viewer, CLI, name="drill", scopes=["quizzes.take"], days=1))
    platform.close()
    return made


def _call(base: str, token: str, method: str, path: str, body: object = None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{base}/api/v1/p/quizzes{path}", method=method, headers=headers, data=data)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def _text_of(attempt: dict) -> dict:
    """A question of an attempt that can be answered anew without end: its position, the name of a control, what it holds."""
    found = next(q for q in attempt["questions"] if q["fields"] and q["fields"][0]["control"] in {"radio", "checkbox"})
    field = found["fields"][0]
    return {"position": found["position"], "name": field["name"], "options": len(field["options"]), "sent": found["sent"], "rev": found["rev"]}


def _written(question: dict, rev: int) -> str:
    return str(rev % question["options"])
