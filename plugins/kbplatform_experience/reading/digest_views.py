"""The page of a week, whether one gets it by mail, and the link in each mail that stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request

from kbplatform.sdk import NotFound, Text, content_lang, current_viewer, public, recipients, requires, say, utcnow
from kbplatform_experience.reading.choices import Choices
from kbplatform_experience.reading.digest import Digests, Week
from kbplatform_experience.registry import READ, kinds_of

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Services

HERE = "/p/experience/digest"


def add_pages(web: Blueprint, services: Services) -> None:
    """``/digest`` and ``/digest/stop``."""
    _week(web, services)
    _stop(web, services)


def _week(web: Blueprint, services: Services) -> None:
    digests, choices = Digests(services.db), Choices(services)

    @web.get("/digest")
    @requires(READ, person=True)
    def digest() -> ResponseReturnValue:
        viewer, week = current_viewer(), Week.of(request.args.get("week", "")[:20])
        found = digests.of(viewer, content_lang(), week)
        later = week.beside(1) if week.ends <= utcnow() else None
        mailed = None
        if choices.offered:
            me = next(recipients(services, READ, [viewer.id or 0]), None)
            mailed = {"address": me.address if me else "", "lang": choices.of(viewer.id or 0)}
        return render_template(
            "experience/digest.html", digest=found, kinds=kinds_of(services), earlier=week.beside(-1), later=later, mailed=mailed
        )

    @web.post("/digest")
    @requires(READ, person=True)
    def choose_mail() -> ResponseReturnValue:
        lang = request.form.get("mail", "")[:10]
        choices.choose(current_viewer().id or 0, lang)
        say(Text("每周一发到您的邮箱", "It comes every Monday") if lang else Text("不再发到邮箱了", "It comes by mail no more"))
        return redirect(HERE, 303)


def _stop(web: Blueprint, services: Services) -> None:
    choices = Choices(services)

    @web.get("/digest/stop")
    @public
    def ask_to_stop() -> ResponseReturnValue:
        """Asks first: programs that look through mails open every link in them."""
        token = request.args.get("token", "")
        person_behind(choices, token)
        return render_template("experience/digest_stop.html", token=token, done=False)

    @web.post("/digest/stop")
    @public
    def stop() -> ResponseReturnValue:
        token = request.form.get("token", "")
        choices.stop(person_behind(choices, token))
        return render_template("experience/digest_stop.html", token="", done=True)


def person_behind(choices: Choices, token: str) -> int:
    """Whose mail the token of a link stops. Raises NotFound."""
    person = choices.person_of(token)
    if person is None:
        raise NotFound(
            Text("这个链接不完整，或者已经失效", "This link is incomplete, or no longer works"),
            remedy=Text("登录后在“经验”的“本周”页也能关掉周报。", "Once signed in you can stop the mail under “This week” of Experience."),
        )
    return person
