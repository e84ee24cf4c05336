"""``kbplatform proposal``: what people propose, listed and decided from the operator's shell."""

from __future__ import annotations

import io
import json
import sys

import pytest
from sqlalchemy import select

from kbplatform.accounts.models import AuditEntry, User
from kbplatform.app import platform_of
from kbplatform.articles.models import Article
from kbplatform.articles.writing import draft_section, save, stored_text
from kbplatform.bilingual import Text
from kbplatform.cli import main
from kbplatform.proposals.proposal import Evidence, NewProposal
from kbplatform.viewer import CLI, Actor, Viewer

WORDS = "1. Hear them out.\n2. Write it down."


class Shell:
    """A site's database and the command line of whoever runs it."""

    def __init__(self, platform, monkeypatch, capsys) -> None:
        self.platform, self._monkeypatch, self._capsys = platform, monkeypatch, capsys
        with platform.db.write() as session:
            ana = User(name="Ana", name_key="ana")
            session.add(ana)
            session.flush()
            self.ana = Viewer(id=ana.id, name="Ana")
        monkeypatch.setenv("KBPLATFORM_LANG", "en")

    def propose(self, section: str = "steps", text: str = WORDS, **more) -> str:
        new = NewProposal("complaint-handling", "en", section, 1, text, "Shorter", **more)
        return str(self.platform.proposals.propose(self.ana, Actor(self.ana.id, "192.0.2.1"), new))

    def kb(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """Exit code, what was printed, and what was complained of."""
        self._monkeypatch.setattr(sys, "argv", ["kbplatform", "--data-dir", str(self.platform.settings.data_dir), "proposal", *words])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8"))
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = self._capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    def text(self, section: str = "steps") -> str:
        with self.platform.db.read() as session:
            return stored_text(session, "complaint-handling", "en", self.ana).piece(section).text


@pytest.fixture
def shell(kb_make_app, monkeypatch, capsys) -> Shell:
    return Shell(platform_of(kb_make_app()), monkeypatch, capsys)


def test_what_waits_is_listed_and_shown_with_what_would_change(shell):
    assert shell.kb("list")[1] == "No proposed changes\n"
    number = shell.propose(evidence=(Evidence(Text("用过", "Used"), number=17),))
    assert shell.kb("list")[1].split() == [number, "Shorter", "complaint-handling#steps", "(en)", "Ana", "open"]
    assert shell.kb("list", "--article", "refund-policy")[1] == "No proposed changes\n"
    shown = shell.kb("show", number)[1]
    assert "  Used: 17\n" in shown
    assert "1. Hear [-it-]{+them+} out" in shown
    listed = json.loads(shell.kb("list", "--json")[1])
    assert (listed["total"], [p["text"] for p in listed["proposals"]]) == (1, [WORDS])
    assert json.loads(shell.kb("show", number, "--json")[1])["now"] == {"revision": 1, "text": shell.text(), "changed": False}


def test_a_proposal_is_accepted_in_other_words_and_the_audit_knows_the_shell(shell):
    number = shell.propose()
    code, printed, _ = shell.kb("accept", number, "--text", "-", "--revision", "1", "--words", "Thanks", "--same-meaning", typed="1. Hear them.\n")
    assert (code, printed, shell.text()) == (0, f"Number {number} is accepted: revision 2\n", "1. Hear them.")
    p = json.loads(shell.kb("show", number, "--json")[1])
    assert (p["state"], p["in_meaning"], p["words"], p["decided_by"]) == ("accepted", False, "Thanks", "")
    with shell.platform.db.read() as session:
        acted = session.scalars(select(AuditEntry).where(AuditEntry.action == "proposal.accepted")).one()
    assert (acted.actor_id, acted.address) == (None, "cli")


def test_accepting_says_as_json_what_became_of_it(shell):
    answer = json.loads(shell.kb("accept", shell.propose(), "--json")[1])
    assert (answer["state"], answer["revision"], answer["in_meaning"]) == ("accepted", 2, True)


def test_a_proposal_is_declined_with_a_reason_once(shell):
    number = shell.propose()
    assert shell.kb("decline", number, " ")[0] == 1
    assert shell.kb("decline", number, "Said in step 2")[1] == f"Number {number} is declined\n"
    code, _, complaint = shell.kb("accept", number)
    assert (code, complaint.splitlines()[0]) == (1, "✗ This proposal has been decided already")
    assert "Said in step 2" in shell.kb("show", number)[1]


def test_what_changed_since_is_not_overwritten(shell):
    number = shell.propose()
    with shell.platform.db.read() as session:
        draft = draft_section(stored_text(session, "complaint-handling", "en", shell.ana), "steps", "1. Breathe.")
    with shell.platform.db.write() as session:
        save(session, draft, origin="browser")
    assert shell.kb("accept", number)[0] == 1
    assert shell.text() == "1. Breathe."
    assert "changed since; the article is at revision 2" in shell.kb("show", number)[1]


def test_the_shell_sees_articles_of_every_team_and_nothing_that_is_not_there(shell):
    number = shell.propose()
    shell.platform.accounts.teams.create(CLI, key="billing", name="Billing")
    with shell.platform.db.write() as session:
        session.scalars(select(Article).where(Article.slug == "complaint-handling")).one().audience = "team:billing"
    assert shell.kb("show", number)[0] == 0
    code, _, complaint = shell.kb("show", "99")
    assert (code, "no such proposal" in complaint) == (1, True)


def test_a_file_that_is_no_utf8_is_refused(shell, tmp_path):
    (tmp_path / "gb.md").write_bytes("1. 先听完。".encode("gb18030"))
    code, _, complaint = shell.kb("accept", shell.propose(), "--text", str(tmp_path / "gb.md"))
    assert (code, "Not UTF-8: byte 3" in complaint) == (1, True)
