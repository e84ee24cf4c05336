"""What the tests of proposals share: a pack of one article, people, and somebody to decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbplatform.accounts.models import User
from kbplatform.articles.packs import read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.articles.writing import draft_section, save, stored_text
from kbplatform.proposals.proposal import NewProposal
from kbplatform.proposals.service import Proposals
from kbplatform.viewer import Actor, Viewer

SOURCE = """---
title: {title}
number: 905
slug: angry-callers
audience: {audience}
owner: {owner}
---

A word before.

## Say {{#say}}

- I am sorry, {{name}}.

## Steps {{#steps}}

1. Listen.
2. Write it down.

```text
## not a heading
```

### Detail

Setext next.

Wrong turns
-----------

Never argue.
"""
STEPS = "1. Listen.\n2. Write it down.\n\n```text\n## not a heading\n```\n\n### Detail\n\nSetext next."
BETTER = "1. Listen.\n2. Repeat it."


@pytest.fixture
def pack(tmp_path) -> Path:
    """A pack with one article, in English and Chinese, to be changed at will."""
    write(tmp_path / "pack")
    return tmp_path / "pack"


def write(root: Path, *, title: str = "Angry callers", owner: str = "lead", audience: str = "everyone") -> Path:
    for lang in ("zh", "en"):
        path = root / "practices" / "905-angry-callers" / f"{lang}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE.format(title=title, owner=owner, audience=audience), "utf-8")
    return root


class Floor:
    """A database with the article and three people, and what they do."""

    def __init__(self, db, root: Path) -> None:
        self.db, self.root = db, root
        self.proposals = Proposals(db)
        sync_pack(db, read_pack(root))
        with db.write() as session:
            people = [User(name=name, name_key=name.lower()) for name in ("Ana", "Bo", "Chen")]
            session.add_all(people)
            session.flush()
            self.ana, self.bo, self.chen = (Viewer(id=p.id, name=p.name) for p in people)

    def actor(self, viewer: Viewer) -> Actor:
        return Actor(viewer.id, "192.0.2.1")

    def propose(self, who: Viewer | None = None, **changes) -> int:
        wanted = {"slug": "angry-callers", "lang": "en", "section": "steps", "revision": 1, "text": BETTER, "title": "Repeat it"}
        who = who or self.ana
        return self.proposals.propose(who, self.actor(who), NewProposal(**(wanted | changes)))

    def accept(self, number: int, who: Viewer | None = None, **given) -> int:
        who = who or self.bo
        return self.proposals.accept(who, self.actor(who), number, **given)

    def text(self, section: str = "steps", lang: str = "en") -> str:
        with self.db.read() as session:
            return stored_text(session, "angry-callers", lang, Viewer()).piece(section).text

    def source(self, lang: str = "en") -> str:
        with self.db.read() as session:
            return stored_text(session, "angry-callers", lang, Viewer()).source

    def edit(self, section: str, text: str, lang: str = "en") -> int:
        """Somebody changes a section on the site."""
        with self.db.read() as session:
            draft = draft_section(stored_text(session, "angry-callers", lang, Viewer()), section, text)
        with self.db.write() as session:
            return save(session, draft, origin="browser")

    def state(self, number: int) -> str:
        return self.proposals.get(self.bo, number, editor=True).state


@pytest.fixture
def floor(kb_database, pack) -> Floor:
    """On SQLite and on PostgreSQL in turn."""
    return Floor(kb_database, pack)
