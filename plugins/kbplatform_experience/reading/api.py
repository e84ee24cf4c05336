"""JSON of reading: the feed, one entry, thanks and uses, comments, following."""

from datetime import datetime
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, QueryModel, Services, content_lang, current_viewer, requires
from kbplatform_experience.reading import digest_api
from kbplatform_experience.reading.following import Following, FollowKind
from kbplatform_experience.reading.reacting import MAX_COMMENT, MAX_RESULT, Counts, Reacting, ReactionKind, Said
from kbplatform_experience.reading.service import PAGE_SIZE, Card, Reading, Wanted
from kbplatform_experience.registry import READ, WRITE


class EntryPath(BaseModel):
    """Which entry."""

    number: int = Field(ge=1, lt=2**31)


class ReactionPath(EntryPath):
    """Which reaction to which entry."""

    kind: ReactionKind


class CommentPath(EntryPath):
    """Which comment of which entry."""

    comment: int = Field(ge=1, lt=2**31)


class FeedQuery(QueryModel):
    """What to see of the feed. Empty ones restrict nothing."""

    order: Literal["newest", "used"] = "newest"
    practice: str = Field("", max_length=80, description="Slug of the article they belong to.")
    section: str = Field("", max_length=80, description="Id of a section of that article.")
    team: str = Field("", max_length=60, description="Key of the team they come from; entries of unnamed writers have none.")
    tag: str = Field("", max_length=60)
    kind: str = Field("", max_length=40)
    written_in: Literal["", "zh", "en"] = Field("", description="The language they were written in.")
    mine: bool = Field(default=False, description="Only one's own, in every state.")
    followed: bool = Field(default=False, description="Only from what one follows.")
    after: str = Field("", max_length=40, description="`next` of the page before.")
    limit: int = Field(PAGE_SIZE, ge=1, le=50)


class AfterQuery(QueryModel):
    """Where to go on: `next` of the page before."""

    after: int = Field(0, ge=0, lt=2**31)


class EntryOut(BaseModel):
    """An entry. `writer` and `team` are null where nobody is to know; `article` where it belongs to none the reader may read."""

    id: int
    url: str
    kind: str
    lang: str
    lesson: str
    situation: str
    action: str
    result: str
    article: str | None
    section: str
    tags: list[str]
    writer: str | None
    team: str | None
    mine: bool
    sample: bool
    state: str
    at: datetime
    thanks: int
    uses: int
    comments: int
    pressed: list[str] = Field(description="One's own reactions.")
    promoted: int | None = Field(description="The accepted proposal that brought it into the article.")


class FeedOut(BaseModel):
    """One page. `next` is empty at the end."""

    entries: list[EntryOut]
    next: str


class CommentOut(BaseModel):
    """A comment. `writer` is null where nobody is to know."""

    id: int
    writer: str | None
    text: str
    at: datetime
    mine: bool


class CommentsOut(BaseModel):
    """One page of comments, oldest first. `next` is 0 at the end."""

    comments: list[CommentOut]
    next: int


class UseIn(BaseModel):
    """What came of using it. Both may be left out; for thanks they mean nothing."""

    model_config = ConfigDict(extra="forbid")

    helped: bool | None = None
    result: str = Field("", max_length=4 * MAX_RESULT)


class CountsOut(BaseModel):
    """Counters of the entry, and one's own reactions."""

    thanks: int
    uses: int
    pressed: list[str]


class CommentIn(BaseModel):
    """Personal data is taken out before it is stored."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_COMMENT)


class NumberOut(BaseModel):
    """The number of what was made."""

    id: int


class FollowIn(BaseModel):
    """An `article` by slug, a `tag`, a `team` by key, an `entry` by number."""

    model_config = ConfigDict(extra="forbid")

    kind: FollowKind
    key: str = Field(min_length=1, max_length=120)


class FollowsOut(BaseModel):
    """What one follows. `label` is empty where one may no longer know of it."""

    follows: list[dict[str, str]]


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/entries`` for reading, their reactions and comments, ``/follows``, ``/digest/stop``."""
    _entries(api, Reading(services.db))
    _reactions(api, Reacting(services), Reading(services.db))
    _follows(api, Following(services.db))
    digest_api.add_routes(api, services)


def _entries(api: ApiBlueprint, reading: Reading) -> None:
    @api.get("/entries", responses={200: FeedOut})
    @requires(READ, person=True)
    def api_entries(query: FeedQuery) -> Response:
        """The feed: entries one may see, newest or most used first."""
        wanted = Wanted(
            query.order, query.practice, query.section, query.team, query.tag, query.kind, query.written_in, query.mine, query.followed, query.after
        )
        feed = reading.feed(current_viewer(), content_lang(), wanted, size=query.limit)
        return jsonify({"entries": [_entry(c) for c in feed.cards], "next": feed.next})

    @api.get("/entries/<int:number>", responses={200: EntryOut})
    @requires(READ, person=True)
    def api_entry(path: EntryPath) -> Response:
        """One entry."""
        return jsonify(_entry(reading.card(current_viewer(), content_lang(), path.number)))


def _reactions(api: ApiBlueprint, reacting: Reacting, reading: Reading) -> None:
    @api.post("/entries/<int:number>/reactions/<kind>", responses={200: CountsOut})
    @requires(WRITE, person=True)
    def api_press(path: ReactionPath, body: UseIn) -> Response:
        """Thank, or say that one used it and what came of it. Twice is once; not on one's own."""
        return _counts(reacting.press(current_viewer(), path.number, path.kind, helped=body.helped, result=body.result))

    @api.delete("/entries/<int:number>/reactions/<kind>", responses={200: CountsOut})
    @requires(WRITE, person=True)
    def api_undo(path: ReactionPath) -> Response:
        """Take a reaction back."""
        return _counts(reacting.undo(current_viewer(), path.number, path.kind))

    @api.get("/entries/<int:number>/comments", responses={200: CommentsOut})
    @requires(READ, person=True)
    def api_comments(path: EntryPath, query: AfterQuery) -> Response:
        """What was said under an entry, oldest first."""
        viewer = current_viewer()
        said, more = reacting.comments(viewer, reading.card(viewer, content_lang(), path.number).entry, query.after)
        return jsonify({"comments": [_comment(c) for c in said], "next": more})

    @api.post("/entries/<int:number>/comments", responses={201: NumberOut})
    @requires(WRITE, person=True)
    def api_comment(path: EntryPath, body: CommentIn) -> tuple[Response, int]:
        """Say something under an entry."""
        return jsonify({"id": reacting.comment(current_viewer(), path.number, body.text)}), 201

    @api.delete("/entries/<int:number>/comments/<int:comment>", responses={204: None})
    @requires(WRITE, person=True)
    def api_withdraw_comment(path: CommentPath) -> tuple[str, int]:
        """Withdraw one's own comment."""
        reacting.withdraw(current_viewer(), path.number, path.comment)
        return "", 204


def _follows(api: ApiBlueprint, following: Following) -> None:
    @api.get("/follows", responses={200: FollowsOut})
    @requires(READ, person=True)
    def api_follows() -> Response:
        """What one follows."""
        things = following.of(current_viewer(), content_lang())
        return jsonify({"follows": [{"kind": t.kind, "key": t.key, "label": t.label} for t in things]})

    @api.post("/follows", responses={204: None})
    @requires(READ, person=True)
    def api_follow(body: FollowIn) -> tuple[str, int]:
        """Follow something."""
        following.follow(current_viewer(), body.kind, body.key)
        return "", 204

    @api.delete("/follows", responses={204: None})
    @requires(READ, person=True)
    def api_let_go(body: FollowIn) -> tuple[str, int]:
        """Follow something no longer."""
        following.let_go(current_viewer(), body.kind, body.key)
        return "", 204


def _entry(card: Card) -> dict[str, Any]:
    e = card.entry
    out = EntryOut(
        id=e.id, url=card.url, kind=e.kind, lang=e.lang, lesson=e.lesson, situation=e.situation, action=e.action, result=e.result,
        article=card.article.slug if card.article else None, section=e.section, tags=list(card.tags),
        writer=card.writer or None, team=card.team or None,
        mine=card.mine, sample=e.sample, state=e.state, at=e.at, thanks=e.thanks, uses=e.uses, comments=e.comments, pressed=sorted(card.pressed),
        promoted=card.promoted,
    )  # fmt: skip
    return out.model_dump(mode="json")


def _comment(said: Said) -> dict[str, Any]:
    return CommentOut(id=said.id, writer=said.writer or None, text=said.text, at=said.at, mine=said.mine).model_dump(mode="json")


def _counts(counts: Counts) -> Response:
    return jsonify({"thanks": counts.thanks, "uses": counts.uses, "pressed": sorted(counts.pressed)})
