"""Sending the week by mail: to each who wants it, once, whatever dies meanwhile and on however many servers it is begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from kbplatform.sdk import InvalidInput, Job, Text, Unavailable, Undelivered, recipients, utcnow
from kbplatform_experience.models import DigestMail
from kbplatform_experience.reading.choices import Choices
from kbplatform_experience.reading.digest import Digests, Week
from kbplatform_experience.reading.letter import letter
from kbplatform_experience.registry import READ

if TYPE_CHECKING:
    from datetime import datetime

    from kbplatform.sdk import Mail, Posting, Recipient, Services
    from kbplatform_experience.reading.digest import Digest

log = structlog.get_logger(__name__)
SENDING, SENT, EMPTY, FAILED, UNSURE = "sending", "sent", "empty", "failed", "unsure"
KEEP = timedelta(weeks=8)
"""How long it is remembered who got which week. Older weeks are not sent any more."""
WINDOW = timedelta(hours=48)
"""So long after the end of a week it still goes out by itself: Monday and Tuesday, UTC."""
MOST_TRIES = 6
_LOST = timedelta(minutes=10)
"""A mail that has been on its way for longer was lost with its process."""
_LONGEST_ERROR = 200


@dataclass(slots=True)
class Outcome:
    """What became of one week's mail. ``failed`` and ``unsure`` are (number of the person, what the server said).

    Who is unsure may have got it and is not sent it again; that of an earlier run is told again.
    """

    week: Week
    sent: int = 0
    empty: int = 0
    """People who had nothing to read in that week."""
    before: int = 0
    """Who had got it already, or is getting it from another process."""
    waiting: int = 0
    """Whose address failed and is not yet to be tried again."""
    failed: list[tuple[int, str]] = field(default_factory=list)
    unsure: list[tuple[int, str]] = field(default_factory=list)


class Mailing:
    """Sends weeks. Each person's row is taken before their mail goes out: what is not surely unsent is never sent again."""

    def __init__(self, services: Services) -> None:
        self._services, self._db, self._settings = services, services.db, services.settings
        self._digests, self._choices, self._mail = Digests(services.db), Choices(services), services.mail

    def run(
        self, week: Week, *, dry_run: bool = False, patient: bool = False, stopping: Callable[[], bool] = lambda: False, now: datetime | None = None
    ) -> Outcome:
        """Send a week to all who want it and have not got it. ``patient``: addresses that failed wait longer each time, and not for ever.

        ``dry_run`` counts as ``sent`` who would get it. Raises Unavailable where there is no mail server, it can't be reached or the
        settings switch the mail off, InvalidInput for a week that is not over or too long ago.
        """
        now = now or utcnow()
        self._check(week, now)
        outcome = Outcome(week)
        with self._db.read() as session:
            chosen = self._choices.made(session)
            rows = {r.user_id: r for r in session.scalars(select(DigestMail).where(DigestMail.week == str(week)))}
        among = None if self._choices.unasked else [p for p, lang in chosen.items() if lang]
        with self._mail.posting() as posting:
            for recipient in recipients(self._services, READ, among):
                person = recipient.viewer.id or 0
                lang, row = chosen.get(person, self._choices.unasked), rows.get(person)
                if stopping():
                    break
                if not lang:
                    continue
                if row is not None and row.state != FAILED:
                    _recall(outcome, row, now)
                elif row is not None and patient and not _is_due(row, now):
                    outcome.waiting += 1
                else:
                    self._try_one(posting, recipient, lang, outcome, dry_run=dry_run, asked=person in chosen)
        return outcome

    def _check(self, week: Week, now: datetime) -> None:
        if not self._mail.configured:
            raise Unavailable(
                Text("还没有设邮件服务器，周报发不出去", "There is no mail server, so the week can't be sent"),
                remedy=Text(
                    "设 KBPLATFORM_SMTP_HOST、KBPLATFORM_MAIL_FROM 和 KBPLATFORM_PUBLIC_URL（链接用），"
                    "要登录的再设 KBPLATFORM_SMTP_USER、KBPLATFORM_SMTP_PASSWORD。",
                    "Set KBPLATFORM_SMTP_HOST, KBPLATFORM_MAIL_FROM and, for the links, KBPLATFORM_PUBLIC_URL; "
                    "KBPLATFORM_SMTP_USER and KBPLATFORM_SMTP_PASSWORD where the server asks for them.",
                ),
            )
        if self._settings.experience_digest == "off":
            raise Unavailable(
                Text("站点设置里关掉了周报", "The site's settings switch the weekly mail off"),
                remedy=Text("把 KBPLATFORM_EXPERIENCE_DIGEST 改成 asked 或 everyone。", "Set KBPLATFORM_EXPERIENCE_DIGEST to asked or everyone."),
            )
        if week.ends > now:
            raise InvalidInput(Text(f"{week} 这一周还没过完", f"The week {week} is not over yet"))
        if week.ends < now - KEEP:
            raise InvalidInput(Text(f"{week} 太久了，只能发最近八周的", f"{week} is too long ago: only the last eight weeks are sent"))

    def _try_one(self, posting: Posting, recipient: Recipient, lang: str, outcome: Outcome, *, dry_run: bool, asked: bool) -> None:
        """One person's mail. What is wrong with theirs is nobody else's trouble; a server that can't be reached is everybody's."""
        person = recipient.viewer.id or 0
        try:
            digest = self._digests.of(recipient.viewer, "en" if lang == "en" else "zh", outcome.week, samples=False)
            self._one(posting, recipient, digest, lang, outcome, dry_run=dry_run, asked=asked)
        except Unavailable:
            raise
        except Exception as error:  # a week that can't be made: the others' can
            log.exception("experience.digest_failed", person=person, week=str(outcome.week))
            outcome.failed.append((person, type(error).__name__))

    def _one(self, posting: Posting, recipient: Recipient, digest: Digest, lang: str, outcome: Outcome, *, dry_run: bool, asked: bool) -> None:
        person, state = recipient.viewer.id or 0, SENDING if digest else EMPTY
        if not dry_run and digest:
            _reach(posting)
        if not dry_run and not self._take(digest.week, person, state):
            outcome.before += 1
            return
        if not digest:
            outcome.empty += 1
            return
        if not dry_run and not self._post(posting, self._letter(recipient, digest, lang, asked=asked), digest.week, person, outcome):
            return
        outcome.sent += 1

    def _letter(self, recipient: Recipient, digest: Digest, lang: str, *, asked: bool) -> Mail:
        person = recipient.viewer.id or 0
        return letter(
            digest, "en" if lang == "en" else "zh", self._settings,
            to=recipient.address, person=person, token=self._choices.token(person), asked=asked,
        )  # fmt: skip

    def _post(self, posting: Posting, mail: Mail, week: Week, person: int, outcome: Outcome) -> bool:
        try:
            posting.send(mail)
        except Undelivered as error:
            words = str(error)[:_LONGEST_ERROR]
            self._note(week, person, FAILED if error.sure else UNSURE, words)
            (outcome.failed if error.sure else outcome.unsure).append((person, words))
            log.warning("experience.digest_failed", person=person, week=str(week), error=words, sure=error.sure)
            return False
        self._note(week, person, SENT)
        return True

    def _take(self, week: Week, person: int, state: str) -> bool:
        """Whether this process is the one that sends it: the row is written before, and nobody writes it twice."""
        key = (DigestMail.week == str(week), DigestMail.user_id == person)
        try:
            with self._db.write() as session:
                again = update(DigestMail).where(*key, DigestMail.state == FAILED).values(state=state, tries=DigestMail.tries + 1, at=utcnow())
                if getattr(session.execute(again), "rowcount", 0) == 1:
                    return True
                if session.scalar(select(DigestMail.user_id).where(*key)) is not None:
                    return False
                session.add(DigestMail(week=str(week), user_id=person, state=state, tries=1))
        except IntegrityError:  # another process was a moment earlier
            return False
        return True

    def _note(self, week: Week, person: int, state: str, error: str = "") -> None:
        with self._db.write() as session:
            done = update(DigestMail).where(DigestMail.week == str(week), DigestMail.user_id == person)
            session.execute(done.values(state=state, error=error, at=utcnow()))


def _recall(outcome: Outcome, row: DigestMail, now: datetime) -> None:
    """Somebody whose week was dealt with before."""
    lost = row.state == SENDING and row.at < now - _LOST
    if row.state == UNSURE or lost:
        outcome.unsure.append((row.user_id, row.error or "the process ended while it was sending"))
    elif row.state == EMPTY:
        outcome.empty += 1
    else:
        outcome.before += 1


def _is_due(row: DigestMail, now: datetime) -> bool:
    """Whether an address that failed is to be tried again by itself: after 1, 2, 4, 8, 16 hours."""
    return row.tries < MOST_TRIES and now >= row.at + timedelta(hours=2 ** (row.tries - 1))


def _reach(posting: Posting) -> None:
    try:
        posting.connect()
    except Undelivered as error:
        raise Unavailable(
            Text(f"连不上邮件服务器：{error}", f"The mail server can't be reached: {error}"),
            remedy=Text("看看 KBPLATFORM_SMTP_* 这几项设置；没发的下次接着发。", "Check KBPLATFORM_SMTP_*; what was not sent goes out next time."),
        ) from error


def job(services: Services) -> Job:
    """The week that is over goes out by itself from Monday, midnight UTC: morning in China."""

    def work(stopping: Callable[[], bool]) -> None:
        now = utcnow()
        forget(services, now)
        week = Week.of("", now.date()).beside(-1)
        if now < week.ends + WINDOW and Choices(services).offered:
            try:
                done = Mailing(services).run(week, patient=True, stopping=stopping, now=now)
            except Unavailable as error:
                log.warning("experience.digest_waits", week=str(week), error=error.message.en)
                return
            if done.sent or done.failed:
                log.info("experience.digest_sent", week=str(week), sent=done.sent, failed=len(done.failed))

    return Job("digest", timedelta(hours=1), work)


def forget(services: Services, now: datetime) -> None:
    """Who got which week is forgotten after a while."""
    oldest = Week.of("", (now - KEEP).date()).beside(-1)
    with services.db.write() as session:
        session.execute(delete(DigestMail).where(DigestMail.week < str(oldest)))
