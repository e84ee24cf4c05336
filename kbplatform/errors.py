"""Errors that a person may see: each has a stable code, an HTTP status and words in both languages.

Raise one of these for anything a user, an operator or a client can put right. Everything else is
a bug: it is logged with a traceback and shown only by its error id.
"""

from __future__ import annotations

from dataclasses import dataclass

from kbplatform.bilingual import Text


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the input, and what to do."""

    field: str
    message: Text


class KbError(Exception):
    """Base of the errors shown to people. ``remedy`` says what to do next."""

    code = "error"
    status = 500
    title = Text("出错了", "Something went wrong")

    def __init__(self, message: Text, *, remedy: Text | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.remedy = remedy or Text("", "")


class InvalidInput(KbError):
    """The input cannot be used as it is; ``fields`` says which part and why."""

    code = "invalid-input"
    status = 422
    title = Text("输入有误", "That input can't be used")

    def __init__(self, message: Text, *, fields: tuple[FieldError, ...] = (), remedy: Text | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.fields = fields


def wrong(field: str, message: Text) -> InvalidInput:
    """One wrong field as an error."""
    return InvalidInput(message, fields=(FieldError(field, message),))


class NotFound(KbError):
    """There is no such thing, or this reader may not know of it: both look the same."""

    code = "not-found"
    status = 404
    title = Text("没有找到", "Not found")


class Forbidden(KbError):
    """The reader is known well enough to be told no."""

    code = "forbidden"
    status = 403
    title = Text("没有权限", "Not allowed")


class SignInNeeded(KbError):
    """Nobody in particular is asking, and this is not for everybody: a page leads to the sign-in form."""

    code = "sign-in-needed"
    status = 401
    title = Text("请先登录", "Sign in first")


class TooMany(KbError):
    """Too often in too short a time; ``retry_after_s`` says when to come back."""

    code = "too-many"
    status = 429
    title = Text("太频繁了", "Too many tries")

    def __init__(self, message: Text, *, remedy: Text | None = None, retry_after_s: int = 60) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after_s = retry_after_s


class Conflict(KbError):
    """Somebody else was first; both texts are kept."""

    code = "conflict"
    status = 409
    title = Text("内容已被改动", "Somebody else changed it first")


class StaleText(Conflict):
    """A late save: the text moved on since ``yours`` was begun. ``theirs`` is the text now, as ``revision``; both are handed back."""

    code = "stale"

    def __init__(self, *, revision: int, theirs: str, yours: str) -> None:
        super().__init__(
            Text("您动笔之后，内容已经被人改过，您的这次没有保存", "The text has changed since you began, so yours was not saved"),
            remedy=Text("请对照两份内容，在现在的上面再改一次。", "Compare the two texts and make your change again on the present one."),
        )
        self.revision = revision
        self.theirs = theirs
        self.yours = yours


class PreconditionNeeded(KbError):
    """The client must say which state it changes, so that nothing is overwritten unseen."""

    code = "precondition-required"
    status = 428
    title = Text("要说明改的是哪一版", "Say which revision you change")


class Unavailable(KbError):
    """A part the answer needs is down for now; trying again later makes sense."""

    code = "unavailable"
    status = 503
    title = Text("暂时不可用", "Not available just now")


class SettingsError(KbError):
    """A setting has a value that cannot be used. Names the setting and the accepted values."""

    code = "settings"
    title = Text("设置有误", "A setting is wrong")


class StorageError(KbError):
    """The database or the data directory cannot be used as it is."""

    code = "storage"
    title = Text("数据无法使用", "The data can't be used")
