"""Samples for a site that is being tried: shown as samples, taken out again as easily as they came."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from kbplatform.sdk import LANGS, utcnow
from kbplatform_experience.announcing import announce
from kbplatform_experience.models import Entry, Tag

if TYPE_CHECKING:
    from kbplatform.sdk import Database

AGE = timedelta(days=60)
"""So old are they made: what colleagues really wrote stands before them."""
FILE = Path(__file__).with_name("samples.toml")


def load_samples(db: Database) -> int:
    """Add the samples that are not there, in both languages; returns how many were added."""
    samples = tomllib.loads(FILE.read_text("utf-8"))["entry"]
    with db.write() as session:
        there = set(session.execute(select(Entry.lang, Entry.lesson).where(Entry.sample)).tuples())
        added = [_entry(sample, lang) for sample in samples for lang in LANGS if (lang, sample[lang]["lesson"]) not in there]
        session.add_all(entry for entry, _ in added)
        session.flush()
        session.add_all(Tag(entry_id=entry.id, tag=tag) for entry, tags in added for tag in tags)
        announce(session, [entry.id for entry, _ in added])
        return len(added)


def remove_samples(db: Database) -> int:
    """Take every sample out, with what was said under it; returns how many went."""
    with db.write() as session:
        numbers = list(session.scalars(select(Entry.id).where(Entry.sample)))
        announce(session, numbers)
        session.execute(delete(Entry).where(Entry.sample))
        return len(numbers)


def _entry(sample: dict[str, Any], lang: str) -> tuple[Entry, list[str]]:
    words = {name: sample[lang].get(name, "") for name in ("lesson", "situation", "action", "result")}
    entry = Entry(kind=sample["kind"], lang=lang, slug=sample["slug"], section=sample["section"], sample=True, source="sample", figures=[],
                  at=utcnow() - AGE, **words)  # fmt: skip
    return entry, [tag.casefold() for tag in sample["tags"][lang]]
