"""Into the article and back: what entries, their writers and the article say of it, whatever happens in between."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kbplatform.proposals.service import Proposals
from kbplatform.sdk import InvalidInput
from kbplatform_experience.models import Notice, Promotion
from kbplatform_experience.private import make_private
from kbplatform_experience.promotion.service import plan, promote
from kbplatform_experience.writing.forms import Typed

SLUG = "complaint-handling"
MOBILE = "13812345678"


@pytest.fixture
def editor(site):
    return site.person("editor", name="赵编辑")


@pytest.fixture
def writer(site):
    return site.person("agent", name="李娜")


def propose(site, by, *entries, title="两条一线经验", text=""):
    planned = plan(site.services, by.viewer, entries)
    return promote(site.services, by.viewer, by.actor, planned, text=text or planned.suggestion, title=title, revision=planned.revision)


def accept(site, by, number):
    Proposals(site.db).accept(by.viewer, by.actor, number)
    site.platform.deliver_events()


def decline(site, by, number, words="已经写过"):
    Proposals(site.db).decline(by.viewer, by.actor, number, words=words)
    site.platform.deliver_events()


def standing(site, entry):
    with site.db.read() as session:
        row = session.get(Promotion, entry)
        return (row.state, row.proposal_id) if row else None


def told(client):
    page = client.get("/p/experience/notices").get_data(as_text=True)
    return [" ".join(piece.partition("</li>")[0].replace("</", "<").split()) for piece in page.split("<li")[1:]]


def test_of_two_proposals_the_accepted_one_counts_whichever_is_decided_last(site, writer, editor):
    entry = site.write(writer, article=SLUG, section="steps")
    first = propose(site, editor, entry)
    second = propose(site, writer, entry, text="1. 只写这一步：先复述一遍。")
    accept(site, editor, first)
    decline(site, editor, second)
    assert standing(site, entry) == ("accepted", first)
    assert "已写进文章" in writer.get(f"/p/experience/{entry}").get_data(as_text=True)


def test_what_is_in_the_article_is_not_proposed_again(site, writer, editor):
    entry, other = site.write(writer, article=SLUG), site.write(writer, "再复述一遍单号", article=SLUG)
    accept(site, editor, propose(site, editor, entry))
    with pytest.raises(InvalidInput, match="in the article already"):
        plan(site.services, editor.viewer, [other, entry])
    assert standing(site, entry)[0] == "accepted"


def test_who_becomes_unnamed_afterwards_is_named_in_the_article_no_more_and_again_if_they_wish(site, writer, editor):
    entry = site.write(writer, article=SLUG, section="steps")
    accept(site, editor, propose(site, editor, entry))

    def article():
        return editor.get(f"/articles/{SLUG}?lang=zh").get_data(as_text=True)

    assert "这里有李娜的经验" in article()
    site.writing.edit(writer.viewer, writer.actor, entry, 1, Typed(lesson="先道歉再问单号", article=SLUG, section="steps", unnamed=True))
    assert "李娜" not in article()
    assert "1 位同事的经验" in article()
    site.writing.edit(writer.viewer, writer.actor, entry, 2, Typed(lesson="先道歉再问单号", article=SLUG, section="steps"))
    assert "这里有李娜的经验" in article()


def test_writers_are_told_with_or_without_a_name_as_it_stands_in_the_article_and_why_it_was_not_taken(site, editor):
    named, unnamed, refused = (site.person("agent", name=name) for name in ("李娜", "陈静", "王磊"))
    entries = [site.write(named, "先复述", article=SLUG), site.write(unnamed, "停三秒", article=SLUG, unnamed=True)]
    accept(site, editor, propose(site, editor, *entries))
    third = site.write(refused, "直接转经理", article=SLUG)
    decline(site, editor, propose(site, editor, third), words=f"和规定不符，问 {MOBILE}")
    assert any("记在您名下" in line for line in told(named))
    assert any("没有写您的名字" in line for line in told(unnamed))
    assert any("赵编辑 提议写进文章" in line for line in told(refused))
    assert any("和规定不符，问 〔手机号〕" in line for line in told(refused))
    with site.db.read() as session:
        assert MOBILE not in "".join(session.scalars(select(Notice.words)))


def test_the_week_in_which_it_was_accepted_has_it(site, writer, editor):
    entry = site.write(writer, article=SLUG)
    number = propose(site, editor, entry)
    with site.db.read() as session:
        proposed = session.get(Promotion, entry).at
    accept(site, editor, number)
    with site.db.read() as session:
        assert session.get(Promotion, entry).at > proposed


@pytest.mark.parametrize(("field", "words"), [("title", f"打 {MOBILE}"), ("text", f"- 打 {MOBILE}"), ("text", "- 写 li.na@example.com")])
def test_a_customers_number_does_not_come_into_an_article_by_a_proposal(site, writer, editor, field, words):
    entry = site.write(writer, article=SLUG)
    with pytest.raises(InvalidInput) as caught:
        propose(site, editor, entry, **{field: words})
    assert [f.field for f in caught.value.fields] == [field]


def test_a_name_the_writer_said_is_none_may_go_in(site, writer, editor):
    lesson = "按高先生那套流程走"
    keep = frozenset(f.key for f in make_private(lesson).findings)
    entry = site.write(writer, lesson, article=SLUG, keep=keep)
    assert site.get(entry).lesson == lesson
    assert propose(site, editor, entry)
