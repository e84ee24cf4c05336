"""Every address × method × who is asking × whom the article is for: nobody gets what they may not have."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.permissions import BUILT_IN
from kbplatform.app import platform_of
from kbplatform.articles.packs import read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.insights.gaps import Asker
from kbplatform.viewer import CLI, Viewer
from kbplatform.web.access import PUBLIC, SIGNED_IN, declared_permission, needs_person

AUDIENCES = {"everyone": "Pelikan", "signed-in": "Quokka", "team:billing": "Zorilla"}
"""Who an article is for → a word that stands in its title, body and aliases and nowhere else."""
SEES_ALL = {"editor", "owner"}
OWN = ("/withdraw", "/reactions", "/reactions/thanks", "/comments/1")
"""What one does with one's own alone, or with another's alone: refused to whoever holds the permission too."""
FIGURE = "Wallaby"
"""A word in the note of a figure that a team saved: nobody of the matrix both is in that team and may save figures."""
GAP = "Axolotl"
"""A word of somebody's question that search could not answer."""
SEES_GAPS = {"editor", "lead", "owner"}
LESSON = "Numbat"
"""A word of an entry of experience, of somebody unnamed, about the article that is for the team ``billing``."""
PROPOSED = "Potoroo"
"""A word that somebody proposes for that article. An editor of the matrix accepts it, so that all its readers may know of it then."""


@pytest.fixture
def site(kb_make_app, tmp_path):
    """An app with three secret articles and a person nobody in the matrix may touch; ``site(open_)``."""

    def make(read_access: str):
        app = kb_make_app(read_access=read_access)
        platform = platform_of(app)
        folder = tmp_path / f"pack-{read_access}" / "practices"
        for number, (audience, word) in enumerate(AUDIENCES.items(), 901):
            for lang in ("zh", "en"):
                path = folder / f"{number}-{slug_of(audience)}" / f"{lang}.md"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(
                    f"---\ntitle: {word} {lang}\nnumber: {number}\nslug: {slug_of(audience)}\ngroup: complaints\naliases: [{word}]\n"
                    f"related: [901, 902, 903]\naudience: {audience}\n---\n\n## Say {{#say}}\n\n- {word}\n\n## Steps {{#steps}}\n\n"
                    f"{word} [rate](calc:resolution_rate) Wombat\n",
                    "utf-8",
                )
        platform.accounts.teams.create(CLI, key="billing", name="Billing")
        answered, _open = (platform.gaps.ask(f"{GAP} {word}", lang="zh", asker=Asker(None, "a", "192.0.2.9")) for word in ("Wombat", "Okapi"))
        platform.gaps.answer(CLI, answered.id, slug=slug_of("team:billing"), section="steps")
        save_a_figure(platform)
        sync_pack(platform.db, read_pack(folder.parent))
        write_and_propose(platform)
        platform.deliver_events()
        platform.indexer().rebuild()
        platform.search.warm_up()
        return app

    return make


def save_a_figure(platform) -> None:
    """Number 1, of the team ``billing``."""
    from datetime import date

    from kbplatform_calculators.history import History
    from kbplatform_calculators.registry import registry_of
    from kbplatform_calculators.running import run
    from kbplatform_calculators.saved import Period

    registry = registry_of(platform.services)
    result = run(registry.get("resolution_rate"), {"received": 20, "resolved": 15})
    saver = Viewer(id=999_999, teams=frozenset({"billing"}))
    period = Period(date(2026, 1, 5), date(2026, 1, 11))
    assert History(platform.db, registry).save(saver, result, team="billing", period=period, note=FIGURE) == 1


def write_and_propose(platform) -> None:
    """Entry 1 and proposal 1, both about the article of the team ``billing``."""
    from kbplatform.sdk import NewProposal, propose
    from kbplatform_experience.models import Entry

    writer, proposer = (
        platform.accounts.people.create(None, CLI, NewPerson(name, "", frozenset(), frozenset({"billing"}))) for name in ("Mandrill writer", "Kowari")
    )
    slug = slug_of("team:billing")
    with platform.db.write() as session:
        session.add(Entry(kind="tip", lang="en", lesson=f"{LESSON} Wombat", situation=LESSON, slug=slug, section="steps", user_id=writer,
                          unnamed=True, team="billing", figures=[]))  # fmt: skip
    viewer = Viewer(id=proposer, teams=frozenset({"billing"}))
    new = NewProposal(slug=slug, lang="en", section="steps", revision=1, text=f"{PROPOSED} Wombat", title=PROPOSED)
    assert propose(platform.services, viewer, CLI, new) == 1


def slug_of(audience: str) -> str:
    return f"secret-{audience.replace(':', '-')}"


def hidden_from(name: str) -> set[str]:
    """The words of articles this viewer may not know of."""
    may = {"everyone"} | ({"signed-in"} if name != "anonymous" else set()) | ({"team:billing"} if name in SEES_ALL or name == "member" else set())
    hidden = {word for audience, word in AUDIENCES.items() if audience not in may} | {FIGURE}
    return hidden | ({GAP} if name not in SEES_GAPS else set()) | ({LESSON, PROPOSED} if "team:billing" not in may else set())


def addresses(rule: str, values: dict[str, str], slugs: list[str]):
    """The rule with every article's slug, or once with what else its parts may be."""
    for slug in slugs if "slug" in rule else [""]:
        path = rule
        for part in re.findall(r"<[^>]+>", rule):
            name = part.strip("<>").split(":")[-1]
            options = re.findall(r"[\w-]+", part.split("(", 1)[1].split(")")[0]) if "any(" in part else [values.get(name, slug)]
            path = path.replace(part, options[0])
        yield path, slug


@pytest.mark.slow
@pytest.mark.parametrize("read_access", ["everyone", "signed-in"])
def test_nobody_gets_through_any_address_what_they_may_not_have(site, kb_login, read_access, record_property):
    app = site(read_access)
    platform = platform_of(app)
    victim = kb_login(app, "owner", name="Mandrill victim")
    people = {role: () for role in BUILT_IN if role != "reader"} | {"reader": (), "member": ("billing",)}
    callers = Callers(app, kb_login)
    sizes: Counter[str] = Counter()
    wrong: list[str] = []
    values = {"person_id": str(victim.person_id), "session_id": "1", "token_id": "1", "team_id": "999", "name": "agent", "group_id": "complaints",
              "calculator_id": "resolution_rate", "gap_id": "1", "filename": "app.js", "plugin": "calculators", "lang": "en", "provider": "oidc",
              "code": "903", "proposal_id": "1", "conflict_id": "1", "term_id": "fcr", "run_id": "1", "token": "none", "position": "0", "number": "1",
              "comment": "1", "kind": "thanks", "draft": "none", "file": "1",  "question": "1", "user_id": str(victim.person_id), "key": "A" * 43 + "="}  # fmt: skip
    for who in ["anonymous", *people]:
        roles = [who] if who in BUILT_IN and who != "reader" else []
        for rule in app.url_map.iter_rules():
            declared = declared_permission(app.view_functions[rule.endpoint])
            assert declared, f"{rule.rule} declares no permission"
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                for path, _slug in addresses(rule.rule, values, [slug_of(a) for a in AUDIENCES]):
                    client = callers.get(who, method, *roles, teams=people.get(who, ()))
                    viewer_permissions = platform.accounts.permissions.granted(
                        ["reader", *roles] if who != "anonymous" or read_access == "everyone" else [], []
                    )
                    nobody = who == "anonymous" and needs_person(app.view_functions[rule.endpoint])
                    allowed = not nobody and (declared in {PUBLIC, SIGNED_IN} or declared in viewer_permissions)
                    response = client.open(
                        f"{path}?q=Wombat&lang=en&slug={slug_of('team:billing')}", method=method, headers=callers.headers(client, method), json=None
                    )
                    sizes[who] += 1
                    got_in = response.status_code < 300 or (response.status_code < 400 and "/sign-in" not in response.headers.get("Location", ""))
                    if not allowed and got_in:
                        wrong.append(f"{who} {method} {path}: {response.status_code}")
                    if allowed and response.status_code in {401, 403} and "/people/" not in path and not path.startswith("/sign-in/") and not path.endswith(OWN):
                        wrong.append(f"{who} {method} {path}: refused with {response.status_code}")
                    if response.status_code >= 500:
                        wrong.append(f"{who} {method} {path}: {response.status_code}")
                    body = response.get_data(as_text=True)
                    wrong += [f"{who} {method} {path}: knows of {word}" for word in hidden_from(who) if word in body]
                    if who != "owner" and "Mandrill" in body:
                        wrong.append(f"{who} {method} {path}: knows of somebody it may not see")
    record_property("figure", f"authorisation matrix, reading for {read_access}: {sum(sizes.values())} requests ({dict(sizes)}), {len(wrong)} leaks")
    assert wrong == []
    assert callers.signed_out() == []


class Callers:
    """Somebody new for each call that may change them, the same ones for all that only read."""

    def __init__(self, app, login) -> None:
        self._app, self._login = app, login
        self._readers = {}

    def get(self, who, method, *roles, teams):
        if method == "GET" and who in self._readers:
            return self._readers[who]
        client = self._app.test_client() if who == "anonymous" else self._login(self._app, *roles, teams=teams)
        if method == "GET":
            self._readers[who] = client
        return client

    def headers(self, client, method):
        """With a token where one is asked for."""
        return {} if method == "GET" else {"X-CSRFToken": token_of(client)}

    def signed_out(self):
        """Readers who are no longer who they were: the matrix would have asked as somebody else."""
        now = {who: client.get("/api/v1/me").get_json().get("id") for who, client in self._readers.items() if who != "anonymous"}
        return [who for who, number in now.items() if number != self._readers[who].person_id]


def token_of(client) -> str:
    """The CSRF token of the client's session, as a page of it would hold."""
    page = client.get("/forgot").get_data(as_text=True)
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def test_the_matrix_would_see_a_leak(site, kb_login):
    app = site("everyone")
    member = kb_login(app, teams=("billing",))
    for path in (f"/articles/{slug_of('team:billing')}", "/search?q=Wombat", "/api/v1/search?q=Wombat", "/groups/complaints", "/p/calculators/resolution_rate",
                 "/api/v1/articles?limit=100", f"/api/v1/articles/{slug_of('team:billing')}", "/"):  # fmt: skip
        assert "Zorilla" in member.get(path).get_data(as_text=True), path
        assert "Zorilla" not in app.test_client().get(path).get_data(as_text=True), path


def test_the_matrix_would_see_a_figure_of_another_team(site, kb_login):
    app = site("everyone")
    fellow, stranger = kb_login(app, "agent", teams=("billing",)), kb_login(app, "lead")
    base = "/p/calculators/resolution_rate/history"
    for path in (base, f"{base}.csv", f"{base}/1", f"{base}?team=team:billing", f"{base}.csv?team=team:billing"):
        assert FIGURE in fellow.get(path).get_data(as_text=True), path
        assert FIGURE not in stranger.get(path).get_data(as_text=True), path
    api = "/api/v1/p/calculators/resolution_rate/saved"
    assert FIGURE in fellow.get(f"{api}?team=billing").get_data(as_text=True)
    for path in (api, f"{api}?team=billing", f"{api}?team=nobody"):
        assert FIGURE not in stranger.get(path).get_data(as_text=True), path
    assert "75.0%" in fellow.get("/").get_data(as_text=True)
    assert "75.0%" not in stranger.get("/").get_data(as_text=True)


def test_the_matrix_would_see_a_question_of_somebody_else(site, kb_login):
    app = site("everyone")
    editor, member = kb_login(app, "editor"), kb_login(app, "lead", teams=("billing",))
    for path in ("/insights/gaps", "/insights/gaps/1", "/insights/gaps.csv", "/api/v1/gaps", "/api/v1/gaps/1"):
        assert GAP in editor.get(path).get_data(as_text=True), path
    assert "Zorilla" in member.get("/api/v1/gaps/1").get_data(as_text=True)


def test_scores_do_not_tell_which_words_stand_in_articles_one_may_not_read(site, kb_login):
    app = site("everyone")

    def scores(client, word):
        return [(h["slug"], h["score"]) for h in client.get(f"/api/v1/search?q=refund {word}&lang=en").get_json()["hits"]]

    stranger, member = app.test_client(), kb_login(app, teams=("billing",))
    assert scores(stranger, "Zorilla") == scores(stranger, "Zorila") == scores(stranger, "Xyzzyqq") != []
    assert scores(member, "Zorilla") != scores(member, "Xyzzyqq")


def test_counts_do_not_tell_of_articles_one_may_not_read(site, kb_login):
    app = site("everyone")
    totals = {
        who: client.get("/api/v1/articles").get_json()["total"]
        for who, client in {
            "anonymous": app.test_client(),
            "agent": kb_login(app, "agent"),
            "member": kb_login(app, "agent", teams=("billing",)),
        }.items()
    }
    assert (totals["agent"] - totals["anonymous"], totals["member"] - totals["agent"]) == (1, 1)


def test_taking_an_article_away_takes_it_out_of_pages_and_search_in_both_languages(site, kb_login):
    from kbplatform.articles.audience import set_audience

    app = site("everyone")
    platform = platform_of(app)
    set_audience(platform.db, CLI, slug_of("everyone"), "team:billing")
    index(platform)
    for lang in ("zh", "en"):
        assert app.test_client().get(f"/articles/{slug_of('everyone')}?lang={lang}").status_code == 404
        assert "Pelikan" not in app.test_client().get(f"/api/v1/search?q=Wombat&lang={lang}").get_data(as_text=True)
    assert "Pelikan" in kb_login(app, teams=("billing",)).get("/api/v1/search?q=Wombat").get_data(as_text=True)


def test_what_was_set_on_the_site_survives_a_changed_pack(site, tmp_path):
    from kbplatform.articles.audience import set_audience

    app = site("everyone")
    platform = platform_of(app)
    set_audience(platform.db, CLI, slug_of("everyone"), "team:billing")
    pack = tmp_path / "pack-everyone"
    for path in (pack / "practices").glob("901-*/*.md"):
        path.write_text(path.read_text("utf-8") + "\nmore\n", "utf-8")
    assert len(sync_pack(platform.db, read_pack(pack)).changed) == 2
    assert app.test_client().get(f"/articles/{slug_of('everyone')}").status_code == 404


def test_a_pack_that_narrows_one_language_narrows_both_in_search(site, tmp_path):
    app = site("everyone")
    platform = platform_of(app)
    path = tmp_path / "pack-everyone" / "practices" / f"901-{slug_of('everyone')}" / "zh.md"
    path.write_text(path.read_text("utf-8").replace("audience: everyone", "audience: signed-in"), "utf-8")
    sync_pack(platform.db, read_pack(tmp_path / "pack-everyone"))
    index(platform)
    for lang in ("zh", "en"):
        assert "Pelikan" not in app.test_client().get(f"/api/v1/search?q=Wombat&lang={lang}").get_data(as_text=True)


def index(platform) -> None:
    indexer = platform.indexer()
    indexer.run_once()
    indexer.close()


NEXT = ["//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "http:evil.example", "https:/evil.example",
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example/..", "/\t/evil.example", "/\n/evil.example", "/%0d%0aLocation:%20//evil",
        "\t//evil.example", " //evil.example", "//evil.example:80", "//user@evil.example", "https://127.0.0.1@evil.example", "//127.0.0.1.evil.example",
        "/\x00/evil.example", "ftp://evil.example", "file:///etc/passwd", "mailto:a@b", "vbscript:x", "//evil%E3%80%82example", "/\u200b/evil.example",
        "\u2028//evil.example", "/\u2029/evil.example", "//[::1]", "https://[::1]", "///", "////", "\\/evil.example", "/\\/evil.example", "\\evil.example",
        "evil.example", "./evil", "../evil", "?next=//evil", "#//evil", "http://", "https://", "//", "/\r/evil.example", "%2f%2fevil.example", "%5c%5cevil",
        "/\x0b/evil.example", "/\x0c/evil.example", "/\x85/evil.example", "/\ufeff/evil.example", "https:\\\\evil.example", "https:evil.example",
        "h\nttps://evil.example", "//evil\u3002example", "//ⓔvil.example", "／／evil.example", "/／evil.example", "//evil.example?x", "//evil.example#x",
        "blob:https://evil.example/x", "x:y", "tel:110"]  # fmt: skip


def test_signing_in_leads_nowhere_but_to_this_site(kb_make_app, kb_login):
    app = kb_make_app(read_access="everyone")
    accounts = platform_of(app).accounts
    accounts.people.create(None, CLI, NewPerson("Next"), password="a sentence to sign in with")
    assert len(NEXT) >= 60
    for target in NEXT:
        client = app.test_client()
        form = {"who": "Next", "password": "a sentence to sign in with", "next": target, "csrf_token": token_of(client)}
        response = client.post("/sign-in", data=form)
        assert response.status_code == 303, target
        assert re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", response.headers["Location"]), target


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost.evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_does_nothing_even_with_the_token(kb_make_app, kb_login, headers):
    app = kb_make_app(read_access="everyone")
    client = kb_login(app, "owner")
    form = {"csrf_token": token_of(client), "key": "evil", "name": "Evil"}
    assert client.post("/admin/teams", data=form, headers=headers).status_code == 403
    assert platform_of(app).accounts.teams.every() == []
    assert client.post("/admin/teams", data=form, headers={"Origin": "http://localhost"}).status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "eyJzaWQiOiJ4In0.aaaa.bbbb", "eyJzaWQiOiIxIn0.Zx.forged", "." * 3000])
def test_a_forged_session_is_nobody_s(kb_make_app, kb_login, cookie):
    app = kb_make_app(read_access="signed-in")
    kb_login(app, "owner")
    client = app.test_client()
    client.set_cookie("kb", cookie)
    assert client.get("/admin/people").headers["Location"].startswith("/sign-in?next=")
    assert client.get("/api/v1/people").status_code == 401


def test_fields_that_are_not_on_the_form_change_nothing(kb_make_app, kb_login):
    app = kb_make_app(read_access="everyone")
    accounts = platform_of(app).accounts
    lead = kb_login(app, "lead")
    extra = {
        "roles": "owner",
        "role": "owner",
        "is_owner": "1",
        "owner": "true",
        "permissions": "people.manage",
        "user_id": "1",
        "active": "1",
        "id": "1",
    }
    form = {"csrf_token": token_of(lead), "current": "x", "password": "another fine sentence", "again": "another fine sentence"} | extra
    lead.post("/account/password", data=form)
    token = accounts.people.invite(None, CLI, NewPerson("Invited"))[1]
    guest = app.test_client()
    guest.post(
        "/welcome",
        data={"token": token, "csrf_token": token_of(guest), "name": "Invited", "password": "a third fine sentence", "again": "a third fine sentence"}
        | extra,
    )
    assert guest.get("/api/v1/me").get_json()["roles"] == ["reader"]
    assert lead.get("/api/v1/me").get_json()["roles"] == ["lead", "reader"]
    owner = kb_login(app, "owner")
    body = {"name": "X", "is_owner": True}
    assert owner.post("/api/v1/people", json=body, headers={"X-CSRFToken": token_of(owner)}).status_code == 422
