"""What mail programs ask for when somebody wants no more mails: RFC 8058, one POST without cookies."""

from flask import redirect
from pydantic import Field
from werkzeug.wrappers import Response

from kbplatform.sdk import ApiBlueprint, QueryModel, Services, public
from kbplatform_experience.reading.choices import Choices
from kbplatform_experience.reading.digest_views import person_behind
from kbplatform_experience.reading.letter import STOP


class StopQuery(QueryModel):
    """The signed part of the link in the mail."""

    token: str = Field("", max_length=500)


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/digest/stop``."""
    choices = Choices(services)

    @api.post("/digest/stop", responses={204: None})
    @public
    def api_stop_digest(query: StopQuery) -> tuple[str, int]:
        """Send that person the week by mail no more. The body, `List-Unsubscribe=One-Click`, says nothing further."""
        choices.stop(person_behind(choices, query.token))
        return "", 204

    @api.get("/digest/stop", responses={303: None})
    @public
    def api_ask_to_stop(query: StopQuery) -> Response:
        """To the page with the question: what is looked up stops nothing."""
        person_behind(choices, query.token)
        return redirect(f"{STOP}?token={query.token}", 303)
