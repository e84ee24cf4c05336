"""A floor whose people get the week by mail, for tests of that. Imported from the folder itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from reader_room import Floor
from sqlalchemy import select

from kbplatform.accounts.people import NewPerson
from kbplatform.viewer import CLI
from kbplatform_experience.models import DigestMail, Reaction
from kbplatform_experience.reading.choices import Choices
from kbplatform_experience.reading.digest import Week
from kbplatform_experience.reading.mailing import Mailing

BASE = "https://kb.example.com"
WEEK = Week(2026, 47)
MONDAY = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
DURING = WEEK.begins + timedelta(days=2)
MAIL = {"public_url": BASE, "mail_from": "知识库 <kb@example.com>"}


class Post(Floor):
    """A floor whose people have addresses and want the week by mail."""

    def __init__(self, platform) -> None:
        super().__init__(platform)
        self.services, self.choices = platform.services, Choices(platform.services)

    def person(self, name, *, lang="zh", teams=(), roles=(), email=None) -> int:
        address = f"{name.lower().replace(' ', '.')}@example.com" if email is None else email
        number = self.platform.accounts.people.create(None, CLI, NewPerson(name, address, frozenset(roles), frozenset(teams)))
        if lang is not None:
            self.choices.choose(number, lang)
        return number

    def entry(self, lesson="先道歉再问单号", **more) -> int:
        return super().entry(lesson, **{"at": DURING, "uses": 3, "user": None} | more)

    def used(self, *numbers) -> None:
        """Somebody used these entries in that week, so that they are in everybody's week."""
        with self.db.write() as session:
            session.add_all(Reaction(entry_id=number, user_id=900 + number, kind="used", at=DURING) for number in numbers)

    def run(self, **more):
        return Mailing(self.services).run(WEEK, **{"now": MONDAY} | more)

    def states(self):
        with self.db.read() as session:
            return dict(session.execute(select(DigestMail.user_id, DigestMail.state)).tuples().all())


def body(message, kind="plain"):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def to(smtp):
    return sorted(m["To"] for m in smtp.arrived)


def link(message, path="/p/experience/digest/stop"):
    """The address in a mail that begins so, without the site's own part."""
    found = re.search(re.escape(BASE + path) + r"\S*", body(message))[0]
    return found.removeprefix(BASE)
