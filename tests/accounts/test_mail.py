"""Mail: through a server where there is one, into the log where there is none, and never into the caller's way."""

from __future__ import annotations

import socket
import time

import pytest

from kbplatform.bilingual import Text
from kbplatform.mail import Mail, Mailer, Undelivered, message_of

SUBJECT = Text("重设密码", "Your new password")
WORDS = Text("请打开下面的链接。", "Open this link.")


@pytest.fixture
def mailer(kb_settings):
    """``mailer(**settings)`` → a Mailer, closed after the test."""
    made = []

    def make(**settings):
        made.append(Mailer(kb_settings(**settings)))
        return made[-1]

    yield make
    for m in made:
        m.close()


@pytest.fixture
def nowhere():
    """Settings of a mail server that is not there."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    return {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}


def text_of(message):
    return message.get_content().replace("\r\n", "\n")


def events(logged):
    return [(e["event"], e["log_level"], e.get("tries_left")) for e in logged]


def test_without_a_server_the_text_is_in_the_log(mailer, logged):
    m = mailer()
    m.send("wang@example.com", "重设密码", "链接：http://127.0.0.1/welcome?token=x\n")
    m.flush()
    assert m.configured is False
    assert logged == [
        {"event": "mail.printed", "log_level": "warning", "to": "wang@example.com", "subject": "重设密码", "body": "链接：http://127.0.0.1/welcome?token=x\n"}
    ]


def test_with_a_server_the_message_arrives_and_is_not_in_the_log(mailer, smtp, logged):
    m = mailer(**smtp.settings, mail_from="知识库 <kb@example.com>")
    m.send("wang@example.com", "重设密码 · Your new password", "晴天\nhttp://127.0.0.1/welcome?token=x\n")
    m.flush()
    (message,) = smtp.arrived
    assert (m.configured, message["To"], message["From"], message["Subject"]) == (True, "wang@example.com", "知识库 <kb@example.com>", "重设密码 · Your new password")
    assert (text_of(message), message["Auto-Submitted"], bool(message["Date"]), bool(message["Message-ID"])) == (
        "晴天\nhttp://127.0.0.1/welcome?token=x\n", "auto-generated", True, True,
    )  # fmt: skip
    assert logged == []


@pytest.mark.parametrize(("lang", "subject", "words"), [("zh", "重设密码", "请打开下面的链接。"), ("en", "Your new password", "Open this link.")])
def test_a_link_is_mailed_in_the_reader_s_language(make, smtp, person, lang, subject, words):
    accounts = make(**smtp.settings, public_url="https://kb.example.com")
    person("王芳", email="wang@example.com", password="晴天去河边散步 42")
    to, token = accounts.sign_in.make_reset("王芳", "192.0.2.7")
    accounts.mail_link(to, SUBJECT, WORDS, token, lang)
    accounts.mailer.flush()
    assert [(m["To"], m["Subject"], text_of(m)) for m in smtp.arrived] == [
        ("wang@example.com", subject, f"{words}\n\nhttps://kb.example.com/welcome?token={token}\n")
    ]


def test_a_line_that_is_a_dot_ends_no_message(mailer, smtp):
    m = mailer(**smtp.settings)
    m.send("wang@example.com", "x", "one\n.\n..two\n.three\n")
    m.flush()
    assert [text_of(message) for message in smtp.arrived] == ["one\n.\n..two\n.three\n"]


def test_messages_arrive_in_the_order_they_were_sent(mailer, smtp):
    m = mailer(**smtp.settings)
    for n in range(5):
        m.send("wang@example.com", f"message {n}", "x")
    m.flush()
    assert [message["Subject"] for message in smtp.arrived] == [f"message {n}" for n in range(5)]


def test_closing_finishes_what_is_under_way(mailer, smtp):
    m = mailer(**smtp.settings)
    m.send("wang@example.com", "last", "x")
    m.close()
    assert [message["Subject"] for message in smtp.arrived] == ["last"]


def test_a_server_that_refuses_twice_is_asked_a_third_time(mailer, smtp, logged):
    smtp.refusals = 2
    m = mailer(**smtp.settings)
    m.send("wang@example.com", "x", "y")
    m.flush()
    assert (len(smtp.arrived), events(logged)) == (1, [("mail.failed", "warning", 2), ("mail.failed", "warning", 1)])


def test_a_server_that_keeps_refusing_is_given_up_and_the_next_message_is_sent(mailer, smtp, logged):
    smtp.refusals = 3
    m = mailer(**smtp.settings)
    m.send("wang@example.com", "refused", "y")
    m.send("wang@example.com", "taken", "y")
    m.flush()
    assert [message["Subject"] for message in smtp.arrived] == ["taken"]
    assert events(logged) == [("mail.failed", "warning", 2), ("mail.failed", "warning", 1), ("mail.failed", "warning", 0)]


def test_a_server_that_is_not_there_does_not_raise_into_the_caller(mailer, nowhere, logged):
    m = mailer(**nowhere)
    began = time.perf_counter()
    assert m.send("wang@example.com", "x", "y") is None
    took = time.perf_counter() - began
    m.flush()
    assert (took < 0.5, events(logged)) == (True, [("mail.failed", "warning", n) for n in (2, 1, 0)])


def test_what_failed_is_in_the_log_without_the_link(mailer, nowhere, logged):
    m = mailer(**nowhere)
    m.send("wang@example.com", "x", "http://127.0.0.1/welcome?token=canary")
    m.flush()
    assert ("canary" in str(logged), len(logged)) == (False, 3)


def test_mail_is_never_sent_in_the_clear_where_encryption_was_asked_for(mailer, smtp, logged):
    for security in ("starttls", "tls"):
        m = mailer(**smtp.settings | {"smtp_security": security})
        m.send("wang@example.com", "x", "y")
        m.close()
    assert (smtp.arrived, {e["event"] for e in logged}) == ([], {"mail.failed"})


@pytest.mark.parametrize("to", ["wang@example.com\nBcc: eve@example.com", "wang@example.com\r\n\r\nhello"])
def test_an_address_adds_no_line_to_the_message(mailer, smtp, logged, to):
    m = mailer(**smtp.settings)
    m.send(to, "x", "y")
    m.send("wang@example.com", "after", "y")
    m.flush()
    assert ([message["Subject"] for message in smtp.arrived], [e["event"] for e in logged]) == (["after"], ["mail.failed"])


def test_work_that_raises_is_logged_and_what_comes_after_is_done(mailer, smtp, logged):
    m = mailer(**smtp.settings)
    m.later(lambda: 1 / 0)
    m.send("wang@example.com", "after", "y")
    m.flush()
    assert ([message["Subject"] for message in smtp.arrived], [(e["event"], e["log_level"]) for e in logged]) == (["after"], [("mail.failed", "error")])


# ---------------------------------------------------------------------- many mails, by whoever wants to know


def a_mail(to="wang@example.com", **more):
    return Mail(to, "周报", "晴天\n", **more)


def test_what_was_taken_has_both_parts_its_headers_and_the_same_id_each_time(mailer, smtp):
    address = "https://kb.example.com/api/v1/p/hello/stop?token=" + "x" * 200
    sent = a_mail(html="<p>晴天</p>", headers={"List-Unsubscribe": f"<{address}>"}, ref="hello.7")
    with mailer(**smtp.settings).posting() as posting:
        posting.send(sent)
        posting.send(sent)
    first, again = smtp.arrived
    assert (first.get_content_type(), [p.get_content_type() for p in first.iter_parts()]) == ("multipart/alternative", ["text/plain", "text/html"])
    assert (first.get_body(("plain",)).get_content().strip(), first.get_body(("html",)).get_content().strip()) == ("晴天", "<p>晴天</p>")
    assert first["List-Unsubscribe"] == f"<{address}>"
    assert (first["Message-ID"], again["Message-ID"], smtp.connections) == ("<hello.7@kbplatform>", "<hello.7@kbplatform>", 1)


def test_a_mail_travels_in_seven_bits_and_its_list_headers_whole(mailer):
    raw = message_of(a_mail(html="<p>晴天</p>", headers={"List-Unsubscribe": "<https://kb.example.com/" + "x" * 300 + ">"}), "kb@example.com").as_bytes()
    assert raw.isascii()
    assert b"List-Unsubscribe: <https://kb.example.com/" + b"x" * 300 + b">" in raw


def test_an_address_that_is_refused_is_told_with_what_the_server_said_and_the_next_is_sent(mailer, smtp):
    smtp.unknown.add("eve@example.com")
    with mailer(**smtp.settings).posting() as posting:
        with pytest.raises(Undelivered, match="550 no such mailbox") as refused:
            posting.send(a_mail("eve@example.com"))
        posting.send(a_mail())
    assert (refused.value.sure, [m["To"] for m in smtp.arrived], smtp.connections) == (True, ["wang@example.com"], 1)


@pytest.mark.parametrize("to", ["wang@example.com\nBcc: eve@example.com", "wáng@example.com", ""])
def test_an_address_that_is_none_is_surely_not_sent_to_and_the_next_is(mailer, smtp, to):
    with mailer(**smtp.settings).posting() as posting:
        with pytest.raises(Undelivered) as refused:
            posting.send(a_mail(to))
        posting.send(a_mail())
    assert (refused.value.sure, [m["To"] for m in smtp.arrived]) == (True, ["wang@example.com"])


def test_a_message_that_is_refused_was_surely_not_taken(mailer, smtp):
    smtp.refusals = 1
    with mailer(**smtp.settings).posting() as posting:
        with pytest.raises(Undelivered, match="554 not today") as refused:
            posting.send(a_mail())
        posting.send(a_mail())
    assert (refused.value.sure, len(smtp.arrived)) == (True, 1)


def test_where_the_line_goes_dead_before_the_answer_nobody_knows_and_the_next_is_sent_anew(mailer, smtp):
    smtp.silent_after = 1
    with mailer(**smtp.settings).posting() as posting:
        with pytest.raises(Undelivered) as lost:
            posting.send(a_mail())
        posting.send(a_mail("li@example.com"))
    assert (lost.value.sure, [m["To"] for m in smtp.arrived], smtp.connections) == (False, ["wang@example.com", "li@example.com"], 2)


def test_a_server_that_hung_up_meanwhile_is_called_again(mailer, smtp):
    smtp.most = 1
    with mailer(**smtp.settings).posting() as posting:
        for _ in range(3):
            posting.send(a_mail())
    assert (len(smtp.arrived), smtp.connections) == (3, 3)


def test_a_server_that_is_not_there_is_told_before_anything_is_sent(mailer, nowhere):
    with mailer(**nowhere).posting() as posting, pytest.raises(Undelivered) as refused:
        posting.connect()
    assert refused.value.sure
