"""JSON: who the token is, people, the audit. Everything here asks for what the pages ask for."""

from datetime import UTC, datetime
from typing import Any, Literal

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, field_validator

from kbplatform.accounts.audit import COLUMNS, AuditFilter, Entry
from kbplatform.accounts.people import PAGE_SIZE, Changes, NewPerson, Person
from kbplatform.accounts.permissions import MANAGE_PEOPLE, READ, READ_AUDIT, SEE_TEAM
from kbplatform.accounts.service import Accounts
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.api import ApiBlueprint, QueryModel

_TAG = Tag(name="people", description="People, teams, the audit")


class MeOut(BaseModel):
    """Who is asking, and what they may do."""

    id: int | None
    name: str
    roles: list[str]
    teams: list[str]
    permissions: list[str]


class PersonOut(BaseModel):
    """A person."""

    id: int
    name: str
    email: str
    active: bool
    joined: bool
    second_factor: bool
    roles: list[str]
    teams: list[str]
    created_at: str
    last_seen_at: str | None


class PeopleOut(BaseModel):
    """A page of people and how many there are."""

    total: int
    page_size: int
    people: list[PersonOut]


class PeopleQuery(QueryModel):
    """Which people; a page has ``page_size`` of them."""

    search: str = Field("", max_length=100)
    team: str = Field("", max_length=40)
    role: str = Field("", max_length=40)
    state: Literal["", "active", "inactive", "invited"] = ""
    page: int = Field(1, ge=1, le=100_000)


class PersonPath(BaseModel):
    """Which person."""

    person_id: int = Field(ge=1, lt=2**31)


class InviteIn(BaseModel):
    """A person to invite."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=200)
    email: str = Field("", max_length=300)
    roles: list[str] = Field(default_factory=list, max_length=20)
    teams: list[str] = Field(default_factory=list, max_length=50)


class InvitedOut(BaseModel):
    """The new person and the link to hand over; it works once."""

    id: int
    link: str


class ChangeIn(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    roles: list[str] | None = Field(None, max_length=20)
    teams: list[str] | None = Field(None, max_length=50)
    active: bool | None = None


class AuditQuery(QueryModel):
    """Which rows, the newest first; ``before`` is the id of the last row of the page before."""

    actor: int | None = Field(None, ge=1, lt=2**31)
    action: str = Field("", max_length=60)
    kind: str = Field("", max_length=40)
    object: str = Field("", max_length=100)
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = Field(None, ge=1, lt=2**62)
    limit: int = Field(50, ge=1, le=500)

    @field_validator("since", "until")
    @classmethod
    def _utc(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class AuditOut(BaseModel):
    """Rows of the audit."""

    entries: list[dict[str, Any]]


def make_api(accounts: Accounts) -> ApiBlueprint:
    """``/api/v1/me``, ``/people``, ``/audit``."""
    api = ApiBlueprint("people_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    @api.get("/me", responses={200: MeOut})
    @requires(READ)
    def me() -> Response:
        """Who this token or session is."""
        v = current_viewer()
        out = MeOut(id=v.id, name=v.name, roles=sorted(v.roles), teams=sorted(v.teams), permissions=sorted(v.permissions))
        return jsonify(out.model_dump())

    @api.get("/people", responses={200: PeopleOut})
    @requires(SEE_TEAM)
    def people(query: PeopleQuery) -> Response:
        """People this token may see, by name."""
        rows, total = accounts.people.page(
            current_viewer(), search=query.search, team=query.team, role=query.role, state=query.state, page=query.page
        )
        return jsonify({"total": total, "page_size": PAGE_SIZE, "people": [_out(p) for p in rows]})

    @api.post("/people", responses={201: InvitedOut})
    @requires(MANAGE_PEOPLE)
    def invite(body: InviteIn) -> tuple[Response, int]:
        """Invite a person."""
        new = NewPerson(body.name, body.email, frozenset(body.roles), frozenset(body.teams))
        person_id, token = accounts.people.invite(current_viewer(), current_actor(), new)
        return jsonify({"id": person_id, "link": accounts.address_of(token)}), 201

    @api.get("/people/<int:person_id>", responses={200: PersonOut})
    @requires(SEE_TEAM)
    def person(path: PersonPath) -> Response:
        """One person."""
        return jsonify(_out(accounts.people.get(current_viewer(), path.person_id)))

    @api.patch("/people/<int:person_id>", responses={200: PersonOut})
    @requires(MANAGE_PEOPLE)
    def change(path: PersonPath, body: ChangeIn) -> Response:
        """Change roles or teams, deactivate or activate: all that is named, or nothing."""
        viewer, actor = current_viewer(), current_actor()
        accounts.people.update(viewer, actor, path.person_id, Changes(roles=body.roles, teams=body.teams, active=body.active))
        return jsonify(_out(accounts.people.get(viewer, path.person_id)))

    @api.get("/audit", responses={200: AuditOut})
    @requires(READ_AUDIT)
    def audit(query: AuditQuery) -> Response:
        """Who did what, the newest first."""
        wanted = AuditFilter(query.actor, query.action, query.kind, query.object, query.since, query.until)
        return jsonify({"entries": [_row(e) for e in accounts.audit.page(wanted, before=query.before, limit=query.limit)]})

    return api


def _out(p: Person) -> dict[str, Any]:
    return PersonOut(
        id=p.id, name=p.name, email=p.email, active=p.active, joined=p.joined, second_factor=p.second_factor, roles=list(p.roles),
        teams=list(p.teams), created_at=p.created_at.isoformat(), last_seen_at=p.last_seen_at.isoformat() if p.last_seen_at else None,
    ).model_dump()  # fmt: skip


def _row(e: Entry) -> dict[str, Any]:
    return {c: getattr(e, c) for c in COLUMNS} | {"at": e.at.isoformat()}
