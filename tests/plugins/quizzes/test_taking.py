"""Taking a quiz by its pages, without scripts: nothing typed is lost, nothing is told too early, everything is said in words."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from kbplatform.accounts.models import UserSession
from kbplatform.accounts.sessions import Browser
from kbplatform.app import platform_of
from kbplatform.sdk import Text
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.authoring import add_questions
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.models import Attempt

SLUG = "complaint-handling"
SCRIPT = "<script>alert(1)</script>"


class Form(HTMLParser):
    """What a browser would send of the page's main form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._inside = self._area = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self._inside = "data-attempt" in attrs
        elif not self._inside or "disabled" in attrs or not attrs.get("name"):
            if self._inside and tag == "option" and "selected" in attrs:
                self.fields[self._select] = [attrs["value"]]
        elif tag == "input" and (attrs.get("type") not in {"radio", "checkbox"} or "checked" in attrs):
            self.fields.setdefault(attrs["name"], []).append(attrs.get("value", ""))
        elif tag == "textarea":
            self._area = attrs["name"]
            self.fields[self._area] = [""]
        elif tag == "select":
            self._select = attrs["name"]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.fields[self._area][0] += data.removeprefix("\n")


@pytest.fixture
def bank(room):
    room.fill(slug=SLUG)
    return room


@pytest.fixture
def quiz(bank):
    def make(keys="one words", key="test", **rule):
        pool = Pool(practices=(SLUG,), keys=tuple(f"{SLUG}/{k}" for k in keys.split()))
        state = rule.pop("state", "open")
        return bank.quizzes.create(Wanted(key, Text("投诉测验", "Complaint test"), state, Rule(pools=(pool,), **({"shuffled": False} | rule))), CLI)

    return make


@pytest.fixture
def me(kb_app, kb_login):
    return kb_login(kb_app, "agent")


def text(response):
    return html.unescape(response.get_data(as_text=True))


def token_of(client):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/forgot").get_data(as_text=True))[1]


def post(client, url, lang="zh", **fields):
    return client.post(url, data={"csrf_token": token_of(client)} | fields, headers={"Accept-Language": lang})


def start(client, key="test", lang="zh"):
    """Where the attempt is."""
    response = post(client, f"/p/quizzes/q/{key}?lang={lang}")
    assert response.status_code == 303, text(response)
    return response.headers["Location"].split("?")[0]


def send(client, place, changed, page=1, **more):
    """The form of a page as a browser sends it, with some fields filled in."""
    form = Form(client.get(f"{place}?page={page}").get_data(as_text=True)).fields
    return client.post(place, data=form | changed | more)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_list_to_the_result_without_scripts(me, quiz, lang):
    quiz("one many truth words number pairs order gaps call long", pass_percent=50)
    me.environ_base["HTTP_ACCEPT_LANGUAGE"] = lang
    assert {"zh": "投诉测验", "en": "Complaint test"}[lang] in text(me.get("/p/quizzes/"))
    about = text(me.get("/p/quizzes/q/test"))
    assert {"zh": "10 道题", "en": "10 questions"}[lang] in about
    place = start(me, lang=lang)
    assert send(me, place, {"q2": ["1"], "sure2": ["1"], "q3": ["可以退款"], "q4": ["20"]}, to="2").headers["Location"] == f"{place}?page=2"
    assert send(me, place, {"q8": ["0"]}, page=2).headers["Location"] == f"{place}?page=2#q8"
    again = text(me.get(f"{place}?page=2"))
    assert {"zh": "坏了", "en": "Broken"}[lang] in again
    assert 'value="0.1"' in again
    assert send(me, place, {"q8": ["0.0"], "q9": ["我会先道歉。"]}, page=2).status_code == 303
    assert 'value="20"' in text(me.get(place))
    before = text(me.get(f"{place}/submit"))
    assert {"zh": "还有 5 题没答", "en": "5 questions are not answered"}[lang] in before
    assert post(me, f"{place}/submit").headers["Location"] == f"{place}/result"
    after = text(me.get(f"{place}/result"))
    assert {"zh": "有 1 题要培训师先看", "en": "1 answer is read by a trainer first"}[lang] in after
    assert me.get(place).headers["Location"] == f"{place}/result"
    assert {"zh": "等培训师批", "en": "Waits for a trainer"}[lang] in text(me.get("/p/quizzes/q/test"))


def test_pages_stay_small_however_many_questions(me, quiz):
    quiz("one many truth words number pairs order gaps call long")
    place = start(me)
    for path in ("/p/quizzes/", "/p/quizzes/q/test", place, f"{place}?page=2", f"{place}/submit"):
        assert len(me.get(path).data) <= 30_000, path


def test_a_score_says_whether_it_is_enough_and_how_much_is_missing(me, quiz):
    quiz("one truth words", pass_percent=60)
    place = start(me)
    send(me, place, {"q1": ["1"], "q2": ["不对"], "sure2": ["1"]})
    post(me, f"{place}/submit")
    after = text(me.get(f"{place}/result"))
    assert "33.3%" in after
    assert "要 60%，还差 26.7%" in after
    assert re.search(r"有把握却答错的</h2>\s*<section[^>]*id=\"q2\"", after)
    assert "/articles/complaint-handling?lang=zh#say" in after
    assert "还没过 · 33.3%" in text(me.get("/p/quizzes/"))
    again = post(me, f"{place}/again").headers["Location"]
    assert "不计成绩" in text(me.get(again))


def test_what_is_too_long_is_refused_and_stays_in_the_form(me, quiz):
    quiz("long words")
    place = start(me)
    essay = "refund... " * 100_000
    answer = send(me, place, {"q0": [essay], "q1": ["好"]})
    assert answer.status_code == 422
    assert "最多 20,000 个字" in text(answer)
    assert Form(answer.get_data(as_text=True)).fields["q0"] == [essay]
    assert 'value="好"' in text(me.get(place))
    beyond = send(me, place, {"q0": ["退款" * 200_000]})
    assert (beyond.status_code, "请分成几次提交" in text(beyond)) == (413, True)


def test_half_an_answer_is_told_and_kept(me, quiz):
    quiz("number order")
    place = start(me)
    answer = send(me, place, {"q0": ["二十"], "q1.0": ["1"]})
    assert (answer.status_code, "请写一个数" in text(answer)) == (422, True)
    assert 'value="二十"' in text(me.get(place))
    assert "留着了，但还不算答案" in text(me.get(place))


def test_two_tabs_never_overwrite_each_other_in_silence(me, quiz):
    quiz("words truth")
    place = start(me)
    old = Form(me.get(place).get_data(as_text=True)).fields
    send(me, place, {"q0": ["第一个标签页"]})
    answer = me.post(place, data=old | {"q0": ["第二个标签页"], "q1": ["0"]})
    page = text(answer)
    assert (answer.status_code, "第一个标签页" in page, "第二个标签页" in page) == (422, True, True)
    assert 'value="第一个标签页"' in text(me.get(place))
    chosen = Form(answer.get_data(as_text=True)).fields
    assert me.post(place, data=chosen).status_code == 303
    assert 'value="第二个标签页"' in text(me.get(place))
    assert me.post(place, data=old).status_code == 303  # an untouched old tab takes nothing away
    assert 'value="第二个标签页"' in text(me.get(place))


def test_what_was_said_on_a_call_stays_said(me, quiz):
    quiz("call")
    place = start(me)
    send(me, place, {"q0": ["0"]})
    answer = send(me, place, {"q0": ["1"]})
    assert (answer.status_code, "收不回来" in text(answer)) == (422, True)


def test_a_paused_attempt_shows_no_questions_and_goes_on_where_it_was(me, quiz):
    quiz("words", minutes=10)
    place = start(me)
    send(me, place, {"q0": ["退款"]})
    old = Form(me.get(place).get_data(as_text=True)).fields
    post(me, f"{place}/pause")
    paused = text(me.get(place))
    assert ("暂停中" in paused, "怎么称呼" in paused) == (True, False)
    answer = me.post(place, data=old | {"q0": ["暂停时写的"]})
    assert (answer.status_code, "暂停时写的" in text(answer)) == (409, True)
    post(me, f"{place}/resume")
    assert 'value="退款"' in text(me.get(place))


def test_what_comes_after_the_end_is_shown_once_more_not_taken(me, quiz):
    quiz("words")
    place = start(me)
    old = Form(me.get(place).get_data(as_text=True)).fields
    post(me, f"{place}/submit")
    answer = me.post(place, data=old | {"q0": [f"太晚了{SCRIPT}"]})
    assert (answer.status_code, f"太晚了{SCRIPT}" in text(answer), SCRIPT in answer.get_data(as_text=True)) == (409, True, False)


def test_an_exam_says_beforehand_what_it_records_and_cannot_be_paused(me, quiz):
    quiz("words", exam=True)
    assert "离开窗口会记下几次、多久" in text(me.get("/p/quizzes/q/test"))
    place = start(me)
    page = text(me.get(place))
    assert ("离开这个窗口，会记下几次、多久" in page, f"{place}/pause" in page) == (True, False)
    assert post(me, f"{place}/pause").status_code == 409


@pytest.mark.parametrize(
    ("rule", "said"), [({"attempts": 1}, "最多做 1 次"), ({"state": "closed"}, "已经关闭"), ({"opens_at": "later"}, "开放")]
)
def test_a_quiz_that_cannot_be_started_says_why(me, quiz, bank, rule, said):
    from datetime import timedelta

    from kbplatform.sdk import utcnow

    quiz("words", **{name: utcnow() + timedelta(days=1) if value == "later" else value for name, value in rule.items()})
    if "attempts" in rule:
        post(me, f"{start(me)}/submit")
    assert said in text(me.get("/p/quizzes/q/test"))
    answer = post(me, "/p/quizzes/q/test")
    assert (answer.status_code, said in text(answer)) == (409, True)


def test_a_draft_is_for_those_who_write_quizzes(me, quiz, kb_app, kb_login):
    quiz("words", state="draft")
    assert me.get("/p/quizzes/q/test").status_code == 404
    assert post(me, "/p/quizzes/q/test").status_code == 404
    author = kb_login(kb_app, "trainer")
    assert "这是草稿" in text(author.get("/p/quizzes/q/test"))
    assert author.get(start(author)).status_code == 200


def test_a_draft_that_its_author_tries_counts_for_nothing(quiz, kb_app, kb_login, bank):
    draft = quiz("one long", state="draft", attempts=1)
    platform_of(kb_app).accounts.teams.create(CLI, key="day", name="白班")
    author, other = (kb_login(kb_app, "trainer", teams=("day",), name=name) for name in ("林老师", "郭老师"))
    for _ in range(2):
        place = start(author)
        send(author, place, {"q0": ["0"], "q1": ["先道歉"]}, to="submit")
        post(author, f"{place}/submit")
        assert "试做的草稿" in text(author.get(f"{place}/result")) or "有 1 题" in text(author.get(f"{place}/result"))
    assert "林老师" not in text(other.get("/p/quizzes/marking"))
    bank.quizzes.change(Wanted("test", draft.title, "open", draft.rule), draft.revision, CLI)
    assert "还能做 1 次" in text(author.get("/p/quizzes/q/test"))
    assert "投诉测验" not in text(author.get("/p/quizzes/mine"))
    assert "投诉测验" not in text(other.get("/p/quizzes/results"))
    assert {a.kind for a in bank.db._read().query(Attempt)} == {"tried"}



def test_nobody_sees_or_changes_the_attempt_of_another(me, quiz, kb_app, kb_login):
    quiz("words")
    place, other = start(me), kb_login(kb_app, "owner")
    for path in ("", "/result", "/submit"):
        assert other.get(f"{place}{path}").status_code == 404
    for path in ("", "/pause", "/resume", "/submit", "/again"):
        assert post(other, f"{place}{path}").status_code == 404


def test_whoever_is_not_signed_in_practises_and_is_sent_to_sign_in_and_back_for_a_quiz(kb_make_app, kb_login):
    app = kb_make_app(read_access="everyone")
    key, nobody = f"practice-{SLUG}", app.test_client()
    place = start(kb_login(app, "agent"), key)
    assert nobody.get("/p/quizzes/").status_code == nobody.get(f"/p/quizzes/check/{SLUG}").status_code == 200
    assert f"/sign-in?next=/p/quizzes/q/{key}" in text(nobody.get(f"/p/quizzes/q/{key}"))
    assert nobody.get(place).headers["Location"].startswith("/sign-in?next=%2Fp%2Fquizzes%2Fa%2F")
    assert post(nobody, place).status_code == 401
    assert app.test_client().post(f"/api/v1/p/quizzes/q/{key}/attempts").status_code == 401


def test_a_script_in_every_field_stays_text(me, quiz):
    quiz("one many truth words number pairs order gaps call long")
    place = start(me)
    for page in (1, 2):
        form = Form(me.get(f"{place}?page={page}").get_data(as_text=True)).fields
        hostile = {name: [SCRIPT] for name in (*form, *(f"q{n}" for n in range(10)), "q7.a", "q7.b", "q5.0", "sure1", "to") if name != "csrf_token"}
        answer = me.post(place, data=form | hostile | {"asked": form["asked"], "page": str(page)})
        assert (answer.status_code, SCRIPT in answer.get_data(as_text=True)) == (422, False)
    for path in (place, f"{place}?page=2", f"{place}/submit", f"/p/quizzes/?find={SCRIPT}"):
        assert SCRIPT not in me.get(path).get_data(as_text=True)
    post(me, f"{place}/submit")
    for page in (1, 2):
        assert SCRIPT not in me.get(f"{place}/result?page={page}").get_data(as_text=True)


def test_a_quiz_about_an_article_one_may_not_read_is_not_there(kb_app, kb_login, bank):
    from sqlalchemy import update

    from kbplatform.articles.models import Article

    with bank.db.write() as session:
        session.execute(update(Article).where(Article.slug == SLUG).values(audience="team:secret"))
    outsider = kb_login(kb_app, "agent")
    assert f"practice-{SLUG}" not in text(outsider.get("/p/quizzes/")) + text(outsider.get("/p/quizzes/?page=2"))
    assert outsider.get(f"/p/quizzes/q/practice-{SLUG}").status_code == 404
    assert outsider.get(f"/api/v1/p/quizzes/q/practice-{SLUG}").status_code == 404
    assert outsider.get("/api/v1/p/quizzes/q").get_json()["total"] == 29


def test_an_essay_sent_after_the_session_ended_is_kept_and_sent_again_without_scripts(kb_app, me, quiz, kb_login):
    quiz("long words")
    place = start(me)
    essay = "先道歉，再说清楚三天内补发。\r\n最后请客户核对地址。"
    form = Form(me.get(place).get_data(as_text=True)).fields | {"q0": [essay], "q1": ["可以退款"], "to": ["submit"]}
    with platform_of(kb_app).db.write() as session:
        session.query(UserSession).delete()
    here = {"Origin": "http://localhost", "Accept-Language": "zh"}
    response = me.post(place, data=form, headers=here)
    assert (response.status_code, "写的内容都还在这一页" in text(response)) == (401, True)
    resend = re.search(r'<form method="post" action="([^"]+)">(<input type="hidden" name="csrf_token".*?)</form>', response.get_data(as_text=True), re.DOTALL)
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', resend[2])}
    with platform_of(kb_app).db.read() as session:
        mine = session.query(Attempt).one().user_id
    with me.session_transaction() as cookie:
        cookie["sid"] = platform_of(kb_app).accounts.sign_in.open(mine, Browser("127.0.0.1", "test"), method="password")
    assert me.post(html.unescape(resend[1]), data=fields, headers=here).headers["Location"] == f"{place}/submit"
    page = text(me.get(place))
    assert "先道歉，再说清楚三天内补发。" in page
    assert "最后请客户核对地址。" in page


def test_what_to_come_back_to_is_kept_with_the_answers_and_told_before_handing_in(me, quiz):
    quiz("one words number")
    place = start(me)
    marked = send(me, place, {"q1": ["可以"]}, mark="1")
    assert marked.headers["Location"].endswith("#q1")
    page = text(me.get(place))
    assert 'name="unmark" value="1" data-mark aria-pressed="true"' in page
    assert 'value="可以"' in page
    assert re.findall(r'data-to="(\d)" class="[^"]*is-marked', page) == ["1"]
    assert "您说要回头再看的" in text(me.get(f"{place}/submit"))
    send(me, place, {}, unmark="1")
    assert "is-marked" not in text(me.get(place))
    assert "您说要回头再看的" not in text(me.get(f"{place}/submit"))


def test_pausing_without_scripts_saves_what_was_just_typed(me, quiz):
    quiz("one words")
    place = start(me)
    assert send(me, place, {"q1": ["可以退款"]}, to="pause").status_code == 303
    assert "暂停中" in text(me.get(place))
    post(me, f"{place}/resume")
    assert 'value="可以退款"' in text(me.get(place))


PICTURE = f"![一只杯子](/p/quizzes/files/{'a' * 64})"


def test_a_picture_shows_wherever_its_text_does(quiz, bank, kb_app, kb_login):
    sheet = f"""questions:
- id: seen
  type: single
  stem: "看图 {PICTURE}"
  feedback: "再看一眼 {PICTURE}"
  options:
  - {{text: "破了 {PICTURE}", right: true, why: "对，裂了 {PICTURE}"}}
  - {{text: 没破}}
"""
    with bank.db.write() as session:
        (added,) = add_questions(session, SLUG, read_sheet(sheet.encode()).questions, CLI)
    quiz("seen", key="pictures")
    lead = kb_login(kb_app, "lead")
    taker = kb_login(kb_app, "agent", name="李娜")
    place = start(taker, "pictures")
    send(taker, place, {"q0": ["0"]}, to="submit")
    post(taker, f"{place}/submit")
    for client, url in ((taker, f"{place}/result"), (lead, f"/p/quizzes/huddle?q={added.id}&show=1")):
        page = text(client.get(url))
        assert "](/p/quizzes/files/" not in page
        assert page.count('<img src="/p/quizzes/files/') >= 3


def test_whoever_makes_an_exam_is_told_which_questions_practice_gives_away(me, quiz, kb_app, kb_login, bank):
    sheet = "questions:\n- {id: kept, type: truefalse, tags: [exam], stem: 考试才问的一句, right: true}\n"
    with bank.db.write() as session:
        add_questions(session, SLUG, read_sheet(sheet.encode()).questions, CLI)
    for key, keys, more in (("open-exam", "one long kept", {"exam": True}), ("closed-exam", "long kept", {"exam": True}), ("training", "one", {})):
        quiz(keys, key=key, **more)
    author = kb_login(kb_app, "trainer")
    assert "这场考试有 1 道题，谁都能在练习里做" in text(author.get("/p/quizzes/q/open-exam"))
    for client, key in ((author, "closed-exam"), (author, "training"), (me, "open-exam")):
        assert "谁都能在练习里做" not in text(client.get(f"/p/quizzes/q/{key}"))
