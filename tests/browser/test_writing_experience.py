"""Writing experience in a real browser: the page with its masks, and one line after a call at the desk."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest
from looking import SENTENCE, take, violations, watched
from sqlalchemy import select

from kbplatform.app import make_platform
from kbplatform.settings import load_settings
from kbplatform_experience.models import Draft, Entry
from kbplatform_experience.writing.attachments import Upload, sound
from kbplatform_experience.writing.forms import Typed
from kbplatform_experience.writing.service import Writing

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins/experience"))  # for little_pictures

MOBILE = "13812345678"
SLUG = "complaint-handling"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Site:
    """A site, somebody signed in to it, and what is in its database."""

    def __init__(self, browser, base, welcome, folder) -> None:
        self.platform = make_platform(load_settings(data_dir=folder, search_engine="memory", log_level="error"))
        self._browser, self._base, self.complaints, self.contexts = browser, base, [], []
        signed_in = browser.new_context(base_url=base)
        self.contexts.append(signed_in)
        take(signed_in, welcome)
        self._state = signed_in.storage_state()

    def open(self, locale="zh-CN", **how):
        context = self._browser.new_context(
            locale=locale, base_url=self._base, storage_state=self._state, reduced_motion="reduce", **how
        )
        self.contexts.append(context)
        page = watched(context.new_page())
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        return page

    def entries(self):
        with self.platform.db.read() as session:
            return list(session.scalars(select(Entry).order_by(Entry.id)))

    def drafts(self):
        with self.platform.db.read() as session:
            return list(session.scalars(select(Draft)))


@pytest.fixture
def site(browser, own_site, tmp_path):
    made = Site(browser, *own_site, tmp_path)
    yield made
    for context in made.contexts:
        context.close()
    made.platform.close()
    assert made.complaints == []


def test_what_is_personal_is_shown_while_typing_and_a_draft_is_kept(site):
    page = site.open()
    page.goto(f"/p/experience/new?article={SLUG}")
    page.keyboard.type(f"张先生催单，先复述再打 {MOBILE}")
    page.wait_for_selector("[data-marks] mark >> text=〔手机号〕")
    assert violations(page) == []
    page.wait_for_selector("[data-said] >> text=草稿已留")
    (draft,) = site.drafts()
    assert MOBILE not in str(draft.data)
    page.check("[name=keep]")
    page.wait_for_function("() => document.querySelector('[data-marks] .w-text').textContent.includes('张先生')")
    page.set_input_files("[name=files]", [{"name": f"{MOBILE}.png", "mimeType": "image/png", "buffer": base64.b64decode(DOT)}])
    page.click(".actions .btn-primary")
    page.wait_for_url(lambda url: url.rpartition("/")[2].isdecimal())
    (entry,) = site.entries()
    assert (entry.lesson, entry.slug) == ("张先生催单，先复述再打 〔手机号〕", SLUG)
    assert site.drafts() == []
    assert page.evaluate("document.body.innerText.includes('〔手机号〕.png')"), "its file came with it"


def test_what_was_not_looked_at_is_looked_at_before_it_is_sent(site):
    page = site.open(viewport={"width": 390, "height": 800})
    page.goto("/p/experience/new")
    page.fill("#w-lesson", f"打 {MOBILE}")
    page.click(".actions .btn-primary")
    page.wait_for_selector("[data-said] >> text=先看看隐去了什么")
    assert site.entries() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click(".actions .btn-primary")
    page.wait_for_url(lambda url: url.rpartition("/")[2].isdecimal())
    assert [e.lesson for e in site.entries()] == ["打 〔手机号〕"]


def test_without_scripts_the_masks_come_before_saving_and_a_text_is_split(site):
    page = site.open("en-GB", java_script_enabled=False)
    page.goto("/p/experience/new")
    page.click(".w-paste summary")
    page.fill("[name=paste]", f"Situation: third call about one parcel, from {MOBILE}\nLesson: Say when, then call earlier")
    page.click("text=Fill in the fields")
    assert page.input_value("#w-lesson") == "Say when, then call earlier"
    page.click(".actions .btn-primary")
    assert page.text_content("mark") == "[mobile number]"
    page.click("text=Save like this")
    (entry,) = site.entries()
    assert (entry.lesson, entry.situation) == ("Say when, then call earlier", "third call about one parcel, from [mobile number]")


def test_one_line_after_a_call_without_leaving_the_keyboard(site):
    page = site.open()
    page.goto("/desk?q=投诉&lang=zh")
    page.wait_for_selector("[data-answer]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")
    page.keyboard.type("金丝雀女士")
    page.keyboard.press("Escape")
    slug = page.get_attribute("[data-answer]", "data-slug")
    page.keyboard.press("w")
    assert "金丝雀" not in page.inner_text("dialog[open]"), "nothing of the strip goes into it"
    assert page.input_value("#desk-lesson") == ""
    assert violations(page) == []
    page.keyboard.type(f"先听完再说，不打 {MOBILE}")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-marks] .w-text >> text=先听完再说，不打 〔手机号〕")
    assert site.entries() == []
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[data-desk-action]:not([open])", state="attached")
    (entry,) = site.entries()
    assert (entry.lesson, entry.slug, entry.source) == ("先听完再说，不打 〔手机号〕", slug, "desk")
    page.keyboard.press("w")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_function("() => document.activeElement.name === 'q'")


@pytest.fixture
def after_a_call(site):
    """The box for one line after a call, open at the desk."""
    page = site.open()
    page.goto("/desk?q=投诉&lang=zh")
    page.wait_for_selector("[data-answer]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("w")
    page.wait_for_selector("dialog[open]")
    return page


def test_after_a_call_a_mask_that_is_none_is_corrected_without_leaving_the_desk(site, after_a_call):
    page = after_a_call
    page.keyboard.type(f"按高先生那套流程说，别打 {MOBILE}")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-marks] mark >> text=〔姓名〕")
    assert violations(page) == []
    page.check("dialog [name=keep]")
    page.wait_for_function("() => document.querySelector('dialog [data-marks] .w-text').textContent.includes('高先生')")
    page.focus("#desk-lesson")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[data-desk-action]:not([open])", state="attached")
    assert [e.lesson for e in site.entries()] == ["按高先生那套流程说，别打 〔手机号〕"]


@pytest.mark.parametrize("signed_out", [False, True])
def test_after_a_call_more_is_written_in_a_page_that_has_the_line_and_its_place(site, after_a_call, signed_out):
    page = after_a_call
    slug = page.get_attribute("[data-answer]", "data-slug")
    page.keyboard.type("先问哪一件最要紧，再决定要不要转给经理")
    page.check("dialog [name=unnamed]")
    if signed_out:
        page.context.clear_cookies()
        page.focus("#desk-lesson")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog [data-said] >> text=您已经退出登录")
        assert page.input_value("#desk-lesson")
    with page.context.expect_page() as opened:
        page.click("dialog [value=more]")
    more = opened.value
    if signed_out:
        assert "写的内容都还在这一页" in more.inner_text("main")
        door = more.context.new_page()
        door.goto("/sign-in")
        door.fill("[name=who]", "chen@example.com")
        door.fill("[name=password]", SENTENCE)
        door.click(".entry .btn-primary")
        door.wait_for_url(lambda url: "/sign-in" not in url)
        more.click("main form button >> text=再送一次")
        more.wait_for_selector("main >> text=您现在登录的是")
        more.click("main form button >> text=再送一次")
    more.wait_for_selector("#w-lesson")
    assert more.input_value("#w-lesson") == "先问哪一件最要紧，再决定要不要转给经理"
    assert more.input_value("#w-article") == slug
    assert more.is_checked("[name=unnamed]")
    assert site.entries() == []
    page.wait_for_selector("dialog[data-desk-action]:not([open])", state="attached")
    assert page.input_value("#desk-lesson") == ""


def test_pictures_that_were_cleaned_are_still_pictures(site):
    from little_pictures import MAKE

    page = site.open()
    page.goto("/")
    rules = site.platform.services.masking
    for mime, make in MAKE.items():
        data = sound(Upload("x", make(noted=True)), rules, "zh").data
        size = page.evaluate(
            """async ([mime, data]) => {
              const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
              const picture = await createImageBitmap(new Blob([bytes], { type: mime }));
              return [picture.width, picture.height];
            }""",
            [mime, base64.b64encode(data).decode()],
        )
        assert size == [1, 1], mime


def test_somebody_may_have_said_it_already(site):
    other = site.platform.accounts.people
    from kbplatform.accounts.people import NewPerson
    from kbplatform.viewer import CLI

    number = other.create(None, CLI, NewPerson("林小满", "", frozenset({"agent"}), frozenset()))
    writer = site.platform.accounts.gate.of_person(number)
    made = Writing(site.platform.services).create(writer, CLI, Typed(lesson="客户催单时先复述订单，再给一个具体时间"))
    page = site.open()
    page.goto("/p/experience/new")
    for _ in range(40):  # until the indexer of the site has seen it
        page.fill("#w-lesson", "")
        page.fill("#w-lesson", "催单先复述订单再给时间")
        page.wait_for_timeout(1000)
        if page.query_selector(f'[data-used="{made}"]'):
            break
    page.click(f'[data-used="{made}"]')
    page.wait_for_selector("[data-similar] >> text=记下了")
    assert [e.uses for e in site.entries()] == [1]


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
