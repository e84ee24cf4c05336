"""Content gaps on a real database, read with the glossary that ships."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kbplatform.accounts.service import make_accounts
from kbplatform.articles.content_root import bundled_content
from kbplatform.glossary import Glossary
from kbplatform.insights.gaps import Asker
from kbplatform.insights.personal_data import personal_data
from kbplatform.insights.service import Gaps
from kbplatform.mail import Mailer
from kbplatform.plugin.calls import Calls
from kbplatform.plugin.loader import load_plugins
from kbplatform.plugin.services import Services
from kbplatform.search.setup import make_search

NOON = datetime(2031, 5, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def search(kb_settings, kb_database):
    service = make_search(kb_settings(), kb_database, [], Glossary.load(bundled_content() / "glossary.toml"))
    yield service
    service.close()


@pytest.fixture
def gaps(kb_database, search):
    return Gaps(kb_database, search)


@pytest.fixture
def accounts(kb_database, kb_settings):
    settings = kb_settings()
    mailer = Mailer(settings)
    yield make_accounts(Services(kb_database, settings, Calls(load_plugins(disabled=["calculators", "experience", "quizzes"]))), mailer, "k" * 64, {"gaps": personal_data})
    mailer.close()


@pytest.fixture
def ask(gaps):
    """``ask("退款多久到", who="browser a", minutes=0)`` → what became of it; ``who`` may be a person's number."""

    def ask_(query, *, who="somebody", minutes=0, lang="zh", context="search"):
        asker = Asker(who, None, "192.0.2.1") if isinstance(who, int) else Asker(None, who, "192.0.2.1")
        return gaps.ask(query, lang=lang, asker=asker, context=context, now=NOON + timedelta(minutes=minutes))

    return ask_
