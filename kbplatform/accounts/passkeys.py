"""Passkeys (WebAuthn): a device proves that it is there and that its owner unlocked it. Counts as both factors.

They belong to one host name, and browsers offer them over https or on localhost only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from kbplatform.accounts import audit
from kbplatform.accounts.links import make_challenge, use_challenge
from kbplatform.accounts.models import Passkey, User
from kbplatform.accounts.names import clean_name
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import InvalidInput, NotFound, wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.db import Database
    from kbplatform.viewer import Actor

MAX_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey in its owner's list."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the browser is: the host name keys belong to, and the origin it must say."""

    host: str
    origin: str
    site_name: str


class Passkeys:
    """Adding passkeys and signing in with them. The library is loaded when the first is used: it is a large one."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list(self, user_id: int) -> list[PasskeyRow]:
        """A person's passkeys, the newest first."""
        with self._db.read() as session:
            rows = session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id.desc()))
            return [PasskeyRow(r.id, r.name, r.created_at, r.last_used_at) for r in rows]

    def offer(self, user_id: int, name: str, place: Place) -> tuple[str, str]:
        """What the browser needs to make a passkey, as JSON, and the challenge to remember. Raises InvalidInput where there are many."""
        import webauthn  # noqa: PLC0415 - see the class
        from webauthn.helpers import base64url_to_bytes, structs  # noqa: PLC0415 - see the class

        with self._db.write() as session:
            have = session.scalars(select(Passkey.credential_id).where(Passkey.user_id == user_id)).all()
            if len(have) >= MAX_PASSKEYS:
                raise wrong("name", Text(f"最多 {MAX_PASSKEYS} 个通行密钥", f"At most {MAX_PASSKEYS} passkeys"))
            challenge = make_challenge(session)
        options = webauthn.generate_registration_options(
            rp_id=place.host,
            rp_name=place.site_name,
            user_name=name,
            user_id=f"kb-{user_id}".encode(),
            challenge=challenge.encode(),
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(c)) for c in have],
        )
        return webauthn.options_to_json(options), challenge

    def add(self, actor: Actor, credential: dict[str, Any], challenge: str, place: Place, name: str) -> None:
        """Keep a passkey the browser has made. Raises InvalidInput where its answer is not right."""
        import webauthn  # noqa: PLC0415 - see the class
        from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415 - see the class

        name = clean_name(name or "passkey")
        try:
            made = webauthn.verify_registration_response(
                credential=json.dumps(credential), expected_challenge=challenge.encode(), expected_rp_id=place.host, expected_origin=place.origin,
                require_user_verification=True,
            )  # fmt: skip
        except Exception as error:  # the library raises its own errors and those of what it is fed
            raise _refused() from error
        with self._db.write() as session:
            use_challenge(session, challenge)
            row = Passkey(
                user_id=actor.id, credential_id=bytes_to_base64url(made.credential_id), public_key=bytes_to_base64url(made.credential_public_key),
                sign_count=made.sign_count, name=name,
            )  # fmt: skip
            session.add(row)
            session.flush()
            audit.record(session, actor, "passkey.added", "passkey", row.id)

    def remove(self, actor: Actor, passkey_id: int) -> None:
        """Forget one of one's own passkeys. Raises NotFound."""
        with self._db.write() as session:
            gone = session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == actor.id).returning(Passkey.id)).all()
            if not gone:
                raise NotFound(Text("没有这个通行密钥", "There is no such passkey"))
            audit.record(session, actor, "passkey.removed", "passkey", passkey_id)

    def ask(self, place: Place) -> tuple[str, str]:
        """What the browser needs to sign somebody in, as JSON, and the challenge to remember. Says nothing of who has an account."""
        import webauthn  # noqa: PLC0415 - see the class
        from webauthn.helpers import structs  # noqa: PLC0415 - see the class

        with self._db.write() as session:
            challenge = make_challenge(session)
        options = webauthn.generate_authentication_options(
            rp_id=place.host, challenge=challenge.encode(), user_verification=structs.UserVerificationRequirement.REQUIRED
        )
        return webauthn.options_to_json(options), challenge

    def judge(self, credential: dict[str, Any], challenge: str, place: Place) -> int:
        """Whose passkey this is. Raises InvalidInput, the same for every reason."""
        import webauthn  # noqa: PLC0415 - see the class
        from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - see the class

        with self._db.write() as session:
            use_challenge(session, challenge)
        with self._db.write() as session:
            row = _find(session, credential)
            if row is None:
                raise _refused()
            try:
                checked = webauthn.verify_authentication_response(
                    credential=json.dumps(credential), expected_challenge=challenge.encode(), expected_rp_id=place.host, expected_origin=place.origin,
                    credential_public_key=base64url_to_bytes(row.public_key), credential_current_sign_count=row.sign_count,
                    require_user_verification=True,
                )  # fmt: skip
            except Exception as error:  # as above
                raise _refused() from error
            row.sign_count, row.last_used_at = checked.new_sign_count, utcnow()
            return row.user_id


def _find(session: Session, credential: dict[str, Any]) -> Passkey | None:
    wanted = credential.get("id")
    if not isinstance(wanted, str) or "\0" in wanted:
        return None
    query = select(Passkey).join(User, User.id == Passkey.user_id).where(Passkey.credential_id == wanted[:2000], User.active.is_(True))
    return session.scalars(query.with_for_update(of=Passkey)).one_or_none()


def _refused() -> InvalidInput:
    return InvalidInput(
        Text("这个通行密钥没有通过", "That passkey was not accepted"),
        remedy=Text("请再试一次，或用密码登录。", "Try again, or sign in with your password."),
    )
