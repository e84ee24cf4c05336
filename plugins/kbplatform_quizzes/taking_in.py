"""What was read from a stranger's file goes into the bank; what is in the bank goes out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

from kbplatform.sdk import Text
from kbplatform_quizzes.authoring import Added, add_questions
from kbplatform_quizzes.formats.exported import Loss
from kbplatform_quizzes.formats.imported import Imported, Item, unique
from kbplatform_quizzes.formats.markup import Picture
from kbplatform_quizzes.models import Attachment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Database
    from kbplatform_quizzes.question import Question

IMPORTED = "imported"
"""The sheet of questions that came without an article."""
_LEAST_LETTERS, _LONGEST = 3, 50


@dataclass(frozen=True, slots=True)
class Destination:
    """Where imported questions go: the article ``slug`` and its ``section``; without a slug, a sheet named after their category."""

    slug: str = ""
    section: str = ""

    def of(self, item: Item) -> str:
        """The sheet of an item."""
        return self.slug or sheet_of(item.category)


def sheet_of(category: str) -> str:
    """``imported``, with the last part of the category behind it where that has Latin letters."""
    last = re.split(r"(?<!/)/(?!/)", category)[-1].lower()
    words = "-".join(re.findall(r"[a-z0-9]+", last))[:_LONGEST].strip("-") if last.isascii() else ""
    return f"{IMPORTED}-{words}" if sum(c.isalpha() for c in words) >= _LEAST_LETTERS else IMPORTED


def take_in(session: Session, imported: Imported, to: Destination, actor: Actor) -> dict[str, list[Added]]:
    """Add what was read to the bank, pictures first; what came of it by sheet. Call it inside one ``db.write()``."""
    for picture in imported.pictures.kept.values():
        _keep(session, picture)
    sheets: dict[str, list[Question]] = {}
    for item in imported.report:
        if item.question is not None:
            question = replace(item.question, section=to.section) if to.section else item.question
            sheets.setdefault(to.of(item), []).append(question)
    return {slug: add_questions(session, slug, sheets[slug], actor) for slug in sorted(sheets)}


def _keep(session: Session, picture: Picture) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(Attachment).values(sha256=picture.sha256, mime=picture.mime, data=picture.data)
    session.execute(row.on_conflict_do_nothing())


def picture(db: Database, sha256: str) -> Picture | None:
    """A picture that came in with a question."""
    with db.read() as session:
        found = session.get(Attachment, sha256)
    return Picture(found.sha256, found.mime, found.data) if found else None


def together(questions: Iterable[Question]) -> tuple[list[Question], list[Loss]]:
    """Questions of several sheets for one file: no two under one id, and which had to change theirs."""
    found = list(questions)
    renamed = [item.question for item in unique(Item(0, q.id, "imported", (), q) for q in found)]
    done, losses = [], []
    for before, after in zip(found, renamed, strict=True):
        assert after is not None  # noqa: S101 - every item was given one
        done.append(after)
        if after.id != before.id:
            losses.append(Loss(after.id, (_renamed(before.id),)))
    return done, losses


def _renamed(key: str) -> Text:
    return Text(f"编号原来是 {key}，和别的实践重了", f"its id was {key}, which another practice has too")
