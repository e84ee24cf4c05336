"""One shape of error for people, one (RFC 9457) for programs, both with an id that is in the log."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

import structlog
from flask import Flask, jsonify, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException, SecurityError

from kbplatform.bilingual import Lang, Text
from kbplatform.errors import Conflict, InvalidInput, KbError, SignInNeeded, StaleText, TooMany
from kbplatform.web.i18n import ui_lang
from kbplatform.web.unsent import unsent

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

log = structlog.get_logger(__name__)

_HTTP: dict[int, tuple[Text, Text]] = {
    400: (Text("请求有误", "That request can't be read"), Text("请检查地址或内容后再试。", "Check the address or the content and try again.")),
    404: (
        Text("没有找到", "Not found"),
        Text("地址可能写错了，或者页面改了名字。搜一下试试。", "The address may be wrong, or the page was renamed. Try searching."),
    ),
    405: (Text("这里不能这样用", "That can't be done here"), Text("这个地址不接受这种请求方式。", "This address does not accept that method.")),
    413: (Text("内容太大", "Too large"), Text("请分成几次提交。", "Send it in smaller parts.")),
    415: (Text("格式不对", "Wrong format"), Text("请用 application/json 提交。", "Send it as application/json.")),
    422: (Text("输入有误", "That input can't be used"), Text("请按提示改正。", "Correct what is named below.")),
}  # fmt: skip
_BUG = (
    Text("这里出了故障", "Something broke on our side"),
    Text(
        "已经记下了。请稍后再试；还不行就把错误编号告诉管理员。",
        "It has been logged. Try again in a moment; if it stays, give the error id to your administrator.",
    ),
)
_WRONG_HOST = Text(
    "这个站点不认识您用的主机名。管理员请把它写进 KBPLATFORM_ALLOWED_HOSTS 或 KBPLATFORM_PUBLIC_URL。",
    "This site does not answer to that host name. Operator: add it to KBPLATFORM_ALLOWED_HOSTS or KBPLATFORM_PUBLIC_URL.",
)


_AGAIN = Text("请刷新后再试一次。", "Load the page again and repeat it.")


class ErrorView:
    """What an error page shows."""

    def __init__(self, status: int, code: str, title: str, message: str, remedy: str) -> None:
        self.id = secrets.token_hex(4)
        self.status = status
        self.code = code
        self.title = title
        self.message = message
        self.remedy = remedy
        self.fields: list[dict[str, str]] = []
        self.texts: dict[str, object] = {}


def install_errors(app: Flask) -> None:
    """Turn every exception into an answer of the right shape."""
    app.register_error_handler(KbError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _at_one_moment)
    app.register_error_handler(Exception, _bug)


def problem(view: ErrorView) -> Response:
    """The error as ``application/problem+json``."""
    body: dict[str, object] = {
        "type": f"urn:kbplatform:error:{view.code}",
        "title": view.title,
        "status": view.status,
        "detail": view.message,
        "code": view.code,
        "error_id": view.id,
    }
    if view.remedy:
        body["remedy"] = view.remedy
    if view.fields:
        body["errors"] = view.fields
    body |= view.texts
    response = jsonify(body)
    response.status_code = view.status
    response.content_type = "application/problem+json"
    return response


def _answer(view: ErrorView) -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        return problem(view)
    return render_template("error.html", error=view), view.status


def _kept(view: ErrorView) -> ResponseReturnValue:
    """The form that was sent, to be sent once more; the plain error where there is none to keep."""
    form = unsent()
    return (render_template("unsent.html", error=view, unsent=form), view.status) if form else _answer(view)


def _known(error: KbError) -> ResponseReturnValue:
    if isinstance(error, SignInNeeded) and not request.path.startswith("/api/") and request.method == "GET":
        return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'), safe='')}", 303)
    lang = _lang()
    view = ErrorView(error.status, error.code, error.title.in_(lang), error.message.in_(lang), error.remedy.in_(lang))
    if isinstance(error, InvalidInput):
        view.fields = [{"field": f.field, "message": f.message.in_(lang)} for f in error.fields]
    if isinstance(error, StaleText):
        view.texts = {"current": {"revision": error.revision, "markdown": error.theirs}, "yours": {"markdown": error.yours}}
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request.failed", error_id=view.id, code=error.code, path=request.path, exc_info=error)
    response = app_response(_kept(view) if isinstance(error, SignInNeeded) else _answer(view))
    if isinstance(error, SignInNeeded) and request.path.startswith("/api/"):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    lang = _lang()
    status = HTTPStatus(error.code)
    title, remedy = _HTTP.get(error.code, (Text(status.phrase, status.phrase), Text("", "")))
    message = _WRONG_HOST if isinstance(error, SecurityError) else Text("", "")
    code = "wrong-host" if isinstance(error, SecurityError) else status.phrase.lower().replace(" ", "-")
    view = ErrorView(error.code, code, title.in_(lang), message.in_(lang), remedy.in_(lang))
    answer = _kept(view) if isinstance(error, CSRFError) else _answer(view)
    response = app_response(answer)
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _at_one_moment(error: IntegrityError) -> ResponseReturnValue:
    """Two people changed the same thing at one moment: the database let one of them."""
    log.warning("request.conflict", path=request.path, kind=type(error.orig).__name__)
    message = Text("刚好有人同时在改，您的这次没有保存", "Somebody changed the same thing at that moment; yours was not saved")
    return _known(Conflict(message, remedy=_AGAIN))


def _bug(error: Exception) -> ResponseReturnValue:
    lang = _lang()
    view = ErrorView(500, "internal", _BUG[0].in_(lang), "", _BUG[1].in_(lang))
    log.error("request.crashed", error_id=view.id, path=request.path, method=request.method, exc_info=error)
    try:
        return _answer(view)
    except Exception:  # the page itself is what broke
        log.exception("error_page.crashed", error_id=view.id)
        return f"<!doctype html><meta charset=utf-8><title>{view.title}</title><h1>{view.title}</h1><p>{view.remedy} ({view.id})", 500


def app_response(answer: ResponseReturnValue) -> Response:
    """A view's return value as a response object."""
    from flask import current_app  # noqa: PLC0415 - only inside a request

    return current_app.make_response(answer)


def _lang() -> Lang:
    try:
        return ui_lang()
    except Exception:  # noqa: BLE001 - an error page must come out whatever the request holds
        return "zh"
