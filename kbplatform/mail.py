"""Mail through SMTP, off the request's path; printed to the log where no server is set."""

from __future__ import annotations

import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Any, Self

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future
    from types import TracebackType

    from kbplatform.settings import Settings

log = structlog.get_logger(__name__)
TIMEOUT_S = 15
TRIES = 3


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one address: ``text``, and where there is one the same as ``html``.

    ``ref`` names what it says (``digest.2026-W48.7``): sent again, it has the same Message-ID, by which mail programs show it once.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    ref: str = ""


class Undelivered(Exception):
    """The server did not take a mail. ``sure``: certainly not; else the connection was lost before it answered, and it may have."""

    def __init__(self, words: str, *, sure: bool = True) -> None:
        super().__init__(words)
        self.sure = sure


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

    def posting(self) -> Posting:
        """A connection for many mails, by whoever is no request and wants to know what became of each."""
        return Posting(self._settings)

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
        message = message_of(Mail(to, subject, body), self._settings.mail_from)
        for left in reversed(range(TRIES)):
            try:
                with _connect(self._settings) as server:
                    server.send_message(message)
            except (OSError, smtplib.SMTPException) as error:
                log.warning("mail.failed", subject=subject, error=str(error), tries_left=left)
            else:
                return


class Posting:
    """One connection to the mail server, opened when it is needed and again where the server closed it. Not for several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: _Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._hang_up()

    def connect(self) -> None:
        """Make sure of a connection. Raises Undelivered where the server can't be reached or lets nobody in: nothing was sent then."""
        if self._server is not None and self._server.sock is not None:
            return
        try:
            self._server = _connect(self._settings)
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(_words(error)) from error

    def send(self, mail: Mail) -> None:
        """Send one mail now, and say what became of it. Raises Undelivered."""
        try:
            message = message_of(mail, self._settings.mail_from)
        except ValueError as error:  # an address that is none
            raise Undelivered(_words(error)) from error
        fresh = self._server is None or self._server.sock is None
        self.connect()
        try:
            self._hand_over(message)
        except smtplib.SMTPServerDisconnected as error:  # the server waited too long for this one
            if fresh or self._unanswered():
                raise self._failed(error) from error
            self._hang_up()
            self.connect()
            try:
                self._hand_over(message)
            except (OSError, smtplib.SMTPException, ValueError) as again:
                raise self._failed(again) from again
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise self._failed(error) from error

    def _hand_over(self, message: EmailMessage) -> None:
        assert self._server is not None  # noqa: S101 - connect() was asked before
        self._server.send_message(message)

    def _unanswered(self) -> bool:
        return self._server is not None and self._server.unanswered

    def _failed(self, error: Exception) -> Undelivered:
        sure = not self._unanswered()
        if isinstance(error, OSError) and not isinstance(error, _ANSWERED):
            self._hang_up()
        return Undelivered(_words(error), sure=sure)

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


class _Client(smtplib.SMTP):
    """Knows whether a text was handed over and no answer has come yet: only then may the server have it or not."""

    unanswered = False

    def data(self, msg: Any) -> tuple[int, bytes]:  # noqa: ANN401 - as in smtplib
        self.unanswered = True
        try:
            answer = super().data(msg)
        except smtplib.SMTPDataError:  # it did not even want to hear it
            self.unanswered = False
            raise
        self.unanswered = False
        return answer


class _TlsClient(_Client, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


_ANSWERED = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)
"""After these the conversation goes on."""


def _connect(settings: Settings) -> _Client:
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: _Client = _TlsClient(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S, context=context)
    else:
        server = _Client(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


class _Policy(EmailPolicy):
    """Chinese in seven bits, so that every server takes it; the addresses of ``List-`` headers whole: folded, they would be encoded words."""

    def fold(self, name: str, value: Any) -> str:  # noqa: ANN401 - as in email
        return f"{name}: {value}{self.linesep}" if name.lower().startswith("list-") else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - as in email
        return self.fold(name, value).encode("ascii") if name.lower().startswith("list-") else super().fold_binary(name, value)


_POLICY = _Policy(cte_type="7bit")


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it travels. Raises ValueError where an address or a header is none."""
    message = EmailMessage(policy=_POLICY)
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{mail.ref}@kbplatform>" if mail.ref else make_msgid(domain="kbplatform")
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _words(error: Exception) -> str:
    """What the server said, without naming the address: the first answer of several."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()), (0, b""))
        return f"{code} {_decoded(answer)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _decoded(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        log.exception("mail.failed")
