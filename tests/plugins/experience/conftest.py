"""A site on which people write and read experience."""

from __future__ import annotations

import re

import pytest

from kbplatform.app import platform_of
from kbplatform.sdk import Actor, Viewer


class Floor:
    """The application with people of two teams, and an article that only one of them may read."""

    def __init__(self, app, login) -> None:
        self.app, self.login = app, login
        self.platform = platform_of(app)
        self.services, self.db = self.platform.services, self.platform.db

    def person(self, *roles, teams=(), name=None):
        """A browser somebody new is signed in with; ``client.viewer`` is who they are to the services."""
        client = self.login(self.app, *roles, teams=teams, name=name)
        granted = frozenset(self.platform.accounts.permissions.granted(["reader", *roles], []))
        client.viewer = Viewer(id=client.person_id, name=name or "", roles=frozenset(roles), teams=frozenset(teams), permissions=granted)
        client.actor = Actor(client.person_id, "192.0.2.7")
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
        return client

    def settle(self) -> None:
        """Events are delivered and the index is in step."""
        self.platform.deliver_events()
        self.platform.indexer().run_once()


@pytest.fixture
def floor(kb_app, kb_login):
    return Floor(kb_app, kb_login)


@pytest.fixture
def agent(floor):
    """Somebody on the floor, signed in."""
    return floor.person("agent")


@pytest.fixture(scope="session")
def post():
    """``post(client, path, form)``: with the token of the writing page, as a browser sends it."""

    def send(client, path, form=None, **more):
        page = client.get("/p/experience/new").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return client.post(path, data={"csrf_token": token} | (form or {}), **more)

    return send
