"""Pages and API of proposals: the form, the list, the decision, three texts where the section moved on."""

from __future__ import annotations

import re

import pytest

from kbplatform.app import platform_of

FORM = "/articles/complaint-handling/propose?section=steps&lang=en"


@pytest.fixture
def app(kb_make_app):
    """A site of its own: what is accepted here changes an article."""
    return kb_make_app()


def token(client) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/forgot").get_data(as_text=True))[1]


def post(client, path: str, **fields):
    return client.post(path, data={"csrf_token": token(client)} | fields)


def propose(client, text: str = "1. Hear <b>them</b> out.", title: str = "Shorter") -> str:
    answer = post(client, FORM, section="steps", revision="1", text=text, title=title)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_a_proposal_is_made_shown_and_accepted(app, kb_login):
    agent, editor = kb_login(app, "agent", name="Ana"), kb_login(app, "editor")
    assert FORM.replace("&", "&amp;") in agent.get("/articles/complaint-handling?lang=en").get_data(as_text=True)
    where = propose(agent)
    page = editor.get(where + "?lang=en", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Hear &lt;b&gt;them&lt;/b&gt; out." in page
    assert "[added:" in page
    assert "1 proposal waits" in editor.get("/", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "waits" not in agent.get("/", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert post(editor, where + "/accept", text="1. Hear them out.", revision="1", version="1").status_code == 303
    assert "Hear them out." in agent.get("/articles/complaint-handling?lang=en").get_data(as_text=True)
    assert post(editor, where + "/decline", words="no").status_code == 409


def test_names_of_colleagues_are_for_those_who_have_signed_in(kb_make_app, kb_login):
    from kbplatform.proposals.proposal import Credit, NewProposal
    from kbplatform.viewer import CLI, Viewer

    app = kb_make_app(read_access="everyone")
    platform, agent = platform_of(app), kb_login(app, "agent", name="Ana Lopez")
    viewer = Viewer(id=agent.person_id)
    new = NewProposal("complaint-handling", "en", "steps", 1, "1. Hear them out.", "t", (Credit(agent.person_id, "a"), Credit(None, "b")))
    number = platform.proposals.propose(viewer, CLI, new)
    platform.proposals.accept(viewer, CLI, number)
    url, english = "/articles/complaint-handling?lang=en", {"Accept-Language": "en"}
    known, unknown = (c.get(url, headers=english).get_data(as_text=True) for c in (agent, app.test_client()))
    assert "With the experience of Ana Lopez, a colleague" in known
    assert "With the experience of 2 colleagues" in unknown
    assert "Ana Lopez" not in unknown
    assert "/propose" not in unknown


def test_a_section_that_moved_on_shows_three_texts_and_keeps_what_was_typed(app, kb_login):
    agent, editor = kb_login(app, "agent"), kb_login(app, "editor")
    one, two = propose(agent, "1. First way."), propose(agent, "1. Second way.")
    post(editor, one + "/accept", text="1. First way.", revision="1", version="1")
    late = post(editor, two + "/accept", text="1. Typed by hand.", revision="1", version="1")
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert all(text in page for text in ("1. First way.", "Second", "1. Typed by hand."))
    assert post(editor, two + "/accept", text="1. Both ways.", revision="2", version="1").status_code == 303


def test_a_wrong_form_comes_back_with_what_was_typed(app, kb_login):
    agent, editor = kb_login(app, "agent"), kb_login(app, "editor")
    answer = post(agent, FORM, section="steps", revision="1", text="## No\n\nMine", title="")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "## No\n\nMine" in page.replace("\r", ""), 'id="f-title-error"' in page) == (422, True, True)
    where = propose(agent)
    assert post(editor, where + "/decline", words=" ").status_code == 422
    assert post(editor, where + "/accept", text="# No", revision="1", version="1").status_code == 422


@pytest.mark.parametrize(("roles", "status"), [(("agent",), 403), (("lead",), 403), (("editor",), 200)])
def test_only_editors_decide_by_the_api_too(app, kb_login, roles, status):
    mine, other = kb_login(app, "agent"), kb_login(app, *roles)
    body = {"article": "complaint-handling", "lang": "en", "section": "steps", "revision": 1, "text": "1. Hear.", "title": "t"}
    made = mine.post("/api/v1/proposals", json=body, headers={"X-CSRFToken": token(mine)})
    number = made.get_json()["id"]
    assert (made.status_code, mine.get("/api/v1/proposals?mine=true").get_json()["total"]) == (201, 1)
    who = other if status == 200 else mine
    decided = who.patch(f"/api/v1/proposals/{number}", json={"state": "accepted"}, headers={"X-CSRFToken": token(who)})
    assert decided.status_code == status
    if status == 200:
        assert (decided.get_json()["state"], decided.get_json()["revision"]) == ("accepted", 2)
    else:
        assert other.get(f"/api/v1/proposals/{number}").status_code == 404
        assert other.get("/api/v1/proposals").get_json()["total"] == 0


PREVIEW = "/articles/complaint-handling/preview?lang=en"


def test_words_are_shown_as_they_will_read_before_they_are_proposed(app, kb_login):
    agent = kb_login(app, "agent")
    words = "1. Hear **them** out, {name}.\n\n<script>alert(1)</script>\n\nSee [this](article:refund-policy)."
    shown = post(agent, PREVIEW, section="steps", text=words).get_data(as_text=True)
    assert "<strong>them</strong>" in shown
    assert 'data-slot="name"' in shown
    assert "<script" not in shown
    assert "/-/article" not in shown
    page = post(agent, FORM, section="steps", revision="1", text="1. Hear **them** out.", title="Shorter", preview="1").get_data(as_text=True)
    assert "<strong>them</strong>" in page
    assert 'value="Shorter"' in page
    assert "Nothing waits" in kb_login(app, "editor").get("/proposals", headers={"Accept-Language": "en"}).get_data(as_text=True)


def test_lines_to_say_are_previewed_as_lines_to_say(app, kb_login):
    assert '<div class="say">' in post(kb_login(app, "agent"), PREVIEW, section="say", text="- I am sorry.").get_data(as_text=True)


def test_what_cannot_stand_in_a_section_is_said_in_place_of_the_preview(app, kb_login):
    agent = kb_login(app, "agent")
    refused = agent.post(PREVIEW, data={"csrf_token": token(agent), "section": "steps", "text": "## New"}, headers={"Accept-Language": "en"})
    assert refused.status_code == 200
    assert "hold headings of the first or second level" in refused.get_data(as_text=True)
    assert "<h2" not in refused.get_data(as_text=True)


@pytest.mark.parametrize(("path", "status"), [("/articles/no-such/preview?lang=en", 404), (PREVIEW, 404)])
def test_there_is_no_preview_of_what_is_not_there(app, kb_login, path, status):
    assert post(kb_login(app, "agent"), path, section="no-such", text="x").status_code == status


def test_nobody_who_may_not_propose_has_pages_rendered(app):
    assert post(app.test_client(), PREVIEW, section="steps", text="x").status_code in {401, 403}


def test_an_editor_sees_the_wording_before_it_is_published(app, kb_login):
    where = propose(kb_login(app, "agent"))
    editor = kb_login(app, "editor")
    page = post(editor, where + "/preview", text="1. Hear **all** of them out.", version="1", revision="1", in_meaning="no").get_data(as_text=True)
    assert "<strong>all</strong>" in page
    assert 'value="no" checked' in page
    assert "of them out" not in editor.get("/articles/complaint-handling?lang=en").get_data(as_text=True)


def test_the_editor_says_on_the_page_whether_the_meaning_changes(app, kb_login):
    agent, editor = kb_login(app, "agent"), kb_login(app, "editor")
    where = propose(agent)
    assert 'name="in_meaning" value="yes" checked' in editor.get(where).get_data(as_text=True)
    post(editor, where + "/accept", text="1. Hear them out.", version="1", revision="1", in_meaning="no")
    assert "same meaning" in agent.get(where, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert editor.get("/api/v1" + where).get_json()["in_meaning"] is False
