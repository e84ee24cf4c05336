"""What tests of experience share."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from kbplatform.app import make_platform, platform_of

sys.path.insert(0, str(Path(__file__).parent))  # for reader_room


@pytest.fixture
def floor(kb_app):
    """People and entries on the bundled content."""
    from reader_room import Floor

    return Floor(platform_of(kb_app))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def crowded_floor(request, kb_settings):
    """A floor on each of the databases, for many at once."""
    from reader_room import Floor

    url = {"database_url": request.getfixturevalue("kb_postgres")} if request.param == "postgres" else {}
    platform = make_platform(kb_settings(**url))
    yield Floor(platform)
    platform.close()


@pytest.fixture
def press():
    """``press(client, path, form)``: with the token of a page that has one, as a browser sends it."""

    def send(client, path, form=None, **more):
        page = client.get("/p/experience/notices").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return client.post(path, data={"csrf_token": token} | (form or {}), **more)

    return send


@pytest.fixture
def site(kb_app, kb_login):
    """A site whose people write."""
    from writer_room import Site

    return Site(kb_app, kb_login)


@pytest.fixture
def agent(site):
    """Somebody on the floor, signed in."""
    return site.person("agent")


@pytest.fixture
def post(kb_make_app, smtp):
    """People with addresses who want the week by mail, and a server that takes it."""
    from mail_room import MAIL, Post

    app = kb_make_app(**smtp.settings, **MAIL)
    floor = Post(platform_of(app))
    floor.app = app
    return floor
