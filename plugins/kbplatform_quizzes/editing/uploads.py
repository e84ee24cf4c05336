"""A file kept for an hour until its report was read. Whoever reads the database can't read it: the key is in the page only."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet
from sqlalchemy import delete, select

from kbplatform.sdk import NotFound, Text, utcnow
from kbplatform_quizzes.models import Upload

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Viewer

KEPT = timedelta(hours=1)
MOST = 10
"""Files kept for one person at a time: their oldest make room."""


def keep(db: Database, viewer: Viewer, name: str, data: bytes) -> str:
    """Keep a file; the key to it. Files whose time is over go."""
    key = Fernet.generate_key().decode("ascii")
    sealed = Fernet(key).encrypt(data)
    now = utcnow()
    with db.write() as session:
        session.execute(delete(Upload).where(Upload.expires_at < now))
        theirs = select(Upload.key_hash).where(Upload.author_id == viewer.id)
        oldest = session.scalars(theirs.order_by(Upload.expires_at.desc()).offset(MOST - 1)).all()
        session.execute(delete(Upload).where(Upload.key_hash.in_(oldest)))
        session.add(Upload(key_hash=_hash(key), author_id=viewer.id, name=name, sealed=sealed, expires_at=now + KEPT))
    return key


def fetch(db: Database, viewer: Viewer, key: str) -> tuple[str, bytes]:
    """Name and content of a file. Raises NotFound where there is none with this key, its time is over, or it is somebody else's."""
    with db.read() as session:
        found = session.get(Upload, _hash(key))
    if found is None or found.expires_at < utcnow() or found.author_id != viewer.id:
        raise NotFound(
            Text("没有这个文件，或者已经导入过、过了一小时", "There is no such file: it was taken in already, or its hour is over"),
            remedy=Text("请重新选文件。", "Choose it again."),
        )
    return found.name, Fernet(key).decrypt(found.sealed)


def drop(session: Session, key: str) -> None:
    """It was taken in."""
    session.execute(delete(Upload).where(Upload.key_hash == _hash(key)))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
