"""The pages of moderating, proposing and deciding are fit for everybody; and a site without experience has no trace of it."""

from __future__ import annotations

import re

import pytest
from looking import first_owner, violations

from kbplatform.app import make_platform
from kbplatform.settings import load_settings
from kbplatform.viewer import CLI
from kbplatform_experience.moderation.service import Moderation
from kbplatform_experience.promotion.service import plan, promote
from kbplatform_experience.writing.forms import Typed
from kbplatform_experience.writing.service import Writing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLUG = "complaint-handling"
HOME = "/p/experience/"


@pytest.fixture
def floor(browser, own_site, tmp_path):
    """The owner's page, and what moderators and editors find: a reported entry, a hidden one, a proposal that waits and one that was accepted."""
    with first_owner(browser, own_site) as page:
        platform = make_platform(load_settings(data_dir=tmp_path, search_engine="memory", log_level="error"))
        viewer = platform.accounts.gate.of_person(platform.accounts.people.find("chen@example.com"))
        writing, moderation = Writing(platform.services), Moderation(platform.services)
        made = [
            writing.create(viewer, CLI, Typed(lesson=lesson, article=SLUG, section="steps"))
            for lesson in ("先问最要紧的一件", "一开口就报标准", "说完停三秒", "复述原话")
        ]
        moderation.report(viewer, CLI, made[1], reason="blame", words="点了名")
        moderation.decide(viewer, CLI, made[3], "hide", seen=moderation.cases_of(viewer, made[3])[0].seen, reason="elsewhere")
        proposals = []
        for entry in made[:3:2]:
            planned = plan(platform.services, viewer, [entry])
            proposals.append(
                promote(platform.services, viewer, CLI, planned, text=planned.suggestion, title="一线经验", revision=planned.revision)
            )
        platform.proposals.accept(viewer, CLI, proposals[1])
        platform.deliver_events()
        platform.close()
        yield page, made, proposals


def test_pages_of_moderation_and_promotion_have_no_axe_violation_and_fit_a_phone(floor):
    page, made, proposals = floor
    addresses = [
        f"{HOME}moderation", f"{HOME}moderation?entry={made[3]}", f"{HOME}insight", f"{HOME}promote?entry={made[1]}",
        f"{HOME}{made[2]}", "/proposals?tab=open", "/proposals?tab=decided", *(f"/proposals/{n}" for n in proposals),
    ]  # fmt: skip
    found = {}
    for lang, scheme in (("zh", "light"), ("en", "dark")):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/language/{lang}?next=/")
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.lang")[:2] == lang
            if wrong := violations(page):
                found[lang, address] = wrong
            page.set_viewport_size({"width": 390, "height": 844})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[lang, address, "wide"] = True
            page.set_viewport_size({"width": 1280, "height": 900})
    assert found == {}


TRACE = re.compile(r"/p/experience|data-plugin=\"experience\"|写一条|一线经验|同事的经验|先问最要紧的一件")
FACES = ("/", "/desk?q=投诉", "/search?q=最要紧的一件", "/search?q=最要紧的一件&kind=experience", f"/articles/{SLUG}?lang=zh", "/api/v1/openapi.json")


def traces(page, url, faces=FACES):
    """The faces of the site on which experience shows."""
    return {face for face in faces if page.goto(url + face).ok and TRACE.search(page.content())}


def test_a_site_without_experience_has_no_trace_of_it_and_has_everything_again_with_it(browser, serve_again, tmp_path):
    with serve_again() as url, first_owner(browser, (url, welcome(tmp_path))) as page:
        platform = make_platform(load_settings(data_dir=tmp_path, search_engine="memory", log_level="error"))
        viewer = platform.accounts.gate.of_person(platform.accounts.people.find("chen@example.com"))
        made = Writing(platform.services).create(viewer, CLI, Typed(lesson="先问最要紧的一件", article=SLUG, section="steps"))
        platform.close()
        for _ in range(60):
            if traces(page, url, FACES[3:4]):
                break
            page.wait_for_timeout(250)
        assert traces(page, url, FACES[3:4]), "it is in the index, from which it could come back"
        kept = page.context.storage_state()
    context = browser.new_context(locale="zh-CN", storage_state=kept)
    page = context.new_page()
    with serve_again(KBPLATFORM_DISABLED_PLUGINS='["experience"]') as url:
        assert traces(page, url) == set()
        assert page.goto(f"{url}{HOME}{made}").status == 404
        assert page.goto(f"{url}/healthz").ok
    with serve_again() as url:
        for _ in range(60):
            if traces(page, url) == set(FACES):
                break
            page.wait_for_timeout(250)
        assert traces(page, url) == set(FACES)
        assert page.goto(f"{url}{HOME}{made}").ok
    context.close()


def welcome(folder):
    """The address that makes the first owner, as the start prints it."""
    return re.search(r"http\S+/welcome\?token=\S+", (folder / "log").read_text("utf-8"))[0]
