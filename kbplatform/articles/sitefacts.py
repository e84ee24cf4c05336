"""Site facts: limits, times, contacts and law that only this site knows."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from kbplatform.articles.models import SiteFact
from kbplatform.bilingual import LANGS, Text
from kbplatform.db import utcnow
from kbplatform.errors import InvalidInput, SettingsError
from kbplatform.rendering import SiteFacts

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kbplatform.db import Database

MAX_VALUE = 200


@dataclass(frozen=True, slots=True)
class FactRow:
    """A declared fact with this site's values; an unset language is missing from ``values``."""

    key: str
    label: Text
    values: dict[str, str]
    owner: str
    expires_on: date | None


def load_facts(session: Session, lang: str) -> SiteFacts:
    """The facts of this site in ``lang``; one that has expired counts as unset."""
    today = utcnow().date()
    rows = session.scalars(select(SiteFact).where(SiteFact.lang == lang))
    return SiteFacts(lang, {r.key: r.value for r in rows if r.expires_on is None or r.expires_on >= today})


STAMP = (
    select(func.count(SiteFact.key)).scalar_subquery(),
    select(func.max(SiteFact.updated_at)).scalar_subquery(),
)
"""Columns for a query about something else; see :func:`facts_stamp`."""


def facts_stamp(count: int, newest: datetime | None) -> str:
    """A value that changes whenever a fact does, or expires, from what ``STAMP`` gives."""
    return f"{count} {newest} {utcnow().date()}"


def declared_facts(content: Path) -> dict[str, Text]:
    """The facts a pack declares in ``site.toml``: key → what it is. Raises SettingsError where it can't be read."""
    path = content / "site.toml"
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(Text(f"{path} 不是有效的 TOML：{error}", f"{path} is not valid TOML: {error}")) from error
    return {key: Text(str(row.get("zh", key)), str(row.get("en", key))) for key, row in data.items() if isinstance(row, dict)}


class SiteFactService:
    """Sets, removes and lists site facts. ``declared`` are the keys that articles may use."""

    def __init__(self, db: Database, declared: dict[str, Text]) -> None:
        self._db = db
        self._declared = declared

    def rows(self) -> list[FactRow]:
        """Every declared fact, and every set one, by key."""
        with self._db.read() as session:
            stored: dict[str, list[SiteFact]] = {}
            for row in session.scalars(select(SiteFact)):
                stored.setdefault(row.key, []).append(row)
        keys = sorted(self._declared.keys() | stored.keys())
        return [
            FactRow(
                key,
                self._declared.get(key, Text(key, key)),
                {r.lang: r.value for r in stored.get(key, [])},
                next((r.owner for r in stored.get(key, []) if r.owner), ""),
                min((r.expires_on for r in stored.get(key, []) if r.expires_on), default=None),
            )
            for key in keys
        ]

    def set(self, key: str, values: dict[str, str], *, owner: str = "", expires_on: date | None = None) -> None:
        """Store the values given per language. Raises InvalidInput for an unknown key or an unusable value."""
        if key not in self._declared:
            raise InvalidInput(
                Text(f"没有“{key}”这个站点事实", f"There is no site fact “{key}”"),
                remedy=Text("用 kbplatform site list 看有哪些。", "See `kbplatform site list` for the keys."),
            )
        for lang, value in values.items():
            if lang not in LANGS or not value.strip() or len(value) > MAX_VALUE or not value.isprintable():
                raise InvalidInput(
                    Text(f"{lang} 的值要写成一行，1–{MAX_VALUE} 字", f"the value for {lang} must be one line of 1–{MAX_VALUE} characters")
                )
        if expires_on and expires_on < utcnow().date():
            raise InvalidInput(Text("到期日已经过了", "the expiry date has passed already"))
        with self._db.write() as session:
            for lang, value in values.items():
                session.merge(SiteFact(key=key, lang=lang, value=value.strip(), owner=owner, expires_on=expires_on, updated_at=utcnow()))

    def unset(self, key: str) -> bool:
        """Remove a fact's values; False where it had none."""
        with self._db.write() as session:
            return bool(getattr(session.execute(delete(SiteFact).where(SiteFact.key == key)), "rowcount", 0))
