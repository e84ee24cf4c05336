"""Practising: three questions answered at once, and role-plays; keys stay where they are until an answer was given."""

from __future__ import annotations

import html
import re

import pytest

from kbplatform.app import platform_of
from kbplatform_quizzes.faces import Showing
from kbplatform_quizzes.kinds.choice import Multiple, Single
from kbplatform_quizzes.kinds.scenario import Scenario
from kbplatform_quizzes.registry import bank_of

SLUG = "complaint-handling"
CHECK = f"/p/quizzes/check/{SLUG}"
PLAY = f"/p/quizzes/play/{SLUG}/angry-caller"


@pytest.fixture
def kb_app(kb_site):
    return kb_site


@pytest.fixture
def stored(kb_app):
    return [s.question for s in bank_of(platform_of(kb_app).services).of(SLUG)]


def text(response):
    return html.unescape(response.get_data(as_text=True))


def form_of(page: str) -> dict[str, list[str]]:
    """The hidden fields of the round: seed, token and which questions were asked."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found


def right(question, lang, seed):
    """What a form with only right answers sends for a question."""
    showing = Showing(question, lang, seed)
    solution = question.body.solution(lang)
    sent = {}
    for field in showing.face().fields:
        if field.control in {"radio", "checkbox"}:
            sent[field.name] = [str(i) for i, option in enumerate(field.options) if option in solution]
        elif field.control == "select":  # ordering: "3. third thing"
            sent[field.name] = [str(next(i for i, s in enumerate(solution) if s.endswith(field.label)))]
        elif field.control != "words":
            sent[field.name] = solution[:1]
    return sent


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_round_answered_right_is_all_right(kb_client, stored, lang):
    page = text(kb_client.get(f"{CHECK}?lang={lang}&all=1"))
    form = form_of(page)
    assert len(form["asked"]) == len([q for q in stored if not isinstance(q.body, Scenario)])
    for question in stored:
        if question.id in form["asked"]:
            form |= right(question, lang, form["seed"][0])
    answer = kb_client.post(f"{CHECK}?lang={lang}", data=form)
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).count("is-right") == len(form["asked"])


def test_what_was_not_answered_is_told_with_the_right_answer_and_where_it_stands(kb_client):
    form = form_of(text(kb_client.get(f"{CHECK}?lang=zh")))
    page = text(kb_client.post(f"{CHECK}?lang=zh", data=form))
    assert page.count("没答") == 3
    assert page.count(f"/articles/{SLUG}?lang=zh#") == 3
    assert re.findall(r"[?&]q=([\w-]+)", page) == form["asked"]


def test_the_wrong_ones_come_again_and_no_others(kb_client):
    page = text(kb_client.get(f"{CHECK}?q=order-of-work&q=first-sentence-broken&q=nonsense"))
    assert sorted(form_of(page)["asked"]) == ["first-sentence-broken", "order-of-work"]


def test_neither_key_nor_feedback_is_on_the_page_before_the_answer(kb_client, stored):
    page = text(kb_client.get(f"{CHECK}?lang=zh&all=1")) + text(kb_client.get(f"/articles/{SLUG}?lang=zh"))
    secrets = [o.why.zh for q in stored if isinstance(q.body, Single | Multiple) for o in q.body.options if o.why]
    secrets += [q.feedback.zh for q in stored if q.feedback]
    assert len(secrets) > 10
    assert [s for s in secrets if s in page] == []
    assert not re.search(r'data-(right|worth)|"right"|checked', page)


def test_the_order_of_options_is_drawn_anew_and_the_key_has_no_place_of_its_own(stored):
    question = next(q for q in stored if q.id == "first-sentence-broken")
    key = question.body.solution("zh")[0]
    places = [Showing(question, "zh", str(seed)).face().fields[0].options.index(key) for seed in range(400)]
    assert all(60 <= places.count(i) <= 140 for i in range(4))


@pytest.mark.parametrize("sent", ["99", "-1", "x", "1.5", "9" * 500])
def test_an_answer_that_isn_t_there_is_refused_at_its_question_and_nothing_is_lost(kb_client, sent):
    form = form_of(text(kb_client.get(f"{CHECK}?q=first-sentence-broken&q=when-it-is-resolved&lang=zh")))
    response = kb_client.post(f"{CHECK}?lang=zh", data=form | {"first-sentence-broken": [sent], "when-it-is-resolved": ["1"]})
    assert response.status_code == 422
    assert "没有这个选项" in text(response)
    assert re.search(r'name="when-it-is-resolved" value="1"\s+checked', text(response))


def test_an_order_with_a_place_used_twice_is_refused_in_words(kb_client):
    form = form_of(text(kb_client.get(f"{CHECK}?q=order-of-work&lang=en")))
    response = kb_client.post(f"{CHECK}?lang=en", data=form | {f"order-of-work.{i}": ["0"] for i in range(6)}, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert "Use each place once" in text(response)


def test_questions_of_an_article_that_one_may_not_read_are_not_there(kb_client):
    assert [kb_client.get(path).status_code for path in ("/p/quizzes/check/no-such", f"{CHECK}x", f"/p/quizzes/play/{SLUG}/no-such")] == [404, 404, 404]


def test_a_call_is_played_to_its_end_and_only_then_judged(kb_client, stored):
    scenario = next(q.body for q in stored if q.id == "angry-caller")
    whys = [t.zh for s in scenario.scenes for c in s.choices for t in (c.why, c.better) if t]
    under_way = "".join(text(kb_client.get(f"{PLAY}?lang=zh&path={path}")) for path in ("", "1", "1.1"))
    assert len(whys) > 8
    assert [w for w in whys if w in under_way] == []
    done = text(kb_client.get(f"{PLAY}?lang=zh&path=1.1.0"))
    assert "挽回了" in done
    assert scenario.scenes[0].choices[1].why.zh in done
    assert f"{PLAY}?lang=zh&path=1" in done


def test_a_red_line_left_open_is_told_and_the_choice_is_marked(kb_client):
    page = text(kb_client.get(f"{PLAY}?lang=en&path=1.0.0", headers={"Accept-Language": "en"}))
    assert "A red line was crossed" in page
    assert page.count("is-turning") == 1


@pytest.mark.parametrize("path", ["9", "x", "1.1.0.0", "1..x", "1" * 300, "-1"])
def test_a_way_that_isn_t_there_is_refused_in_words(kb_client, path):
    response = kb_client.get(f"{PLAY}?path={path}")
    assert response.status_code == 422
    assert "Traceback" not in text(response)


def test_an_article_with_questions_offers_them_and_one_without_doesn_t(kb_client):
    assert CHECK in text(kb_client.get(f"/articles/{SLUG}"))
    assert "/p/quizzes/check/" not in text(kb_client.get("/articles/deploying"))


def test_every_page_is_small_and_the_list_names_the_article(kb_client):
    pages = ["/p/quizzes/", f"{CHECK}?all=1", PLAY, f"{PLAY}?path=1.1.0"]
    assert all(len(kb_client.get(p).data) < 30_000 for p in pages)
    assert f'href="{CHECK}' in text(kb_client.get("/p/quizzes/"))
