"""Reading by page and by API: pressing without JavaScript, notices, following, the week."""

from __future__ import annotations

import re

import pytest
from reader_room import SLUG


@pytest.fixture
def people(floor, kb_app, kb_login):
    """Who wrote, who reads, and the number of an entry."""
    writer, reader = kb_login(kb_app, name="Wang Writer"), kb_login(kb_app, name="Ren Reader")
    for client in (writer, reader):
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return writer, reader, floor.entry("Say sorry first", user=writer.person_id, slug=SLUG, tags=["rain"], lang="en")


def test_a_stranger_is_asked_to_sign_in(kb_client):
    for path in ("/p/experience/", "/p/experience/1", "/p/experience/notices", "/p/experience/digest"):
        assert kb_client.get(path).status_code in {302, 303, 401}, path
    assert kb_client.get("/api/v1/p/experience/entries").status_code == 401


def test_a_colleague_thanks_uses_and_comments_and_the_writer_reads_it(people, press):
    writer, reader, number = people
    assert press(reader, "/p/experience/reactions", {"press": f"thanks:{number}"}).headers["Location"] == f"/p/experience/{number}"
    press(reader, f"/p/experience/{number}/reactions", {"helped": "yes", "result": "Two calls saved"})
    press(reader, f"/p/experience/{number}/comments", {"text": "With the order number at hand"})
    told = writer.get("/p/experience/notices").get_data(as_text=True)
    for words in ("Ren Reader thanked you for", "Ren Reader used", "Two calls saved", "Ren Reader commented on"):
        assert words in told
    assert "Ren Reader thanked you for" in writer.get("/").get_data(as_text=True)
    page = writer.get(f"/p/experience/{number}").get_data(as_text=True)
    assert "With the order number at hand" in page
    assert press(writer, "/p/experience/notices").status_code == 303
    assert "I have seen these" not in writer.get("/p/experience/notices").get_data(as_text=True)


def test_with_javascript_the_counters_come_back(people, press):
    _writer, reader, number = people
    answer = press(reader, "/p/experience/reactions", {"press": f"thanks:{number}"}, headers={"Accept": "application/json"})
    assert answer.get_json() == {"thanks": 1, "uses": 0, "pressed": ["thanks"]}
    answer = press(reader, "/p/experience/reactions", {"undo": f"thanks:{number}"}, headers={"Accept": "application/json"})
    assert answer.get_json() == {"thanks": 0, "uses": 0, "pressed": []}


def test_a_comment_that_is_too_long_comes_back_with_what_was_typed(people, press):
    _writer, reader, number = people
    answer = press(reader, f"/p/experience/{number}/comments", {"text": "Quokka " * 200})
    assert answer.status_code == 422
    assert "Write 1 to 1000 characters" in answer.get_data(as_text=True)
    assert "Quokka Quokka" in answer.get_data(as_text=True)


def test_following_from_the_feed_and_letting_go_from_the_notices(people, press):
    _writer, reader, _number = people
    assert "You follow nothing yet" in reader.get("/p/experience/?tab=followed").get_data(as_text=True)
    assert press(reader, "/p/experience/follow", {"kind": "tag", "key": "rain", "next": "/p/experience/?tag=rain"}).headers["Location"] == "/p/experience/?tag=rain"
    assert "Say sorry first" in reader.get("/p/experience/?tab=followed").get_data(as_text=True)
    assert "Say sorry first" in reader.get("/p/experience/digest?week=2026-W48").get_data(as_text=True)
    assert "Say sorry first" not in reader.get("/p/experience/digest?week=2026-W47").get_data(as_text=True)
    press(reader, "/p/experience/follow", {"kind": "tag", "key": "rain", "undo": "1"})
    assert "Say sorry first" not in reader.get("/p/experience/?tab=followed").get_data(as_text=True)


def options(page, name):
    """The choices of a filter: value → whether it is chosen."""
    found = re.search(rf'<select class="input" name="{name}".*?</select>', page, re.DOTALL)
    return {value: chosen == " selected" for value, chosen in re.findall(r'<option value="([^"]*)"[^>]*?( selected)?>', found[0])} if found else {}


def test_where_an_article_is_chosen_the_feed_is_narrowed_to_one_of_its_sections(people, floor):
    _writer, reader, _number = people
    floor.entry("About the steps", slug=SLUG, section="steps", lang="en")
    floor.entry("About what to say", slug=SLUG, section="say", lang="en")
    base = "/p/experience/"

    def page(query):
        return reader.get(base + query).get_data(as_text=True)

    assert options(page(""), "section") == {}
    chosen = options(page(f"?slug={SLUG}"), "section")
    assert {"", "say", "steps"} <= set(chosen)
    assert not any(chosen.values())
    narrowed = page(f"?slug={SLUG}&section=steps")
    assert ("About the steps" in narrowed, "About what to say" in narrowed) == (True, False)
    assert [value for value, on in options(narrowed, "section").items() if on] == ["steps"]
    (heading,) = re.findall(r'<option value="steps" selected>([^<]+)</option>', narrowed)
    without_section, without_article = (re.search(rf'class="chip" href="([^"]+)"[^>]*>{re.escape(words)}', narrowed)[1] for words in (heading, "How to"))
    assert without_section == f"{base}?slug={SLUG}"
    assert without_article == base


def test_a_section_of_another_article_is_forgotten_when_the_article_changes_and_one_that_has_gone_is_not(people, floor):
    _writer, reader, _number = people
    floor.entry("Of a section that has gone", slug=SLUG, section="old-part", lang="en")
    kept = reader.get(f"/p/experience/?slug={SLUG}&section=old-part").get_data(as_text=True)
    assert ("Of a section that has gone" in kept, "Say sorry first" in kept) == (True, False)
    other = reader.get(f"/p/experience/?slug={SLUG}&section=of-another").get_data(as_text=True)
    assert "Say sorry first" in other
    assert re.findall(r'class="chip"[^>]*>([^<]+)', other) == re.findall(r'class="chip"[^>]*>([^<]+)', reader.get(f"/p/experience/?slug={SLUG}").get_data(as_text=True))


def test_bad_addresses_are_refused_in_words(people):
    _writer, reader, _number = people
    for path in ("/p/experience/?after=x", "/p/experience/digest?week=2026-48", "/p/experience/digest?week=9999-W99", "/p/experience/?in=%00&tab=%00&slug=%00"):
        assert reader.get(path).status_code in {200, 422}, path
    for week in ("nonsense", "0001-W01", "9999-W52", "1999-W52", "3000-W01"):
        assert reader.get(f"/p/experience/digest?week={week}").status_code == 422, week
    assert reader.get("/p/experience/digest?week=2000-W01").status_code == 200
    assert reader.get("/p/experience/99999").status_code == 404
    assert reader.get("/p/experience/999999999999999999999").status_code == 404


def test_the_api_reads_reacts_comments_and_follows(people, kb_app, press):
    _writer, reader, number = people
    page = reader.get("/p/experience/notices").get_data(as_text=True)
    headers = {"X-CSRFToken": page.partition('name="csrf_token" value="')[2].partition('"')[0]}
    base = "/api/v1/p/experience"
    (entry,) = reader.get(f"{base}/entries?practice={SLUG}&limit=1").get_json()["entries"]
    assert (entry["id"], entry["lesson"], entry["writer"], entry["article"], entry["tags"]) == (number, "Say sorry first", "Wang Writer", SLUG, ["rain"])
    answer = reader.post(f"{base}/entries/{number}/reactions/used", json={"helped": True, "result": "fine"}, headers=headers)
    assert answer.get_json() == {"thanks": 0, "uses": 1, "pressed": ["used"]}
    assert reader.delete(f"{base}/entries/{number}/reactions/used", headers=headers).get_json()["uses"] == 0
    assert reader.post(f"{base}/entries/{number}/reactions/hate", json={}, headers=headers).status_code == 422
    made = reader.post(f"{base}/entries/{number}/comments", json={"text": "Yes"}, headers=headers)
    assert made.status_code == 201
    (comment,) = reader.get(f"{base}/entries/{number}/comments").get_json()["comments"]
    assert (comment["id"], comment["text"], comment["writer"]) == (made.get_json()["id"], "Yes", "Ren Reader")
    assert reader.delete(f"{base}/entries/{number}/comments/{comment['id']}", headers=headers).status_code == 204
    assert reader.post(f"{base}/follows", json={"kind": "tag", "key": "rain"}, headers=headers).status_code == 204
    assert reader.get(f"{base}/follows").get_json() == {"follows": [{"kind": "tag", "key": "rain", "label": "rain"}]}
    assert reader.delete(f"{base}/follows", json={"kind": "tag", "key": "rain"}, headers=headers).status_code == 204
    assert reader.get(f"{base}/entries/{number + 1}").status_code == 404


def test_what_came_of_a_use_reaches_the_writer_and_that_it_did_not_help_reaches_nobody_by_name(people, press, kb_app, kb_login):
    writer, reader, number = people
    press(reader, "/p/experience/reactions", {"press": f"used:{number}"})
    press(reader, f"/p/experience/{number}/reactions", {"helped": "yes", "result": "asked once, done"})
    other = kb_login(kb_app, "agent")
    press(other, "/p/experience/reactions", {"press": f"used:{number}"})
    press(other, f"/p/experience/{number}/reactions", {"helped": "no", "result": "he hung up"})
    told = writer.get("/p/experience/notices").get_data(as_text=True)
    assert told.count("asked once, done") == 1
    assert "he hung up" not in told
