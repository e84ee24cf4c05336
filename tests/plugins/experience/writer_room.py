"""People who write experience, for tests of writing. Imported from the folder itself."""

from __future__ import annotations

from kbplatform.app import platform_of
from kbplatform.sdk import Actor
from kbplatform_experience.models import Entry
from kbplatform_experience.writing.forms import Typed
from kbplatform_experience.writing.service import Writing


class Site:
    """The application, and people signed in to it."""

    def __init__(self, app, login) -> None:
        self.app, self._login = app, login
        self.platform = platform_of(app)
        self.services, self.db = self.platform.services, self.platform.db
        self.writing = Writing(self.services)

    def person(self, *roles, teams=(), name=None):
        """A browser somebody new is signed in with; ``client.viewer`` is who they are to the services."""
        client = self._login(self.app, *roles, teams=teams, name=name)
        client.viewer = self.platform.accounts.gate.of_person(client.person_id)
        client.actor = Actor(client.person_id, "192.0.2.7")
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
        return client

    def write(self, client, lesson="先道歉再问单号", **more):
        """An entry of theirs; its number."""
        return self.writing.create(client.viewer, client.actor, Typed(lesson=lesson, **more))

    def get(self, number) -> Entry:
        with self.db.read() as session:
            return session.get(Entry, number)

    def settle(self) -> None:
        """Events are delivered and the index is in step."""
        self.platform.deliver_events()
        indexer = self.platform.indexer()
        indexer.run_once()
        indexer.close()
        self.platform.search.warm_up()
