"""Content gaps through pages, API and command line: who may, what they see, what happens."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from kbplatform.app import platform_of
from kbplatform.insights.models import GapAsk


def token_of(client) -> str:
    page = client.get("/search?q=鲸鱼潜水").get_data(as_text=True)
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


@pytest.fixture
def app(kb_make_app):
    return kb_make_app(read_access="everyone")


@pytest.fixture
def post(app):
    """``post(client, path, **fields)`` → the answer to a form of a page."""
    return lambda client, path, **fields: client.post(path, data={"csrf_token": token_of(client)} | fields)


@pytest.fixture
def agent(app, kb_login):
    return kb_login(app, "agent")


@pytest.fixture
def lead(app, kb_login):
    return kb_login(app, "lead")


def ask(client, query="鲸鱼怎么潜水", **more):
    return client.post("/api/v1/gaps", json={"query": query} | more, headers={"X-CSRFToken": token_of(client)})


def text_of(client, path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(path).get_data(as_text=True)))


def test_a_program_asks_and_reads_the_list(agent, lead):
    response = ask(agent, context="desk")
    assert response.status_code == 201
    asked = response.get_json()
    assert {k: asked[k] for k in ("query", "count", "people", "hidden", "answer", "declined")} == {
        "query": "鲸鱼怎么潜水", "count": 1, "people": 1, "hidden": False, "answer": None, "declined": "",
    }  # fmt: skip
    (gap,) = lead.get("/api/v1/gaps?state=open").get_json()["gaps"]
    assert (gap["id"], gap["query"], gap["state"], gap["wordings"]) == (asked["id"], "鲸鱼怎么潜水", "open", [{"text": "鲸鱼怎么潜水", "lang": "zh", "asked": 1}])
    assert lead.get(f"/api/v1/gaps/{asked['id']}").get_json() == gap


@pytest.mark.parametrize("body", [{}, {"query": ""}, {"query": "x" * 501}, {"query": "鲸鱼", "lang": "fr"}, {"query": "鲸鱼", "context": "a b"},
                                  {"query": "鲸鱼", "state": "answered"}, {"query": "13812345678"}, {"query": 5}])  # fmt: skip
def test_a_malformed_question_is_422(agent, lead, body):
    assert agent.post("/api/v1/gaps", json=body, headers={"X-CSRFToken": token_of(agent)}).status_code == 422
    assert lead.get("/api/v1/gaps").get_json()["total"] == 0


def test_asking_by_the_form_says_so_on_the_page_it_came_from(agent, post):
    response = post(agent, "/gaps", query="鲸鱼怎么潜水 13812345678", lang="zh", next="/search?q=x")
    assert (response.status_code, response.headers["Location"]) == (303, "/search?q=x")
    assert "已记下，您是第一个问的。号码没有存。" in text_of(agent, "/search?q=x")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "javascript:alert(1)", ""])
def test_asking_leads_nowhere_but_to_this_site(agent, post, target):
    assert post(agent, "/gaps", query="鲸鱼", lang="zh", next=target).headers["Location"] == "/"


def test_asking_needs_the_form_of_this_site(agent):
    assert agent.post("/gaps", data={"query": "鲸鱼", "lang": "zh", "next": "/"}).status_code == 400


def test_people_who_are_not_signed_in_count_by_their_browser(app, lead):
    first, second, program = app.test_client(), app.test_client(), app.test_client()
    assert [ask(c).get_json()["people"] for c in (first, first, second)] == [1, 1, 2]
    assert [program.post("/api/v1/gaps", json={"query": "鲸鱼怎么潜水"}).get_json()["people"] for _ in range(2)] == [3, 3]


def test_on_a_closed_site_nobody_asks_without_signing_in(kb_make_app):
    client = kb_make_app(read_access="signed-in").test_client()
    assert client.post("/api/v1/gaps", json={"query": "鲸鱼"}).status_code == 401


def test_agents_do_not_see_what_others_asked(agent, app):
    ask(app.test_client(), "鲸鱼 Pelikan")
    for path in ("/insights/gaps", "/insights/gaps/1", "/insights/gaps.csv", "/api/v1/gaps", "/api/v1/gaps/1"):
        response = agent.get(path)
        assert response.status_code == 403, path
        assert "Pelikan" not in response.get_data(as_text=True)
    assert "Pelikan" not in ask(agent, "鲸鱼").get_data(as_text=True)


def test_a_lead_answers_with_what_search_found_or_an_address(agent, lead, post):
    gap_id = ask(agent, "客户吵着要找媒体曝光").get_json()["id"]
    page = lead.get(f"/insights/gaps/{gap_id}").get_data(as_text=True)
    candidate = re.search(r'name="candidate" value="([^"]+)"', page)[1]
    response = post(lead, f"/insights/gaps/{gap_id}", do="answer", candidate=candidate, revision="1")
    assert (response.status_code, response.headers["Location"]) == (303, "/insights/gaps")
    answer = lead.get(f"/api/v1/gaps/{gap_id}").get_json()["answer"]
    assert f"{answer['slug']}#{answer['section']}" == candidate
    post(lead, f"/insights/gaps/{gap_id}", do="answer", article="http://kb.example/articles/complaint-handling?lang=zh#say", candidate=candidate)
    answer = lead.get(f"/api/v1/gaps/{gap_id}").get_json()["answer"]
    assert (answer["slug"], answer["section"], answer["url"]) == ("complaint-handling", "say", "/articles/complaint-handling?lang=zh#say")


@pytest.mark.parametrize("article", ["", "no-such-article", "complaint-handling#no-such-section", "http://[", "/articles/", "../../etc/passwd", "字" * 400])
def test_an_answer_that_is_not_there_is_refused_with_what_was_typed(agent, lead, post, article):
    gap_id = ask(agent).get_json()["id"]
    response = post(lead, f"/insights/gaps/{gap_id}", do="answer", article=article)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.get_data(as_text=True)
    assert lead.get(f"/api/v1/gaps/{gap_id}").get_json()["state"] == "open"


def test_a_lead_declines_merges_and_reopens(agent, lead, post):
    first, second = ask(agent).get_json()["id"], ask(agent, "白鹤几点起飞").get_json()["id"]
    post(lead, f"/insights/gaps/{first}", do="decline", reason="不是客服的事")
    assert "不做的理由： 不是客服的事" in text_of(lead, "/insights/gaps?state=declined")
    assert ask(agent).get_json()["declined"] == "不是客服的事"
    post(lead, f"/insights/gaps/{second}", do="merge", into=str(first))
    assert lead.get(f"/api/v1/gaps/{second}").get_json()["merged_into"] == first
    post(lead, f"/insights/gaps/{second}", do="reopen")
    assert lead.get(f"/api/v1/gaps/{second}").get_json()["state"] == "open"
    assert post(lead, f"/insights/gaps/{second}", do="burn").status_code == 422


def test_a_program_decides_and_is_told_when_somebody_was_first(agent, lead):
    gap_id = ask(agent).get_json()["id"]

    def decide(**body):
        return lead.patch(f"/api/v1/gaps/{gap_id}", json=body, headers={"X-CSRFToken": token_of(lead)})

    assert decide(state="answered", article="complaint-handling#steps", revision=1).get_json()["answer"]["section"] == "steps"
    assert decide(state="declined", reason="x", revision=1).status_code == 409
    assert decide(state="declined", reason="x").get_json()["reason"] == "x"
    assert decide(state="merged").status_code == 422
    assert decide(state="merged", into=gap_id).status_code == 422
    assert decide(state="open").get_json()["state"] == "open"
    assert lead.patch("/api/v1/gaps/999", json={"state": "open"}, headers={"X-CSRFToken": token_of(lead)}).status_code == 404


def test_an_answer_in_an_article_one_may_not_read_is_not_told(app, agent, lead, kb_login):
    from kbplatform.articles.audience import set_audience
    from kbplatform.viewer import CLI

    platform = platform_of(app)
    platform.accounts.teams.create(CLI, key="billing", name="Billing")
    set_audience(platform.db, CLI, "complaint-handling", "team:billing")
    gap_id = ask(agent).get_json()["id"]
    editor = kb_login(app, "editor")
    editor.patch(f"/api/v1/gaps/{gap_id}", json={"state": "answered", "article": "complaint-handling"}, headers={"X-CSRFToken": token_of(editor)})
    assert editor.get(f"/api/v1/gaps/{gap_id}").get_json()["answer"]["slug"] == "complaint-handling"
    assert lead.get(f"/api/v1/gaps/{gap_id}").get_json()["answer"] is None
    assert "一篇您不能看的文章" in text_of(lead, f"/insights/gaps/{gap_id}")
    assert "complaint-handling" in editor.get("/insights/gaps.csv?state=all").get_data(as_text=True)
    hidden = lead.get("/insights/gaps.csv?state=all").get_data(as_text=True)
    assert "鲸鱼怎么潜水,answered,1,1," in hidden
    assert "complaint-handling" not in hidden
    member, stranger = kb_login(app, "agent", teams=("billing",)), kb_login(app, "agent")
    assert ask(stranger).get_json()["answer"] is None
    platform.gaps.answer(CLI, gap_id, slug="complaint-handling")
    assert ask(member).get_json()["answer"]["slug"] == "complaint-handling"


def test_the_list_is_filtered_sorted_and_paged(app, agent, lead, post):
    for word in "鹤鹿鲸鲤鹰蝉蜂鼠牛虎兔龙蛇马羊猴鸡狗猪猫鸭":
        ask(agent, f"{word} {word}{word}")
    assert "1 / 2" in text_of(lead, "/insights/gaps")
    assert "2 / 2" in text_of(lead, "/insights/gaps?page=2")
    assert "这一页没有内容" in text_of(lead, "/insights/gaps?page=99")
    assert "没有待处理的缺口" not in text_of(lead, "/insights/gaps?page=x&state=nonsense&sort=nonsense")
    assert "这个状态下没有缺口" in text_of(lead, "/insights/gaps?state=merged")
    assert len(lead.get("/insights/gaps").data) < 30_000


def test_the_export_is_audited_and_starts_no_formula(app, agent, lead):
    ask(agent, "=cmd|' /C calc'!A0 鲸鱼")
    response = lead.get("/insights/gaps.csv?state=all")
    assert response.headers["Content-Disposition"] == 'attachment; filename="content-gaps.csv"'
    assert ",'=cmd|' /C calc'!A0 鲸鱼,open,1,1," in response.get_data(as_text=True)
    from kbplatform.accounts.audit import AuditFilter

    assert [e.actor_id for e in platform_of(app).accounts.audit.page(AuditFilter(action="gap.exported"))] == [lead.person_id]


def test_a_question_says_where_it_was_asked_and_nothing_else(app, agent, post):
    for context in ("desk", "search", "somewhere"):
        assert post(agent, "/gaps?fragment=1", query=f"鲸鱼怎么潜水 {context}", context=context).status_code == 201
    with platform_of(app).db.read() as session:
        assert sorted(session.scalars(select(GapAsk.context))) == ["desk", "search", "search"]
