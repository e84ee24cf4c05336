"""JSON of writing: a new entry, a correction, a withdrawal; splitting a text, and what of it would be masked."""

from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, Services, Text, current_actor, current_viewer, requires, ui_lang
from kbplatform_experience.reading.api import EntryPath
from kbplatform_experience.registry import WRITE, entry_url
from kbplatform_experience.writing import splitting
from kbplatform_experience.writing.forms import MAX_TYPED, Typed, look
from kbplatform_experience.writing.service import Stale, Writing, Written, keeps


class WordsIn(BaseModel):
    """The writer's words. Personal data in them is masked before anything is stored, except the findings whose key is in `keep`."""

    model_config = ConfigDict(extra="forbid")

    lesson: str = Field("", max_length=MAX_TYPED, description="What was learned, in one line: at most 200 characters after masking.")
    situation: str = Field("", max_length=MAX_TYPED, description="At most 2,000 characters after masking, as the next two.")
    action: str = Field("", max_length=MAX_TYPED)
    result: str = Field("", max_length=MAX_TYPED)
    tags: list[str] = Field(default_factory=list, max_length=20, description="At most eight, of at most 24 characters.")
    figures: list[str] = Field(
        default_factory=list, max_length=10, description="Links of calculators of this site, with or without words: at most three."
    )
    keep: list[str] = Field(
        default_factory=list, max_length=200, description="Keys of findings that are not personal. Heeded where a finding is `correctable`."
    )


class EntryIn(WordsIn):
    """A new entry. `article` is a slug, `section` the id of one of its sections, `team` the key of one of the writer's own."""

    kind: str = Field("tip", max_length=40)
    lang: Literal["", "zh", "en"] = Field("", description="Empty: told by the words.")
    article: str = Field("", max_length=80)
    section: str = Field("", max_length=80)
    team: str = Field("", max_length=60)
    unnamed: bool = Field(default=False, description="Colleagues see no name. The audit does.")
    source: Literal["api", "desk"] = "api"


class CorrectionIn(BaseModel):
    """What to change; what is left out stays. `version` is the one that was read: 409 where there is a newer one."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, lt=2**31)
    lesson: str | None = Field(None, max_length=MAX_TYPED)
    situation: str | None = Field(None, max_length=MAX_TYPED)
    action: str | None = Field(None, max_length=MAX_TYPED)
    result: str | None = Field(None, max_length=MAX_TYPED)
    tags: list[str] | None = Field(None, max_length=20)
    figures: list[str] | None = Field(None, max_length=10)
    kind: str | None = Field(None, max_length=40)
    lang: Literal["zh", "en"] | None = None
    article: str | None = Field(None, max_length=80)
    section: str | None = Field(None, max_length=80)
    team: str | None = Field(None, max_length=60)
    unnamed: bool | None = None
    keep: list[str] = Field(default_factory=list, max_length=200)


class WrittenOut(BaseModel):
    """One's own entry as it was stored, masked. `masked` says whether something was taken out of what was sent."""

    id: int
    url: str
    version: int
    state: str
    kind: str
    lang: str
    lesson: str
    situation: str
    action: str
    result: str
    tags: list[str]
    figures: list[str]
    article: str
    section: str
    team: str
    unnamed: bool
    masked: bool


class StaleOut(BaseModel):
    """Somebody was first: `now` is how the entry stands, nothing was overwritten."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    now: WrittenOut


class TextIn(BaseModel):
    """A text to split."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=splitting.MAX_TEXT)


class PartsOut(BaseModel):
    """The fields that the text holds; not masked, and not stored."""

    lesson: str
    situation: str
    action: str
    result: str


class FoundOut(BaseModel):
    """Something personal. `shown` is the value with its middle left out; `key` goes into `keep` where it is `correctable` and not personal."""

    kind: str
    shown: str
    key: str
    correctable: bool
    kept: bool


class MaskedFieldOut(BaseModel):
    """A field in which something was found. `text` is what would be stored."""

    name: str
    text: str
    found: list[FoundOut]


class MaskedOut(BaseModel):
    """`hidden`: something would be taken out. Fields in which nothing was found are left out."""

    hidden: bool
    fields: list[MaskedFieldOut]


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/entries``, ``/split`` and ``/masked``."""
    _entries(api, services)
    _texts(api, services)


def _entries(api: ApiBlueprint, services: Services) -> None:
    writing = Writing(services)

    @api.post("/entries", responses={201: WrittenOut})
    @requires(WRITE, person=True)
    def write_entry(body: EntryIn) -> tuple[Response, int]:
        """Write an entry. 429 where somebody writes more than a person can."""
        viewer, typed = current_viewer(), _typed(body)
        number = writing.create(viewer, current_actor(), typed, source=body.source)
        return jsonify(_out(writing.mine(viewer, number), masked=_hides(typed, services)).model_dump()), 201

    @api.patch("/entries/<int:number>", responses={200: WrittenOut, 409: StaleOut})
    @requires(WRITE, person=True)
    def correct_entry(path: EntryPath, body: CorrectionIn) -> tuple[Response, int]:
        """Correct one's own entry. What a moderator hid or declined goes to a moderator again."""
        viewer = current_viewer()
        before = writing.mine(viewer, path.number)
        changed = _changed(before.typed, body, services)
        try:
            written = writing.edit(viewer, current_actor(), path.number, body.version, changed)
        except Stale as error:
            return _stale(error)
        return jsonify(_out(written, masked=_hides(changed, services)).model_dump()), 200

    @api.delete("/entries/<int:number>", responses={204: None})
    @requires(WRITE, person=True)
    def withdraw_entry(path: EntryPath) -> tuple[str, int]:
        """Withdraw one's own entry: nobody else sees it any more."""
        writing.withdraw(current_viewer(), current_actor(), path.number)
        return "", 204


def _texts(api: ApiBlueprint, services: Services) -> None:
    @api.post("/split", responses={200: PartsOut})
    @requires(WRITE, person=True)
    def split_text(body: TextIn) -> Response:
        """Split a text into the fields of an entry, by its labels or its first sentence. Nothing is stored."""
        parts = splitting.split(body.text)
        return _unkept(PartsOut(lesson=parts.lesson, situation=parts.situation, action=parts.action, result=parts.result))

    @api.post("/masked", responses={200: MaskedOut})
    @requires(WRITE, person=True)
    def masked_text(body: WordsIn) -> Response:
        """What of these words is personal, and what would be stored. Nothing is stored."""
        looked = look(_typed(body), services.masking, ui_lang())
        fields = [
            MaskedFieldOut(
                name=f.name, text="".join(p.text for p in f.pieces),
                found=[FoundOut(kind=m.label, shown=m.shown, key=m.key, correctable=m.correctable, kept=m.kept) for m in f.marks],
            )
            for f in looked.fields
        ]  # fmt: skip
        return _unkept(MaskedOut(hidden=looked.hidden, fields=fields))


def _typed(body: WordsIn) -> Typed:
    plain = body.model_dump()
    plain.pop("source", None)
    return Typed(**plain | {"tags": _joined(body.tags), "figures": "\n".join(body.figures), "keep": frozenset(body.keep)})


def _joined(tags: list[str]) -> str:
    return "\n".join(tags)


def _changed(before: Typed, body: CorrectionIn, services: Services) -> Typed:
    given: dict[str, Any] = {name: value for name, value in body.model_dump(exclude={"version", "keep"}).items() if value is not None}
    if body.tags is not None:
        given["tags"] = _joined(body.tags)
    if body.figures is not None:
        given["figures"] = "\n".join(body.figures)
    if given.get("article", before.article) != before.article:
        given.setdefault("section", "")
    plain = {name: getattr(before, name) for name in Typed.__dataclass_fields__}
    typed = Typed(**plain | given | {"keep": frozenset(body.keep)})
    return Typed(**plain | given | {"keep": keeps(typed, before, services)})


def _hides(typed: Typed, services: Services) -> bool:
    return look(typed, services.masking, ui_lang()).hidden


def _out(written: Written, *, masked: bool) -> WrittenOut:
    t = written.typed
    return WrittenOut(
        id=written.number, url=entry_url(written.number), version=written.version, state=written.state, kind=t.kind, lang=t.lang, article=t.article,
        section=t.section, team=t.team, unnamed=t.unnamed, masked=masked, tags=[tag for tag in t.tags.split(", ") if tag],
        figures=[line for line in t.figures.split("\n") if line], lesson=t.lesson, situation=t.situation, action=t.action, result=t.result,
    )  # fmt: skip


def _stale(error: Stale) -> tuple[Response, int]:
    lang = ui_lang()
    out = StaleOut(
        type="urn:kbplatform:error:stale", title=Text("别处已经改过", "Changed elsewhere").in_(lang), status=409, detail=error.message.in_(lang),
        code="stale", now=_out(error.now, masked=False),
    )  # fmt: skip
    response = jsonify(out.model_dump())
    response.content_type = "application/problem+json"
    return response, 409


def _unkept(out: BaseModel) -> Response:
    """Words that are not masked yet: nobody keeps a copy."""
    response = jsonify(out.model_dump())
    response.headers["Cache-Control"] = "no-store"
    return response
