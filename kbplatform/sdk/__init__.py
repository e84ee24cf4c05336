"""Everything a plugin may import; ``__all__`` is the promise.

Names are looked up on first use, so that a plugin's ``register_commands`` costs no slow import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kbplatform import hookimpl, hookspec

if TYPE_CHECKING:
    from kbplatform.accounts.permissions import READ
    from kbplatform.articles.pages import ArticleCard, article_url
    from kbplatform.articles.service import ArticleService
    from kbplatform.bilingual import LANGS, Lang, Text, terminal_lang
    from kbplatform.db import Base, Database, UtcDateTime, utcnow
    from kbplatform.errors import Conflict, FieldError, Forbidden, InvalidInput, KbError, NotFound, SignInNeeded, Unavailable
    from kbplatform.events import Event, emit
    from kbplatform.plugin.contributions import (
        ArticleContext,
        ArticlePanel,
        AuthProvider,
        Command,
        Embed,
        EmbedCall,
        EmbedView,
        HealthCheck,
        Identity,
        LinkScheme,
        NavLink,
        Permission,
        PersonalData,
        Routes,
        SearchDocument,
        SearchEngineOffer,
        SearchSection,
    )
    from kbplatform.plugin.services import Services
    from kbplatform.search.engine import (
        Alternative,
        Batch,
        EngineError,
        EngineHit,
        EngineState,
        Filters,
        Group,
        IndexRecord,
        ParsedQuery,
        SearchEngine,
    )
    from kbplatform.settings import Settings
    from kbplatform.viewer import Actor, Viewer
    from kbplatform.web.access import current_actor, current_viewer, may, public, requires, signed_in
    from kbplatform.web.api import ApiBlueprint
    from kbplatform.web.i18n import content_lang, ui_lang

_HOME = {
    "kbplatform.accounts.permissions": ("READ",),
    "kbplatform.articles.pages": ("ArticleCard", "article_url"),
    "kbplatform.articles.service": ("ArticleService",),
    "kbplatform.bilingual": ("LANGS", "Lang", "Text", "terminal_lang"),
    "kbplatform.db": ("Base", "Database", "UtcDateTime", "utcnow"),
    "kbplatform.errors": ("Conflict", "FieldError", "Forbidden", "InvalidInput", "KbError", "NotFound", "SignInNeeded", "Unavailable"),
    "kbplatform.events": ("Event", "emit"),
    "kbplatform.plugin.contributions": (
        "ArticleContext", "ArticlePanel", "AuthProvider", "Command", "Embed", "EmbedCall", "EmbedView", "HealthCheck", "Identity",
        "LinkScheme", "NavLink", "Permission", "PersonalData", "Routes", "SearchDocument", "SearchEngineOffer", "SearchSection",
    ),
    "kbplatform.plugin.services": ("Services",),
    "kbplatform.search.engine": (
        "Alternative", "Batch", "EngineError", "EngineHit", "EngineState", "Filters", "Group", "IndexRecord", "ParsedQuery", "SearchEngine",
    ),
    "kbplatform.settings": ("Settings",),
    "kbplatform.viewer": ("Actor", "Viewer"),
    "kbplatform.web.access": ("current_actor", "current_viewer", "may", "public", "requires", "signed_in"),
    "kbplatform.web.api": ("ApiBlueprint",),
    "kbplatform.web.i18n": ("content_lang", "ui_lang"),
}  # fmt: skip
_WHERE = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the SDK's names have every type
    if name not in _WHERE:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


__all__ = [
    "LANGS",
    "READ",
    "Actor",
    "Alternative",
    "ApiBlueprint",
    "ArticleCard",
    "ArticleContext",
    "ArticlePanel",
    "ArticleService",
    "AuthProvider",
    "Base",
    "Batch",
    "Command",
    "Conflict",
    "Database",
    "Embed",
    "EmbedCall",
    "EmbedView",
    "EngineError",
    "EngineHit",
    "EngineState",
    "Event",
    "FieldError",
    "Filters",
    "Forbidden",
    "Group",
    "HealthCheck",
    "Identity",
    "IndexRecord",
    "InvalidInput",
    "KbError",
    "Lang",
    "LinkScheme",
    "NavLink",
    "NotFound",
    "ParsedQuery",
    "Permission",
    "PersonalData",
    "Routes",
    "SearchDocument",
    "SearchEngine",
    "SearchEngineOffer",
    "SearchSection",
    "Services",
    "Settings",
    "SignInNeeded",
    "Text",
    "Unavailable",
    "UtcDateTime",
    "Viewer",
    "article_url",
    "content_lang",
    "current_actor",
    "current_viewer",
    "emit",
    "hookimpl",
    "hookspec",
    "may",
    "public",
    "requires",
    "signed_in",
    "terminal_lang",
    "ui_lang",
    "utcnow",
]
