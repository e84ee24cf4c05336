"""The data that hooks exchange: frozen values, never HTML, never half-built objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from kbplatform.bilingual import Text
from kbplatform.viewer import EVERYONE

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Blueprint

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class SearchSection:
    """A part of a document that a hit can open at."""

    id: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One findable page in one language.

    ``id`` is unique over all kinds (``calculator:resolution_rate:zh``); ``key`` is shared by the
    languages of one page, so that a search answers with one hit per ``(kind, key)``.
    ``keywords`` are other names of it; ``asks`` how people put the need it answers (``the parcel came smashed``).
    ``audience`` lists who may find it: ``everyone``, ``signed-in`` or ``team:<id>``.
    ``changed`` is when its text last changed, in seconds since 1970 UTC; 0 where nobody knows.
    """

    id: str
    kind: str
    key: str
    lang: str
    title: str
    url: str
    angle: str = ""
    number: int | None = None
    group: str = ""
    moment: str = ""
    keywords: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    sections: tuple[SearchSection, ...] = ()
    audience: frozenset[str] = frozenset({EVERYONE})
    popularity: float = 0.0
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class ChangingDocuments:
    """Findable pages of one kind that come and go with the data.

    Their ids begin with the kind and a colon. With ``permission`` only who holds it finds any, whatever the audience of each; who does
    not, finds them nowhere and learns no word of them. ``documents`` gives all of them, for a rebuild; ``load`` the present state of some,
    by id, on every search that found them: what is gone is missing. An event with their ids in its ``ids`` has them indexed again.
    """

    kind: str
    documents: Callable[[], list[SearchDocument]]
    load: Callable[[list[str]], Mapping[str, SearchDocument]]
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Routes:
    """Flask blueprints of a plugin.

    ``web`` is mounted at ``/p/<plugin>/`` and ``api`` at ``/api/v1/p/<plugin>/``; every view
    declares its permission with :func:`kbplatform.sdk.requires` or :func:`kbplatform.sdk.public`.
    """

    web: Blueprint | None = None
    api: Blueprint | None = None


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry of the main navigation. ``endpoint`` is a Flask endpoint of the plugin's blueprint."""

    label: Text
    endpoint: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class ArticleContext:
    """What a panel may know of the article it stands beside."""

    slug: str
    number: int | None
    lang: str
    ui_lang: str
    section_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticlePanel:
    """A box beside an article: a template of the plugin and the values it is rendered with.

    With ``section``, an id of :attr:`ArticleContext.section_ids`, it stands at the end of that section, without its frame:
    a line or two. Where the page has no such section it stands beside the article.
    """

    title: Text
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    order: int = 100
    section: str = ""


@dataclass(frozen=True, slots=True)
class DashboardCard:
    """A box on the home page: a template of the plugin and the values it is rendered with."""

    title: Text
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    order: int = 100


@dataclass(frozen=True, slots=True)
class DeskAction:
    """Something to do at the call desk with one key: a template of the plugin, shown in a dialog, and the values it is rendered with.

    ``key`` is one lower-case letter or sign that the desk doesn't use itself. ``href`` is a page of this site that does the same without
    JavaScript; the desk adds ``article``, ``section`` and ``lang`` of the answer in sight.
    """

    key: str
    label: Text
    href: str
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    order: int = 100


@dataclass(frozen=True, slots=True)
class LinkScheme:
    """A link prefix that articles may use: ``[text](calc:resolution_rate)``.

    ``resolve`` takes what stands behind the colon and returns a URL, or None where there is no
    such target yet: the words are then shown without a link.
    """

    name: str
    resolve: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class EmbedCall:
    """An embed in a text that is being shown: ``{{calc:aht talk=20}}`` has the target ``aht`` and the arguments ``talk=20``.

    ``lang`` is the language of the text. ``alone`` is whether it is a paragraph of its own: there a block may stand, in
    running text only words and links. ``key`` is unique on the page, for the ids of fields.
    """

    target: str
    arguments: str
    lang: str
    ui_lang: str
    alone: bool
    key: str


@dataclass(frozen=True, slots=True)
class EmbedView:
    """What is shown for an embed: a template of the plugin and the values it is rendered with."""

    template: str
    context: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Embed:
    """A mark that articles may use: ``{{name:target arguments}}``. Arguments are a stranger's text.

    ``show`` returns what stands in its place, or None: then its words are shown as written. ``check`` takes target and
    arguments and says what is wrong with them, for ``content check``; None where nothing is.
    """

    name: str
    show: Callable[[EmbedCall], EmbedView | None]
    check: Callable[[str, str], Text | None]


@dataclass(frozen=True, slots=True)
class Command:
    """A CLI command, imported only when it is run: ``target`` is ``"package.module:attribute"``."""

    name: str
    help: Text
    target: str


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done again and again without anybody asking, by one process of the site.

    ``work`` is called soon after the start and whenever ``every`` has gone by: it asks itself, of the data, whether there is something
    to do. Work that takes long asks the function it is given, between two pieces, whether to stop.
    """

    name: str
    every: timedelta
    work: Callable[[Callable[[], bool]], object]


@dataclass(frozen=True, slots=True)
class Permission:
    """Something people may be allowed: ``<plugin>.<what>``, in words, and the roles that hold it by default.

    The roles there are from the start: ``reader`` (everybody), ``agent``, ``trainer``, ``editor``, ``lead``,
    and ``owner``, who holds every permission without being named.
    """

    name: str
    label: Text
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What a plugin knows of a person, as plain values (str, int, float, bool, None, lists, dicts) for the export."""

    title: Text
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One part's state: ``ok``, ``warning`` or ``error``, in words, with what to do about it."""

    name: str
    state: Literal["ok", "warning", "error"]
    message: Text
    remedy: Text = field(default=NOTHING)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a provider says somebody is. ``subject`` is theirs for good and never anybody else's.

    ``groups`` are the provider's own names; settings say which roles and teams they give.
    """

    subject: str
    name: str
    email: str = ""
    groups: frozenset[str] = frozenset()
    email_verified: bool = False
    """Whether the provider has made sure that the address is theirs. Only then is it kept."""


@dataclass(frozen=True, slots=True)
class AuthProvider:
    """Another service that people sign in with. ``name`` is lower case and stands in addresses.

    ``begin(callback, again)`` returns the address to send the browser to, and what to remember until it is back
    at ``callback``; with ``again`` the provider must ask for a password even of somebody it still knows.
    ``finish(callback, arguments, remembered)`` judges what the browser came back with. Both raise SignInNeeded or
    InvalidInput, with words for the person, to refuse; Unavailable where the provider can't be reached.
    """

    name: str
    label: Text
    begin: Callable[[str, bool], tuple[str, dict[str, str]]]
    finish: Callable[[str, Mapping[str, str], Mapping[str, str]], Identity]


@dataclass(frozen=True, slots=True)
class SearchEngineOffer:
    """A search engine that ``KBPLATFORM_SEARCH_ENGINE`` may name. ``make()`` returns a :class:`kbplatform.sdk.SearchEngine`.

    ``make`` is called in each process, web and indexer alike, and only where the engine is wanted.
    """

    name: str
    make: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file of a content pack. ``line`` is 1-based; 0 means the file as a whole."""

    path: str
    line: int
    message: Text
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message.en}"


@dataclass(slots=True)
class PackReport:
    """What taking a pack in did, by path."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        """Whether anything in the database changed."""
        return bool(self.added or self.changed)

    def add(self, other: PackReport) -> None:
        """Take in what another part of the pack reports."""
        self.added += other.added
        self.changed += other.changed
        self.conflicts += other.conflicts
        self.problems += other.problems
        self.unchanged += other.unchanged


@dataclass(frozen=True, slots=True)
class PackPart:
    """A plugin's own files in a content pack, such as ``quiz.yaml`` beside each article.

    ``check(root)`` says what is wrong with the files below ``root``; ``take_in(root)`` brings the database to what they say,
    twice without a difference, a broken file becoming a problem; ``write(target)`` writes them into a pack being exported
    and returns how many.
    """

    name: str
    check: Callable[[Path], list[Problem]]
    take_in: Callable[[Path], PackReport]
    write: Callable[[Path], int]


class DocumentSource(Protocol):
    """Where search gets the documents of some kinds from."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of document this source holds."""

    @property
    def with_program(self) -> bool:
        """Whether the documents change with the program rather than with the database: indexed at each start."""

    def documents(self) -> list[SearchDocument]:
        """Every document of these kinds, for a rebuild."""

    def load(self, ids: list[str]) -> dict[str, SearchDocument]:
        """The present state of these documents; a missing id means it is gone."""
