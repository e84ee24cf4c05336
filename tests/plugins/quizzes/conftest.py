"""A small bank with a question of every kind, and people who take quizzes on it."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from kbplatform.app import make_platform, platform_of
from kbplatform.cli import root
from kbplatform.sdk import Text, Viewer
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted
from kbplatform_quizzes.attempts.records import records
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.attempts.sittings import Sittings
from kbplatform_quizzes.authoring import add_questions
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.faces import Orders
from kbplatform_quizzes.models import Attempt
from kbplatform_quizzes.registry import bank_of, quizzes_of

sys.path.insert(0, str(Path(__file__).parent))  # for sitting, which several files use

SLUG = "shelf-life"
SHEET = Path(__file__).with_name("ten_kinds.yaml").read_text("utf-8")
RIGHT = {
    "one": 0, "many": [0, 1], "truth": False, "words": "可以退款", "number": "20", "pairs": [0, 1], "order": [0, 1, 2],
    "gaps": {"a": "1", "b": "二"}, "call": [0, 0],
}  # fmt: skip


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> None:
        self.now += timedelta(**by)


class Room:
    """A bank, quizzes and attempts on a clock of their own."""

    def __init__(self, services) -> None:
        self.services, self.db = services, services.db
        self.clock = Clock()
        self.bank, self.quizzes = bank_of(services), quizzes_of(services)
        self.sittings = Sittings(self.db, self.bank, self.clock)

    def fill(self, sheet: str = SHEET, slug: str = SLUG) -> None:
        questions = read_sheet(sheet.encode())
        assert questions.faults == ()
        with self.db.write() as session:
            add_questions(session, slug, questions.questions, CLI)

    def quiz(self, key: str = "shelf", keys: str = "", **rule):
        """A quiz of all questions, or those named, in their order."""
        pool = Pool(practices=(SLUG,), keys=tuple(f"{SLUG}/{k}" for k in keys.split()))
        rule = Rule(pools=(pool,), **({"shuffled": False} | rule))
        return self.quizzes.create(Wanted(key, Text("保质期", "Shelf life"), "open", rule), CLI)

    def start(self, quiz, viewer):
        return self.sittings.start(viewer, quiz, "zh", set)

    def look(self, token, viewer, lang="zh"):
        return self.sittings.sitting(viewer, token, lang)

    def answer(self, token, viewer, **answers):
        """Answer by question id what each kind marks: sent as the form of a taker sends it."""
        with self.db.read() as session:
            attempt = session.scalars(select(Attempt).where(Attempt.token == token)).one()
            kept = records(session, self.bank, [attempt])
        done = {}
        for item in kept.items[attempt.id]:
            question = kept.stored(item).question
            if question.id in answers:
                sent = sent_for(question, attempt.seed, f"q{item.position}", answers[question.id])
                done[question.id] = self.sittings.save(viewer, token, item.position, sent)
        return done

    def take(self, quiz, viewer, **answers):
        """A whole attempt: start, answer, hand in."""
        token = self.start(quiz, viewer)
        self.answer(token, viewer, **answers)
        self.sittings.submit(viewer, token)
        return token


def sent_for(question, seed, name, answer):
    """What the form sends for an answer: found by looking at what the kind receives."""
    orders = Orders(f"{seed}:{question.id}")
    body = question.body
    if body.kind in {"single", "multiple"}:
        order = orders.of(name, len(body.options))
        return {name: [str(order.index(a)) for a in ([answer] if body.kind == "single" else answer)]}
    if body.kind == "truefalse":
        return {name: ["0" if answer else "1"]}
    if body.kind == "matching":
        order = orders.of(name, len(body.rights))
        return {f"{name}.{i}": [str(order.index(a))] for i, a in enumerate(answer)}
    if body.kind == "ordering":
        order = orders.of(name, len(body.items))
        return {f"{name}.{order.index(item)}": [str(rank)] for rank, item in enumerate(answer)}
    if body.kind == "cloze":
        return {f"{name}.{gap}": [words] for gap, words in answer.items()}
    if body.kind == "scenario":
        return {name: [".".join(map(str, answer))]}
    return {name: [answer]}


@pytest.fixture
def room_on():
    """A filled room on a platform."""

    def make(platform):
        room = Room(platform.services)
        room.fill()
        return room

    return make


@pytest.fixture
def room(kb_app, room_on):
    return room_on(platform_of(kb_app))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def crowd(request, kb_settings, room_on):
    """A room on each of the databases, for many at once."""
    url = {"database_url": request.getfixturevalue("kb_postgres")} if request.param == "postgres" else {}
    platform = make_platform(kb_settings(**url))
    yield room_on(platform)
    platform.close()


@pytest.fixture
def right():
    """Fully right answers, as each kind marks them."""
    return RIGHT


@pytest.fixture
def person():
    """Somebody by number, with roles."""
    return lambda number=7, *roles: Viewer(id=number, name=f"p{number}", roles=frozenset(roles))


@pytest.fixture
def taker(person):
    return person()


class _Controls(HTMLParser):
    """What a browser would send of the forms of a page, button left aside: by the action of the form."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._area, self._select = "", ""
        self._first = False

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        name = a.get("name") or ""
        if tag == "textarea":
            self._area, self.sent[name] = name, ""
        elif tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select:
            if self._first or "selected" in a:
                self._area, self.sent[self._select] = (self._select, "") if "value" not in a else ("", a["value"] or "")
            self._first = False
        elif tag == "input" and name and ("checked" in a or a.get("type", "text") not in {"radio", "checkbox"}):
            self.sent[name] = a.get("value") or ""

    def handle_endtag(self, tag):
        self._area = "" if tag in {"textarea", "option"} else self._area
        self._select = "" if tag == "select" else self._select

    def handle_data(self, data):
        if self._area:
            self.sent[self._area] += data


@pytest.fixture(scope="session")
def controls():
    """``controls(html)`` → what a browser sends of the edit form in it."""

    def read(page: str) -> dict[str, str]:
        parser = _Controls()
        form = page.partition('<form class="qe-form')[2].partition("</form>")[0] if "qe-form" in page else page
        parser.feed(form)
        return parser.sent

    return read


@pytest.fixture
def post():
    """``post(client, path, form)``: with the token of a page that has one, as a browser sends it."""

    def send(client, path, form=None, **more):
        page = client.get("/p/quizzes/check/complaint-handling").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return client.post(path, data={"csrf_token": token} | (form or {}), **more)

    return send


@pytest.fixture
def data_dir(kb_template, tmp_path):
    """A site of its own on the disk."""
    folder = tmp_path / "data"
    shutil.copytree(kb_template, folder)
    return folder


@pytest.fixture
def run(data_dir):
    """``run("check", file)`` → what ``kbplatform quiz check file`` did."""

    def call(*args, lang="en"):
        env = {"KBPLATFORM_LANG": lang, "KBPLATFORM_SEARCH_ENGINE": "memory", "KBPLATFORM_LOG_LEVEL": "error"}
        return CliRunner(env=env).invoke(root, ["--data-dir", str(data_dir), "quiz", *map(str, args)])

    return call


@pytest.fixture
def site(data_dir, kb_settings):
    """Opens the site's platform after the command is through."""
    opened = []

    def open_():
        opened.append(make_platform(kb_settings(data_dir=data_dir)))
        return opened[-1]

    yield open_
    for platform in opened:
        platform.close()
