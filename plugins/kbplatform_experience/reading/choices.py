"""Who wants the week by mail, in which language, and the signed link by which they stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kbplatform.sdk import InvalidInput, Text, recipients, utcnow
from kbplatform_experience.models import DigestChoice
from kbplatform_experience.registry import READ

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Lang, Services

PURPOSE = "experience.digest"


class Choices:
    """Who wants the week by mail, and in which language."""

    def __init__(self, services: Services) -> None:
        self._services, self._db, self._settings = services, services.db, services.settings

    @property
    def offered(self) -> bool:
        """Whether there is anything to choose: a mail server, and nobody who switched it off for all."""
        return self._services.mail.configured and self._settings.experience_digest != "off"

    def of(self, person: int) -> str:
        """The language somebody's week comes in; empty where they get none."""
        with self._db.read() as session:
            row = session.get(DigestChoice, person)
        return row.lang if row else self.unasked

    @property
    def unasked(self) -> Lang | str:
        """The language of those who never chose; empty where they get none."""
        return self._settings.default_lang if self._settings.experience_digest == "everyone" else ""

    def choose(self, person: int, lang: str) -> None:
        """Have it in this language; empty for not at all. Raises InvalidInput."""
        if lang not in {"", "zh", "en"}:
            raise InvalidInput(Text("只能选中文、英文或不发", "It comes in Chinese, in English or not at all"))
        with self._db.write() as session:
            session.merge(DigestChoice(user_id=person, lang=lang, at=utcnow()))

    def stop(self, person: int) -> None:
        """Send somebody no more. Nothing is written of a person who is gone."""
        with self._db.write() as session:
            session.execute(update(DigestChoice).where(DigestChoice.user_id == person).values(lang="", at=utcnow()))
        if any(recipients(self._services, READ, [person])):
            self.choose(person, "")

    def token(self, person: int) -> str:
        """What stops it without signing in."""
        return self._services.signer.sign(PURPOSE, str(person))

    def person_of(self, token: str) -> int | None:
        """Whose mail a token stops; None where it is none."""
        found = self._services.signer.read(PURPOSE, token[:500])
        return int(found) if found is not None else None

    def made(self, session: Session) -> dict[int, str]:
        """Everybody's choice who made one."""
        return dict(session.execute(select(DigestChoice.user_id, DigestChoice.lang)).tuples().all())
