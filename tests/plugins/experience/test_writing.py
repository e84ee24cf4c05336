"""Writing, correcting and withdrawing: what is checked, what is stored, what colleagues get."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from little_pictures import CANARY, MAKE, gif, jpeg, png, webp
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from kbplatform.accounts.models import AuditEntry
from kbplatform.sdk import InvalidInput, NotFound
from kbplatform_experience.models import Attachment, Draft, Entry, Tag
from kbplatform_experience.writing.attachments import Upload, sound
from kbplatform_experience.writing.drafts import Drafts
from kbplatform_experience.writing.figures import figures_in, known_calculators
from kbplatform_experience.writing.forms import Typed, language_of, look, tags_in
from kbplatform_experience.writing.service import Stale

MOBILE = "13812345678"
SLUG = "complaint-handling"


@pytest.fixture
def token(agent):
    page = agent.get("/p/experience/new").get_data(as_text=True)
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


@pytest.fixture
def send(token):
    """``send(client, path, form)`` as the page does."""

    def post(client, path, **form):
        fields = MultiDict({"csrf_token": token})
        for name, value in form.items():
            for one in value if isinstance(value, list) else [value]:
                fields.add(name, FileStorage(*one) if isinstance(one, tuple) else one)
        boundary, body = encode_multipart(fields)
        return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")

    return post


def problems(site, client, **fields):
    with pytest.raises(InvalidInput) as caught:
        site.write(client, **fields)
    return {f.field for f in caught.value.fields}


def test_one_line_is_enough(site, agent):
    number = site.write(agent, "先道歉再问单号")
    entry = site.get(number)
    assert (entry.lesson, entry.kind, entry.lang, entry.state, entry.user_id, entry.version) == (
        "先道歉再问单号",
        "tip",
        "zh",
        "shown",
        agent.person_id,
        1,
    )


def test_everything_that_is_wrong_is_said_field_by_field(site, agent):
    assert problems(site, agent, lesson=" \n ") == {"lesson"}
    wrong = {
        "lesson": "长" * 201,
        "situation": "长" * 2001,
        "kind": "none",
        "team": "foreign",
        "article": "no-such",
        "lang": "fr",
        "figures": "https://evil.example/x",
    }
    assert problems(site, agent, **wrong) == {*wrong}
    assert problems(site, agent, section="steps") == {"section"}
    assert problems(site, agent, article=SLUG, section="no-such") == {"section"}
    assert problems(site, agent, tags=",".join(map(str, range(9)))) == {"tags"}
    assert problems(site, agent, tags="a" * 25) == {"tags"}
    with site.db.read() as session:
        assert session.scalars(select(Entry)).all() == []


def test_the_length_counts_after_masking(site, agent):
    long = "好" * 190 + MOBILE
    assert len(long) > 200
    assert site.get(site.write(agent, long)).lesson == "好" * 190 + "〔手机号〕"


def test_masks_are_words_of_the_language_it_is_written_in(site, agent):
    assert site.get(site.write(agent, f"Call {MOBILE} back within the hour")).lesson == "Call [mobile number] back within the hour"


def test_a_correctable_finding_may_stay_and_a_mobile_number_never(site, agent):
    typed = Typed(lesson=f"张先生的单子打 {MOBILE}")
    keys = [m.key for f in look(typed, site.services.masking, "zh").fields for m in f.marks]
    number = site.writing.create(agent.viewer, agent.actor, replace(typed, keep=frozenset(keys)))
    assert site.get(number).lesson == "张先生的单子打 〔手机号〕"


def test_what_was_kept_once_stays_when_the_entry_is_corrected(site, agent, send):
    typed = Typed(lesson="张先生的单子先查")
    keys = frozenset(m.key for f in look(typed, site.services.masking, "zh").fields for m in f.marks)
    number = site.writing.create(agent.viewer, agent.actor, replace(typed, keep=keys))
    answer = send(agent, f"/p/experience/{number}/edit", version="1", lesson="张先生的单子先查两遍", kind="tip")
    assert answer.status_code == 303
    assert site.get(number).lesson == "张先生的单子先查两遍"


def test_tags_are_compared_in_one_form_and_a_masked_one_is_dropped(site, agent):
    number = site.write(agent, tags=f"#催单，ＶＩＰ, vip、 {MOBILE}")
    with site.db.read() as session:
        assert set(session.scalars(select(Tag.tag).where(Tag.entry_id == number))) == {"催单", "vip"}
    assert tags_in("a b, c;d\ne") == ["a b", "c", "d", "e"]


def test_the_language_is_told_by_the_words():
    assert [language_of(t) for t in ("先道歉", "Say sorry first", "先说 sorry", "Say 您好 and then wait for an answer", "")] == [
        "zh",
        "en",
        "zh",
        "en",
        "en",
    ]


def test_a_late_save_is_refused_with_both_texts(site, agent, send):
    number = site.write(agent)
    site.writing.edit(agent.viewer, agent.actor, number, 1, Typed(lesson="第一个窗口改的"))
    with pytest.raises(Stale) as caught:
        site.writing.edit(agent.viewer, agent.actor, number, 1, Typed(lesson="第二个窗口改的"))
    assert caught.value.now.typed.lesson == "第一个窗口改的"
    answer = send(agent, f"/p/experience/{number}/edit", version="1", lesson="第二个窗口改的", kind="tip")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "第一个窗口改的" in page
    assert "第二个窗口改的" in page
    assert 'name="version" value="2"' in page
    assert site.get(number).lesson == "第一个窗口改的"


def test_nobody_corrects_or_withdraws_what_is_somebody_elses(site, agent):
    other = site.person("agent", "owner")
    number = site.write(agent)
    for act in (
        lambda: site.writing.mine(other.viewer, number),
        lambda: site.writing.edit(other.viewer, other.actor, number, 1, Typed(lesson="x")),
        lambda: site.writing.withdraw(other.viewer, other.actor, number),
    ):
        with pytest.raises(NotFound):
            act()
    assert other.get(f"/p/experience/{number}/edit").status_code == 404
    assert site.get(number).state == "shown"


def test_a_correction_of_what_was_declined_goes_to_a_moderator_again(site, agent):
    number = site.write(agent)
    with site.db.write() as session:
        session.get(Entry, number).state = "declined"
    assert site.writing.edit(agent.viewer, agent.actor, number, 1, Typed(lesson="改过了")).state == "waiting"


def test_where_moderators_look_first_a_correction_waits_too(kb_make_app, kb_login):
    from writer_room import Site

    site = Site(kb_make_app(experience_review="first"), kb_login)
    agent = site.person("agent")
    number = site.write(agent)
    assert site.get(number).state == "waiting"
    with site.db.write() as session:
        session.get(Entry, number).state = "shown"
    assert site.writing.edit(agent.viewer, agent.actor, number, 1, Typed(lesson="改过了")).state == "waiting"


def test_withdrawn_is_gone_for_everybody_else(site, agent, send):
    number, other = site.write(agent, "会撤回的一条"), site.person("agent")
    assert other.get(f"/p/experience/{number}").status_code == 200
    assert send(agent, f"/p/experience/{number}/withdraw").status_code == 303
    assert other.get(f"/p/experience/{number}").status_code == 404
    site.writing.withdraw(agent.viewer, agent.actor, number)
    assert site.get(number).version == 2


def test_the_audit_knows_who_wrote_an_unnamed_entry_and_no_words_of_it(site, agent):
    number = site.write(agent, "没有名字的一条", unnamed=True)
    with site.db.read() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "experience.written")).one()
    assert (row.actor_id, row.object_id) == (agent.person_id, str(number))
    assert "没有名字" not in json.dumps(row.detail, ensure_ascii=False)


# ---------------------------------------------------------------------- the page


def test_without_masks_the_page_saves_at_once(site, agent, send):
    answer = send(agent, "/p/experience/new", lesson="先复述再给时间", kind="phrase", article=SLUG, section="steps", tags="催单")
    assert answer.status_code == 303
    entry = site.get(int(answer.location.rpartition("/")[2]))
    assert (entry.lesson, entry.kind, entry.slug, entry.section, entry.source) == ("先复述再给时间", "phrase", SLUG, "steps", "page")


def test_what_will_be_masked_is_shown_before_it_is_saved(site, agent, send):
    form = {"lesson": f"打 {MOBILE} 回访", "situation": "张先生很急", "kind": "tip"}
    first = send(agent, "/p/experience/new", **form)
    page = first.get_data(as_text=True)
    assert first.status_code == 200
    assert "<mark>〔手机号〕</mark>" in page
    assert "138…5678" in page
    assert first.headers["Cache-Control"] == "no-store"
    with site.db.read() as session:
        assert session.scalars(select(Entry)).all() == []
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    keep = re.findall(r'name="keep" value="([^"]+)"', page)
    assert len(keep) == 1, "the name may stay, the number may not"
    second = send(agent, "/p/experience/new", **form, seen=seen, keep=keep)
    entry = site.get(int(second.location.rpartition("/")[2]))
    assert (entry.lesson, entry.situation) == ("打 〔手机号〕 回访", "张先生很急")


def test_something_new_that_is_personal_is_shown_again(agent, send):
    page = send(agent, "/p/experience/new", lesson=f"打 {MOBILE}", kind="tip").get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    assert send(agent, "/p/experience/new", lesson=f"打 {MOBILE} 或 13912345678", kind="tip", seen=seen).status_code == 200


def test_wrong_fields_keep_everything_that_was_typed(agent, send):
    answer = send(agent, "/p/experience/new", lesson="", situation="客户很急", kind="tip")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "客户很急" in page
    assert 'id="w-lesson-error"' in page


def test_a_pasted_text_fills_the_fields_and_saves_nothing(site, agent, send):
    page = send(agent, "/p/experience/new", do="split", paste="情况：客户催单 做法：先复述 经验：给一个时间", lesson="", kind="tip").get_data(
        as_text=True
    )
    assert ">给一个时间</textarea>" in page
    assert ">先复述</textarea>" in page
    with site.db.read() as session:
        assert session.scalars(select(Entry)).all() == []


def test_the_sections_of_the_practice_can_be_chosen_without_scripts(agent, send):
    page = send(agent, "/p/experience/new", do="sections", article=SLUG, kind="tip").get_data(as_text=True)
    assert '<option value="steps"' in page
    assert '<option value="steps"' in agent.get(f"/p/experience/sections?article={SLUG}").get_data(as_text=True)


def test_from_an_article_its_place_is_filled_in(agent):
    page = agent.get(f"/p/experience/new?article={SLUG}&section=steps").get_data(as_text=True)
    assert f'<option value="{SLUG}" selected>' in page
    assert '<option value="steps" selected>' in page
    assert len(page.encode()) < 30_000


def test_writing_is_for_people(kb_client):
    assert kb_client.get("/p/experience/new").status_code in {302, 303, 401}


# ---------------------------------------------------------------------- drafts


def test_a_draft_is_kept_masked_and_gone_once_published(site, agent, send):
    key = "draft-key-1"
    assert send(agent, f"/p/experience/drafts/{key}", lesson=f"打 {MOBILE}", article=SLUG, kind="tip").status_code == 204
    kept = Drafts(site.services).get(agent.viewer, key)
    assert (kept.typed.lesson, kept.typed.article) == ("打 〔手机号〕", SLUG)
    assert "打 〔手机号〕" in agent.get(f"/p/experience/new?draft={key}").get_data(as_text=True)
    assert "打 〔手机号〕" in agent.get("/p/experience/new").get_data(as_text=True), "it is offered on the page"
    assert send(agent, "/p/experience/new", lesson="打电话回访", draft=key, kind="tip").status_code == 303
    assert Drafts(site.services).of(agent.viewer) == []


def test_a_draft_is_its_writers_own(site, agent):
    Drafts(site.services).save(agent.viewer, "draft-key-1", Typed(lesson="还没写完"))
    other = site.person("agent")
    assert Drafts(site.services).get(other.viewer, "draft-key-1") is None
    assert "还没写完" not in other.get("/p/experience/new?draft=draft-key-1").get_data(as_text=True)


def test_old_drafts_go_and_twenty_is_enough(site, agent):
    from datetime import timedelta

    from kbplatform.sdk import utcnow

    drafts = Drafts(site.services)
    drafts.save(agent.viewer, "draft-old-1", Typed(lesson="上个月的"))
    with site.db.write() as session:
        session.get(Draft, (agent.person_id, "draft-old-1")).saved_at = utcnow() - timedelta(days=31)
    assert drafts.of(agent.viewer) == []
    for i in range(22):
        drafts.save(agent.viewer, f"draft-key-{i}", Typed(lesson=f"第 {i} 条"))
    with site.db.read() as session:
        assert len(session.scalars(select(Draft)).all()) == 20


def test_an_emptied_draft_is_none_and_a_strange_key_is_refused(site, agent, send):
    drafts = Drafts(site.services)
    drafts.save(agent.viewer, "draft-key-1", Typed(lesson="写了"))
    drafts.save(agent.viewer, "draft-key-1", Typed())
    assert drafts.of(agent.viewer) == []
    assert send(agent, "/p/experience/drafts/..%2Fx", lesson="x").status_code in {404, 422}


# ---------------------------------------------------------------------- attachments and figures


@pytest.mark.parametrize("mime", MAKE)
def test_pictures_lose_what_was_written_into_them(mime, site):
    plain, noted = MAKE[mime](), MAKE[mime](noted=True)
    assert CANARY in noted, "the test has data that could leak"
    kept = sound(Upload(f"现场 {MOBILE}.PNG", noted), site.services.masking, "zh")
    assert CANARY not in kept.data
    assert (kept.mime, kept.name) == (mime, "现场 〔手机号〕" + {"image/jpeg": ".jpg"}.get(mime, f".{mime.partition('/')[2]}"))
    again = sound(Upload("x", plain), site.services.masking, "zh")
    assert again.data == plain, "what has nothing in it stays as it is"
    if mime == "image/jpeg":
        assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept.data, "which way is up stays"


@pytest.mark.parametrize("data", [
    b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", png()[:-20], jpeg()[:100], gif()[:20],
    webp()[:30], b"MZ" + b"\0" * 100, b"%PDF-1.7 without an end", b"\xff\xd8\xff\xe0", b"GIF89a" + b"\xff" * 40,
])  # fmt: skip
def test_anything_else_is_refused_in_words(data, site):
    with pytest.raises(InvalidInput) as caught:
        sound(Upload("x.png", data), site.services.masking, "zh")
    assert caught.value.fields[0].field == "files"


def test_files_are_for_those_who_may_open_the_entry(site, agent, send):
    answer = send(
        agent, "/p/experience/new", lesson="看图", kind="tip", files=[(io.BytesIO(png()), "a.txt"), (io.BytesIO(b"%PDF-1.4\n%%EOF"), "b.pdf")]
    )
    number = int(answer.location.rpartition("/")[2])
    with site.db.read() as session:
        image, pdf = session.scalars(select(Attachment.id).where(Attachment.entry_id == number).order_by(Attachment.id))
    shown = agent.get(f"/p/experience/{number}/files/{image}")
    assert shown.content_type == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"].startswith("private")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert agent.get(f"/p/experience/{number}/files/{pdf}").headers["Content-Disposition"].startswith("attachment")
    assert f"/files/{image}" in agent.get(f"/p/experience/{number}").get_data(as_text=True)
    other = site.person("agent")
    assert other.get(f"/p/experience/{number}/files/{image}").status_code == 200
    site.writing.withdraw(agent.viewer, agent.actor, number)
    assert other.get(f"/p/experience/{number}/files/{image}").status_code == 404


def test_files_can_be_taken_off_and_three_is_enough(site, agent, send):
    three = [(io.BytesIO(png()), f"{i}.png") for i in range(3)]
    number = int(send(agent, "/p/experience/new", lesson="看图", kind="tip", files=three).location.rpartition("/")[2])
    full = send(agent, f"/p/experience/{number}/edit", version="1", lesson="看图", kind="tip", files=[(io.BytesIO(png()), "4.png")])
    assert full.status_code == 422
    first = site.writing.mine(agent.viewer, number).files[0].id
    assert (
        send(
            agent, f"/p/experience/{number}/edit", version="1", lesson="看图", kind="tip", without=str(first), files=[(io.BytesIO(png()), "4.png")]
        ).status_code
        == 303
    )
    assert [f.name for f in site.writing.mine(agent.viewer, number).files] == ["1.png", "2.png", "4.png"]


def test_six_megabytes_go_through_here_and_nowhere_else(agent, send):
    pad = lambda: (io.BytesIO(b"%PDF-1.4\n" + b"0" * 1_900_000 + b"\n%%EOF"), "b.pdf")  # noqa: E731 - once for each file
    assert send(agent, "/p/experience/new", lesson="三份文件", kind="tip", files=[pad(), pad(), pad()]).status_code == 303
    assert (
        send(
            agent, "/p/experience/new", lesson="太大", kind="tip", files=[(io.BytesIO(b"%PDF-1.4\n" + b"0" * 2_000_100 + b"%%EOF"), "b.pdf")]
        ).status_code
        == 422
    )
    assert send(agent, "/p/experience/masked", lesson="x" * 2_100_000).status_code == 413


def test_calculators_of_this_site_are_attached_by_their_link(site, agent):
    link = "http://localhost/p/calculators/resolution_rate?received=20&resolved=15"
    entry = site.get(site.write(agent, figures=f"{link}\n周报里的 /p/calculators/aht"))
    assert entry.figures[0]["url"] == "/p/calculators/resolution_rate?received=20&resolved=15"
    assert entry.figures[0]["label"]
    assert entry.figures[1] == {"label": "周报里的", "url": "/p/calculators/aht"}
    assert site.writing.mine(agent.viewer, entry.id).typed.figures.endswith("周报里的 /p/calculators/aht")


@pytest.mark.parametrize("line", [
    "https://evil.example/p/other/x", "//evil.example/p/calculators/aht/..", "/p/calculators/../accounts", "/p/calculators/no_such_one", "javascript:alert(1)", "just words",
    f"/p/calculators/aht?note={MOBILE}",
])  # fmt: skip
def test_no_other_link_is_taken(line, site):
    _figures, wrong = figures_in(line, known_calculators(site.services), "zh", site.services.masking)
    assert [p.field for p in wrong] == ["figures"]
