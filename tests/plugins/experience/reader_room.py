"""A floor with people and entries, for tests of reading. Imported from the folder itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from kbplatform.sdk import Viewer
from kbplatform_experience.models import Entry, Tag
from kbplatform_experience.reading.reacting import Reacting
from kbplatform_experience.reading.service import Reading

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
SLUG = "complaint-handling"


class Floor:
    """Entries are written straight into the tables: how they are written is tested elsewhere."""

    def __init__(self, platform) -> None:
        self.platform, self.db = platform, platform.db
        self.reading, self.reacting = Reading(self.db), Reacting(platform.services)
        self._minute = 0

    def entry(self, lesson="先道歉再问单号", *, user=1, tags=(), **more) -> int:
        self._minute += 1
        values = {"kind": "tip", "lang": "zh", "at": START + timedelta(minutes=self._minute)} | more
        with self.db.write() as session:
            row = Entry(lesson=lesson, user_id=user, **values)
            session.add(row)
            session.flush()
            session.add_all(Tag(entry_id=row.id, tag=t) for t in tags)
            return row.id

    def many(self, count: int, slug: str = SLUG) -> None:
        """Generated entries, quickly."""
        rows = [
            {"kind": "tip", "lang": ("zh", "en")[i % 2], "lesson": f"第 {i} 条：先道歉再问单号，最后复述一遍", "situation": "客户很急。" * 8, "slug": slug if i % 3 else "",
             "user_id": i % 97 + 1000, "at": START + timedelta(seconds=i), "changed_at": START, "uses": i * 7 % 50, "thanks": i % 9, "action": "", "result": "客户满意了。" * 5,
             "figures": [], "section": "steps" if i % 2 else "", "team": ("blue", "red", "")[i % 3], "unnamed": i % 11 == 0}
            for i in range(count)
        ]  # fmt: skip
        with self.db.write() as session:
            session.execute(insert(Entry), rows)

    def get(self, number: int) -> Entry:
        with self.db.read() as session:
            return session.get(Entry, number)


def person(number=7, *, teams=(), permissions=()) -> Viewer:
    return Viewer(id=number, name=f"p{number}", teams=frozenset(teams), permissions=frozenset(permissions))
