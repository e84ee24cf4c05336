"""How fast reading experience is with 10,000 entries: ``python benchmarks/experience.py [entries]``.

Prints median and 95th percentile over 60 requests through the whole application, in one process, without a network.
Beside them the limit that articles have for search (SEARCH.md: 12 ms at the 95th percentile for 60 documents).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.sessions import Browser
from kbplatform.app import create_app, platform_of
from kbplatform.serving import sync_content
from kbplatform.settings import load_settings
from kbplatform.viewer import CLI
from kbplatform.web.access import SESSION_KEY
from kbplatform_experience.models import Entry

ROUNDS = 60
START = datetime(2026, 11, 23, tzinfo=UTC)
WORDS = ("先道歉", "报单号", "别催客户", "查物流", "退款到账", "换人接", "记下时间", "复述一遍", "雨天延误", "转主管")


def main() -> None:
    """Fill a site of its own and measure it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load_settings(data_dir=Path(folder), log_level="error"))
        platform = platform_of(app)
        sync_content(platform)
        with platform.db.write() as session:
            session.execute(insert(Entry), [_entry(i) for i in range(count)])
        platform.deliver_events()
        started = time.perf_counter()
        platform.indexer().rebuild()
        print(f"{count} entries; index rebuilt in {time.perf_counter() - started:.1f} s")
        platform.search.refresh()
        assert not platform.search.degraded  # else it is the sources that answer, as slowly as there are many
        client = app.test_client()
        person = platform.accounts.people.create(None, CLI, NewPerson(f"B {uuid.uuid4().hex[:6]}", "", frozenset(), frozenset()))
        secret = platform.accounts.sign_in.open(person, Browser("127.0.0.1", "benchmark"), method="password")
        with client.session_transaction() as session_:
            session_[SESSION_KEY] = secret
        for name, path in (
            ("feed", "/p/experience/"), ("feed of an article", "/p/experience/?slug=complaint-handling"), ("most used", "/p/experience/?tab=used"),
            ("entry", f"/p/experience/{count // 2}"), ("article with panels", "/articles/complaint-handling?lang=zh"),
            ("search (API)", "/api/v1/search?kind=experience&q=tuikuandaozhang"), ("search of articles (API)", "/api/v1/search?q=tousu"),
        ):  # fmt: skip
            _measure(client, name, path)
        platform.close()


def _entry(i: int) -> dict[str, object]:
    words = [WORDS[(i * k) % len(WORDS)] for k in (1, 3, 7)]
    return {
        "kind": "tip", "lang": "zh", "lesson": f"{'，'.join(words)}（{i}）", "situation": "客户很急。" * 5, "action": words[0] * 3, "result": "客户满意。" * 4,
        "figures": [], "slug": "complaint-handling" if i % 4 == 0 else "", "section": "steps" if i % 8 == 0 else "", "team": "", "user_id": 100_000 + i % 300,
        "at": START + timedelta(seconds=i), "changed_at": START, "uses": i * 7 % 60, "thanks": i % 11,
    }  # fmt: skip


def _measure(client: object, name: str, path: str) -> None:
    took, size = [], 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = client.get(path)  # type: ignore[attr-defined]  # Flask's test client
        took.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
        size = len(answer.data)
    print(f"{name:26} median {statistics.median(took):6.1f} ms   p95 {sorted(took)[int(ROUNDS * 0.95) - 1]:6.1f} ms   {size / 1000:5.1f} kB")


if __name__ == "__main__":
    main()
