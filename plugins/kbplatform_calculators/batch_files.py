"""The outcome of a file, kept for an hour until it is fetched. Whoever reads the database can't read it: the key is in its address only."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet
from sqlalchemy import delete, select

from kbplatform.sdk import NotFound, Text, utcnow
from kbplatform_calculators.models import BatchFile

if TYPE_CHECKING:
    from kbplatform.sdk import Database, Viewer

KEPT = timedelta(hours=1)
MOST = 50
"""Files kept for one person at a time: their oldest make room."""


def keep(db: Database, viewer: Viewer, name: str, text: str) -> str:
    """Keep a file; the key to it. Files whose time is over go."""
    key = Fernet.generate_key().decode("ascii")
    sealed = Fernet(key).encrypt(text.encode())
    now = utcnow()
    with db.write() as session:
        session.execute(delete(BatchFile).where(BatchFile.expires_at < now))
        theirs = select(BatchFile.key_hash).where(BatchFile.author_id == viewer.id)
        oldest = session.scalars(theirs.order_by(BatchFile.expires_at.desc()).offset(MOST - 1)).all()
        if oldest:
            session.execute(delete(BatchFile).where(BatchFile.key_hash.in_(oldest)))
        session.add(BatchFile(key_hash=_hash(key), author_id=viewer.id, name=name, sealed=sealed, expires_at=now + KEPT))
    return key


def fetch(db: Database, viewer: Viewer, key: str, name: str) -> bytes:
    """Content of a file. Raises NotFound where there is none with this key and name, where its time is over, or where it is somebody else's."""
    with db.read() as session:
        found = session.get(BatchFile, _hash(key))
    if found is None or found.expires_at < utcnow() or found.author_id != viewer.id or found.name != name:
        raise NotFound(
            Text("没有这个文件，或者已经过了一小时", "There is no such file, or its hour is over"),
            remedy=Text("请重新上传。", "Send it again."),
        )
    return Fernet(key).decrypt(found.sealed)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
