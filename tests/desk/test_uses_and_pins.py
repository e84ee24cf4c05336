"""Recording uses and keeping pins, on both databases and through the API."""

from __future__ import annotations

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kbplatform.accounts.models import User
from kbplatform.accounts.people import NewPerson
from kbplatform.app import platform_of
from kbplatform.articles.documents import parse
from kbplatform.articles.packs import Pack
from kbplatform.articles.service import ArticleService
from kbplatform.articles.sync import sync_pack
from kbplatform.db import utcnow
from kbplatform.desk.models import Use
from kbplatform.desk.pins import MOST, Pins
from kbplatform.desk.uses import Uses, clean_ticket
from kbplatform.errors import InvalidInput, NotFound, TooMany
from kbplatform.viewer import ANONYMOUS, CLI, Viewer

SOURCE = "---\ntitle: Page {n}\nslug: page-{n}\n---\n\n## Say {{#say}}\n\n- Words {n}\n\n## Steps {{#steps}}\n\nText\n"


@pytest.fixture
def articles(kb_database, tmp_path):
    documents = [("practice", parse(SOURCE.format(n=n), path=f"{n}.md", lang="zh")) for n in range(1, 24)]
    sync_pack(kb_database, Pack(tmp_path, documents=documents))
    return ArticleService(kb_database)


@pytest.fixture
def uses(kb_database, articles):
    return Uses(kb_database, articles)


@pytest.fixture
def somebody(kb_database):
    with kb_database.write() as session:
        user = User(name="Somebody", name_key="somebody", active=True)
        session.add(user)
        session.flush()
        return Viewer(id=user.id)


def call() -> str:
    return secrets.token_urlsafe(16)


def test_an_article_counts_once_a_call(uses):
    this = call()
    first = uses.record(ANONYMOUS, "10.0.0.1", slug="page-1", lang="zh", call=this, section="steps", ticket="T-1")
    again = uses.record(ANONYMOUS, "10.0.0.1", slug="page-1", lang="zh", call=this)
    other = uses.record(ANONYMOUS, "10.0.0.1", slug="page-2", lang="zh", call=this)
    assert [(u.counted, u.count) for u in (first, again, other)] == [(True, 1), (False, 1), (True, 1)]


def test_the_same_use_from_many_sides_at_once_counts_once(uses):
    this = call()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _n: uses.record(ANONYMOUS, "10.0.0.1", slug="page-1", lang="zh", call=this), range(8)))
    assert sum(u.counted for u in found) == 1
    assert uses.counts(["page-1"]) == {"page-1": 1}


def test_a_use_remembers_what_was_on_the_screen(uses, kb_database, somebody):
    this = call()
    uses.record(somebody, "10.0.0.1", slug="page-1", lang="en", call=this, section="steps", ticket="T 1/2")
    with kb_database.read() as session:
        use = session.scalars(select(Use)).one()
        assert (use.user_id, use.lang, use.revision, use.section, use.call, use.ticket) == (somebody.id, "zh", 1, "steps", this, "T 1/2")


def test_counts_look_back_thirty_days(uses, kb_database):
    uses.record(ANONYMOUS, "10.0.0.1", slug="page-1", lang="zh", call=call())
    with kb_database.write() as session:
        session.execute(update(Use).values(at=utcnow() - timedelta(days=31)))
    uses.record(ANONYMOUS, "10.0.0.1", slug="page-1", lang="zh", call=call())
    assert uses.counts(["page-1", "page-2"]) == {"page-1": 1}
    assert uses.counts(["page-1"], since=utcnow() - timedelta(days=40)) == {"page-1": 2}


def test_an_address_that_floods_is_slowed_and_others_are_not(uses, monkeypatch):
    from kbplatform.accounts import tries

    monkeypatch.setattr(tries, "USES_PER_ADDRESS", tries.Limit(free=2, first_wait_s=30, longest_wait_s=30))
    for _ in range(2):
        uses.record(ANONYMOUS, "10.0.0.1", slug="page-1", lang="zh", call=call())
    with pytest.raises(TooMany) as caught:
        uses.record(ANONYMOUS, "10.0.0.1", slug="page-1", lang="zh", call=call())
    assert "密码" not in caught.value.remedy.zh
    assert uses.record(ANONYMOUS, "10.0.0.2", slug="page-1", lang="zh", call=call()).counted


@pytest.mark.parametrize("ticket", ["13812345678", "138-1234-5678", "+8613812345678", "tel 138 1234 5678", "１３８１２３４５６７８",
                                    "110101199003074258", "11010119900307425X", "110101900307425", "A 110101 19900307 4258"])  # fmt: skip
def test_a_customer_s_own_number_is_no_ticket(ticket):
    with pytest.raises(InvalidInput) as caught:
        clean_ticket(ticket)
    assert [f.field for f in caught.value.fields] == ["ticket"]


@pytest.mark.parametrize(("typed", "kept"), [("", ""), ("  ", ""), ("T-881", "T-881"), ("ＳＲ２０２４", "SR2024"), ("#", None), ("2024/11/26-001", "2024/11/26-001"),
                                             ("陈女士", None), ("x" * 41, None), ("a@b.cn", None), ("<b>", None), ("40012345", "40012345")])  # fmt: skip
def test_a_ticket_is_letters_digits_and_a_few_marks(typed, kept):
    if kept is None:
        with pytest.raises(InvalidInput):
            clean_ticket(typed)
    else:
        assert clean_ticket(typed) == kept


@pytest.mark.parametrize("wrong", [{"call": "x"}, {"call": "x" * 65}, {"section": "nowhere"}, {"ticket": "陈"}])
def test_what_is_wrong_with_a_use_is_named(uses, wrong):
    with pytest.raises(InvalidInput) as caught:
        uses.record(ANONYMOUS, "", **({"slug": "page-1", "lang": "zh", "call": call()} | wrong))
    assert [f.field for f in caught.value.fields] == list(wrong)


def test_no_use_of_what_one_may_not_read(uses):
    with pytest.raises(NotFound):
        uses.record(ANONYMOUS, "", slug="gone", lang="zh", call=call())


def test_pins_are_kept_in_order_moved_and_taken_off(kb_database, articles, somebody):
    pins = Pins(kb_database, articles)
    for n in (1, 2, 3):
        pins.put(somebody, f"page-{n}")
    assert pins.put(somebody, "page-2") == ["page-1", "page-2", "page-3"]
    assert pins.put(somebody, "page-3", 1) == ["page-3", "page-1", "page-2"]
    assert pins.put(somebody, "page-3", 20) == ["page-1", "page-2", "page-3"]
    assert pins.take_off(somebody, "page-1") == ["page-2", "page-3"]
    assert pins.take_off(somebody, "page-1") == ["page-2", "page-3"]
    assert pins.of(ANONYMOUS) == []


def test_at_most_twenty_pins(kb_database, articles, somebody):
    pins = Pins(kb_database, articles)
    for n in range(1, MOST + 1):
        pins.put(somebody, f"page-{n}")
    with pytest.raises(InvalidInput):
        pins.put(somebody, "page-23")
    assert len(pins.put(somebody, "page-20", 1)) == MOST


def test_pins_made_at_once_are_all_kept(kb_database, articles, somebody):
    pins = Pins(kb_database, articles)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: pins.put(somebody, f"page-{n}"), range(1, 7)))
    assert sorted(pins.of(somebody)) == [f"page-{n}" for n in range(1, 7)]


def token_of(client) -> dict[str, str]:
    return {"X-CSRFToken": re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk?q=tousu").get_data(as_text=True))[1]}


def test_the_api_says_201_then_200(kb_app):
    client, body = kb_app.test_client(), {"slug": "complaint-handling", "call": call()}
    first, again = (client.post("/api/v1/uses", json=body) for _ in range(2))
    assert (first.status_code, first.get_json()) == (201, {"counted": True, "count": 1})
    assert (again.status_code, again.get_json()) == (200, {"counted": False, "count": 1})


@pytest.mark.parametrize("body", [{}, {"slug": "complaint-handling"}, {"slug": "complaint-handling", "call": "short"},
                                  {"slug": "complaint-handling", "call": "c" * 22, "ticket": "13812345678"}, {"slug": "complaint-handling", "call": "c" * 22, "name": "陈女士"}])  # fmt: skip
def test_the_api_refuses_what_it_can_t_use(kb_app, body):
    assert kb_app.test_client().post("/api/v1/uses", json=body).status_code == 422


def test_pins_need_somebody_signed_in(kb_app, kb_login):
    stranger, agent = kb_app.test_client(), kb_login(kb_app, "agent")
    assert stranger.get("/api/v1/pins").status_code == 401
    headers = token_of(agent)
    assert agent.put("/api/v1/pins/complaint-handling", json={}, headers=headers).get_json() == {"pins": ["complaint-handling"]}
    assert agent.get("/api/v1/pins").get_json() == {"pins": ["complaint-handling"]}
    assert agent.put("/api/v1/pins/nothing", json={}, headers=headers).status_code == 404
    assert agent.delete("/api/v1/pins/complaint-handling", headers=headers).get_json() == {"pins": []}


def test_without_scripts_forms_record_pin_and_move(kb_app, kb_login):
    agent = kb_login(kb_app, "agent")
    form = {"csrf_token": token_of(agent)["X-CSRFToken"], "slug": "complaint-handling", "call": call(), "ticket": "T-1"}
    assert agent.post("/desk/uses", data=form).headers["Location"] == "/desk"
    assert "记下了" in agent.get("/desk", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert agent.post("/desk/uses", data=form | {"ticket": "13812345678", "call": call()}).status_code == 303
    assert "手机号" in agent.get("/desk", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    for slug in ("complaint-handling", "negative-review-handling"):
        agent.post("/desk/pins", data=form | {"slug": slug, "do": "pin"})
    agent.post("/desk/pins", data=form | {"slug": "negative-review-handling", "do": "up"})
    assert platform_of(kb_app).desk.pins.of(Viewer(id=agent.person_id)) == ["negative-review-handling", "complaint-handling"]
    agent.post("/desk/pins", data=form | {"slug": "negative-review-handling", "do": "unpin"})
    assert agent.get("/api/v1/pins").get_json() == {"pins": ["complaint-handling"]}


def test_a_person_s_uses_are_handed_out_and_erasing_leaves_them_counting(kb_app):
    platform = platform_of(kb_app)
    person = platform.accounts.people.create(None, CLI, NewPerson("Leaver"))
    viewer = Viewer(id=person)
    platform.desk.uses.record(viewer, "", slug="complaint-handling", lang="zh", call=call(), ticket="T-9")
    platform.desk.pins.put(viewer, "complaint-handling")
    known = platform.accounts.personal_data.export(None, CLI, person)
    assert [(u["article"], u["ticket"]) for u in known["uses"]] == [("complaint-handling", "T-9")]
    assert known["pins"] == [{"article": "complaint-handling", "position": 1}]
    platform.accounts.personal_data.erase(None, CLI, person)
    assert platform.desk.uses.counts(["complaint-handling"]) == {"complaint-handling": 1}
    with platform.db.read() as session:
        assert session.scalars(select(Use.user_id)).all() == [None]
    assert platform.desk.pins.of(viewer) == []
