"""Mail through SMTP, off the request's path; printed to the log where no server is set."""

from __future__ import annotations

import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor, wait
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from kbplatform.settings import Settings

log = structlog.get_logger(__name__)
TIMEOUT_S = 15
TRIES = 3


class Mailer:
    """Sends plain texts, one after the other, in a thread of its own; what fails three times is in the log."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="mail")
        self._open: set[Future[None]] = set()

    @property
    def configured(self) -> bool:
        """Whether there is a server to send through."""
        return bool(self._settings.smtp_host)

    def send(self, to: str, subject: str, body: str) -> None:
        """Send a text; returns at once."""
        self.later(lambda: self._send(to, subject, body))

    def later(self, work: Callable[[], None]) -> None:
        """Do something that ends in a mail, off the request's path."""
        future = self._pool.submit(_logged, work)
        self._open.add(future)
        future.add_done_callback(self._open.discard)

    def flush(self, timeout_s: float = 30) -> None:
        """Wait until everything asked for so far is done."""
        wait(set(self._open), timeout_s)

    def close(self) -> None:
        """Finish what is under way."""
        self._pool.shutdown(wait=True)

    def _send(self, to: str, subject: str, body: str) -> None:
        if not self.configured:
            log.warning("mail.printed", to=to, subject=subject, body=body)
            return
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._settings.mail_from, to, subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="kbplatform")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        for left in reversed(range(TRIES)):
            try:
                self._deliver(message)
            except (OSError, smtplib.SMTPException) as error:
                log.warning("mail.failed", subject=subject, error=str(error), tries_left=left)
            else:
                return

    def _deliver(self, message: EmailMessage) -> None:
        s, context = self._settings, ssl.create_default_context()
        if s.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(s.smtp_host, s.smtp_port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(s.smtp_host, s.smtp_port, timeout=TIMEOUT_S)
        with server:
            if s.smtp_security == "starttls":
                server.starttls(context=context)
            if s.smtp_user:
                server.login(s.smtp_user, s.smtp_password)
            server.send_message(message)


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        log.exception("mail.failed")
