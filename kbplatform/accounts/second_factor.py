"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import hmac
import secrets
import time
import unicodedata
from typing import TYPE_CHECKING

import pyotp
import segno
from sqlalchemy import delete, func, select, update

from kbplatform.accounts.models import RecoveryCode, User
from kbplatform.accounts.vault import fingerprint
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.accounts.vault import Vault

STEP_S = 30
DRIFT = 1
"""Steps a phone's clock may be off: half a minute either way."""
LOOK = 20
"""Steps within which a code is recognised, not taken, to tell that the clock is wrong."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without i l o 0 1: read aloud without mistakes


def new_secret() -> str:
    """A secret for an authenticator app, base32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, name: str, site_name: str) -> str:
    """What the app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=site_name)


def qr_svg(uri: str) -> str:
    """The QR code as an SVG data address for ``<img>``; black on white in every theme, so that every camera reads it."""
    return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=3, light="#fff"))


def matching_step(secret: str, code: str, *, now: float | None = None, future_hint: bool = True) -> int:
    """The time step that ``code`` belongs to. Raises InvalidInput; a phone whose clock is off is told so.

    Without ``future_hint`` only a slow clock is: to confirm a code of a time to come would help whoever guesses.
    """
    totp, digits = pyotp.TOTP(secret), "".join(unicodedata.normalize("NFKC", code).split())
    here = int((time.time() if now is None else now) // STEP_S)
    found = [step for step in range(here - LOOK, here + LOOK + 1) if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode())]
    if not future_hint:
        found = [step for step in found if step <= here + DRIFT]
    if not found:
        raise wrong(
            "code",
            Text(
                "验证码不对，请用验证器里现在显示的那个；总不对的话，把手机时间设为自动",
                "That code is not right. Use the one the app shows now; if none is, set the phone's clock to automatic",
            ),
        )
    off = min((step - here for step in found), key=abs)
    if abs(off) > DRIFT:
        minutes = max(1, round(abs(off) * STEP_S / 60))
        raise wrong(
            "code",
            Text(
                f"手机时间和服务器差了约 {minutes} 分钟：请在手机上打开“自动设定时间”，再输入新的验证码",
                f"The phone's clock is about {minutes} min off: set it to automatic time, then enter a new code",
            ),
        )
    return here + off


def take_step(session: Session, user_id: int, step: int) -> None:
    """Use up a code. Raises InvalidInput where it, or a later one, has been used: a code works once."""
    taken = session.execute(update(User).where(User.id == user_id, User.totp_step < step).values(totp_step=step).returning(User.id)).all()
    if not taken:
        raise wrong("code", Text("这个验证码已经用过，请等下一个", "That code has been used. Wait for the next one"))


def turn_on(session: Session, vault: Vault, user: User, secret: str, code: str) -> list[str]:
    """Keep the secret once a code shows that the app has it; the recovery codes, shown this once."""
    step = matching_step(secret, code)
    user.totp_secret, user.totp_step = vault.seal(secret), step
    return new_recovery_codes(session, user.id)


def turn_off(session: Session, user: User) -> None:
    """Forget the secret and the recovery codes."""
    user.totp_secret, user.totp_step = None, 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def new_recovery_codes(session: Session, user_id: int) -> list[str]:
    """Ten new codes; the old ones stop working. Each holds about 119 bits, so that a plain hash guards it."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(24)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_recovery_hash(user_id, code)) for code in codes)
    return ["-".join(code[i : i + 4] for i in range(0, 24, 4)) for code in codes]


def use_recovery_code(session: Session, user_id: int, typed: str) -> bool:
    """Whether ``typed`` is one of the person's unused codes; it is used up."""
    plain = "".join(c for c in typed.lower() if c.isalnum())
    return bool(
        session.execute(
            update(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _recovery_hash(user_id, plain), RecoveryCode.used_at.is_(None))
            .values(used_at=utcnow())
            .returning(RecoveryCode.id)
        ).all()
    )


def recovery_codes_left(session: Session, user_id: int) -> int:
    """How many unused codes there are."""
    return session.scalar(select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def _recovery_hash(user_id: int, code: str) -> str:
    return fingerprint(f"recovery:{user_id}:{code}")
