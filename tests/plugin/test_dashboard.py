"""Cards on the home page: bounded in time and size; one that fails costs itself only."""

from __future__ import annotations

import time

import pytest
from flask import Blueprint

from kbplatform import hookimpl
from kbplatform.bilingual import Text
from kbplatform.plugin.calls import Breaker
from kbplatform.plugin.contributions import DashboardCard, Routes
from kbplatform.web.access import public

TEMPLATE = "calculators/card.html"


class Cards:
    """A plugin whose cards ``work(viewer)`` makes."""

    def __init__(self, work):
        self.work = work

    @hookimpl
    def dashboard_cards(self, viewer, services):
        return self.work(viewer)


def card(title="Mine", figures=(), order=100):
    return DashboardCard(Text(title, title), TEMPLATE, {"figures": list(figures)}, order)


def figure(words):
    return {"url": "/", "title": Text(words, words), "team": "", "picture": "", "headline": Text("1", "1"), "change": Text("", "")}


def home(app, client=None):
    answer = (client or app.test_client()).get("/")
    assert answer.status_code == 200
    assert len(answer.data) < 30_000
    return answer.get_data(as_text=True)


def test_cards_stand_on_the_home_page_in_their_order_for_whoever_has_something_to_see(kb_plugin, kb_login):
    app = kb_plugin(Cards(lambda viewer: [card("Second", order=9), card("First", order=1)] if viewer.id else []), read_access="everyone")
    page = home(app, kb_login(app))
    assert page.index("First") < page.index("Second")
    assert "cards-title" not in home(app)


@pytest.mark.parametrize(
    "work",
    [
        lambda _v: 1 / 0,
        lambda _v: "nonsense",
        lambda _v: [None],
        lambda _v: [DashboardCard(Text("x", "x"), "no/such.html")],
        lambda _v: [card("Huge", [figure("字" * 5_000)])],
    ],
    ids=["raises", "a string", "nothing in a list", "missing template", "too large"],
)
def test_a_card_that_fails_costs_itself_only(kb_plugin, work):
    app = kb_plugin(Cards(work))
    assert "cards-title" not in home(app)
    assert app.test_client().get("/p/calculators/").status_code == 200


def test_a_card_that_hangs_is_cut_and_stays_off_after_three_times_and_panels_go_on(kb_plugin):
    asked = []

    def hang(_viewer):
        asked.append(1)
        time.sleep(1.5)
        return []

    app = kb_plugin(Cards(hang))
    for _ in range(5):
        home(app)
    assert len(asked) == 3
    assert "算一算" in app.test_client().get("/articles/complaint-handling").get_data(as_text=True)


def test_the_first_work_of_a_plugin_may_read_its_modules():
    breaker = Breaker(timeout_s=0.05, first_timeout_s=30)

    def work():
        time.sleep(0.3)
        return ["late"]

    assert breaker.run("mine", work) == ["late"]
    assert breaker.run("mine", work) is None
    assert breaker.run("other", work) == ["late"]


def test_many_cards_leave_the_page_within_its_size(kb_plugin):
    app = kb_plugin(Cards(lambda _v: [card(f"Card {n}", [figure("x" * 3_000)], order=n) for n in range(9)]))
    page = home(app)
    assert "Card 0" in page
    assert "Card 8" not in page


def test_a_title_is_escaped(kb_plugin):
    assert "<script>alert" not in home(kb_plugin(Cards(lambda _v: [card("<script>alert(1)</script>")])))


def test_a_card_may_ask_who_is_there_and_what_they_may(kb_plugin, kb_login):
    from kbplatform.sdk import may

    class Whole(Cards):
        @hookimpl
        def register_routes(self):
            web = Blueprint("mine", __name__)
            web.get("/")(public(lambda: ""))
            return Routes(web=web)

    app = kb_plugin(Whole(lambda viewer: [card(viewer.name)] if may("people.see_team") else []), read_access="everyone")
    assert "组长甲" in home(app, kb_login(app, "lead", name="组长甲"))
    assert "客服乙</h3>" not in home(app, kb_login(app, "agent", name="客服乙"))
