"""Everything a plugin may import; ``__all__`` is the promise.

Names are looked up on first use, so that a plugin's ``register_commands`` costs no slow import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kbplatform import hookimpl, hookspec

if TYPE_CHECKING:
    from kbplatform.accounts.audit import record as record_audit
    from kbplatform.accounts.directory import Member, members_of, names_of, team_names
    from kbplatform.accounts.permissions import EDIT, GAPS, PROPOSE, READ, SEE_TEAM
    from kbplatform.accounts.recipients import Recipient, recipients
    from kbplatform.articles.audience import readable_article
    from kbplatform.articles.meaning import changed_in_meaning
    from kbplatform.articles.pages import ArticleCard, article_url
    from kbplatform.articles.sections import SectionRef, headings_of, sections_of
    from kbplatform.articles.service import ArticleService
    from kbplatform.articles.writing import StoredText, stored_text
    from kbplatform.bilingual import LANGS, Lang, Text, terminal_lang
    from kbplatform.csvfile import BOM, Cell, as_csv, csv_line, harmless, is_risky
    from kbplatform.db import Base, Database, UtcDateTime, utcnow
    from kbplatform.errors import Conflict, FieldError, Forbidden, InvalidInput, KbError, NotFound, SignInNeeded, TooMany, Unavailable, wrong
    from kbplatform.events import Event, emit
    from kbplatform.insights.masking import mask as mask_query
    from kbplatform.insights.unanswered import OpenGap, open_gaps
    from kbplatform.mail import Mail, Posting, Undelivered
    from kbplatform.plugin.contributions import (
        ArticleContext,
        ArticlePanel,
        AuthProvider,
        ChangingDocuments,
        Command,
        DashboardCard,
        DeskAction,
        Embed,
        EmbedCall,
        EmbedView,
        HealthCheck,
        Identity,
        Job,
        LinkScheme,
        NavLink,
        PackPart,
        PackReport,
        Permission,
        PersonalData,
        Problem,
        Routes,
        SearchDocument,
        SearchEngineOffer,
        SearchSection,
    )
    from kbplatform.plugin.services import Services
    from kbplatform.privacy import Finding, Masked, Rules, find, mask
    from kbplatform.proposals.crediting import credit_as
    from kbplatform.proposals.proposal import (
        PROPOSAL_DECIDED,
        PROPOSAL_MADE,
        Credit,
        Evidence,
        NewProposal,
        Origin,
        Proposal,
        SectionCredit,
    )
    from kbplatform.proposals.reading import credits_of, proposals_of
    from kbplatform.proposals.service import propose
    from kbplatform.quantities import Quantity, read_quantity
    from kbplatform.quantities import tidy as tidy_quantity
    from kbplatform.rendering.curves import Curves, curves
    from kbplatform.rendering.sheets import as_xlsx
    from kbplatform.rendering.sparkline import sparkline
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
    from kbplatform.search.nearest import nearest
    from kbplatform.settings import Settings
    from kbplatform.viewer import Actor, Viewer
    from kbplatform.web.access import current_actor, current_viewer, large_body, may, public, requires, signed_in
    from kbplatform.web.api import ApiBlueprint, QueryModel
    from kbplatform.web.forms import problems_of, say
    from kbplatform.web.i18n import content_lang, local_path, ui_lang

_HOME = {
    "kbplatform.accounts.audit": ("record_audit",),
    "kbplatform.accounts.directory": ("Member", "members_of", "names_of", "team_names"),
    "kbplatform.accounts.permissions": ("EDIT", "GAPS", "PROPOSE", "READ", "SEE_TEAM"),
    "kbplatform.accounts.recipients": ("Recipient", "recipients"),
    "kbplatform.articles.audience": ("readable_article",),
    "kbplatform.articles.meaning": ("changed_in_meaning",),
    "kbplatform.articles.pages": ("ArticleCard", "article_url"),
    "kbplatform.articles.sections": ("SectionRef", "headings_of", "sections_of"),
    "kbplatform.articles.service": ("ArticleService",),
    "kbplatform.articles.writing": ("StoredText", "stored_text"),
    "kbplatform.bilingual": ("LANGS", "Lang", "Text", "terminal_lang"),
    "kbplatform.csvfile": ("BOM", "Cell", "as_csv", "csv_line", "harmless", "is_risky"),
    "kbplatform.db": ("Base", "Database", "UtcDateTime", "utcnow"),
    "kbplatform.errors": (
        "Conflict", "FieldError", "Forbidden", "InvalidInput", "KbError", "NotFound", "SignInNeeded", "TooMany", "Unavailable", "wrong",
    ),
    "kbplatform.events": ("Event", "emit"),
    "kbplatform.insights.masking": ("mask_query",),
    "kbplatform.insights.unanswered": ("OpenGap", "open_gaps"),
    "kbplatform.mail": ("Mail", "Posting", "Undelivered"),
    "kbplatform.plugin.contributions": (
        "ArticleContext", "ArticlePanel", "AuthProvider", "ChangingDocuments", "Command", "DashboardCard", "DeskAction", "Embed", "EmbedCall",
        "EmbedView", "HealthCheck", "Identity", "Job", "LinkScheme", "NavLink", "PackPart", "PackReport", "Permission", "PersonalData", "Problem",
        "Routes", "SearchDocument", "SearchEngineOffer", "SearchSection",
    ),
    "kbplatform.plugin.services": ("Services",),
    "kbplatform.privacy": ("Finding", "Masked", "Rules", "find", "mask"),
    "kbplatform.proposals.crediting": ("credit_as",),
    "kbplatform.proposals.proposal": (
        "PROPOSAL_DECIDED", "PROPOSAL_MADE", "Credit", "Evidence", "NewProposal", "Origin", "Proposal", "SectionCredit",
    ),
    "kbplatform.proposals.reading": ("credits_of", "proposals_of"),
    "kbplatform.proposals.service": ("propose",),
    "kbplatform.quantities": ("Quantity", "read_quantity", "tidy_quantity"),
    "kbplatform.rendering.curves": ("Curves", "curves"),
    "kbplatform.rendering.sheets": ("as_xlsx",),
    "kbplatform.rendering.sparkline": ("sparkline",),
    "kbplatform.search.engine": (
        "Alternative", "Batch", "EngineError", "EngineHit", "EngineState", "Filters", "Group", "IndexRecord", "ParsedQuery", "SearchEngine",
    ),
    "kbplatform.search.nearest": ("nearest",),
    "kbplatform.settings": ("Settings",),
    "kbplatform.viewer": ("Actor", "Viewer"),
    "kbplatform.web.access": ("current_actor", "current_viewer", "large_body", "may", "public", "requires", "signed_in"),
    "kbplatform.web.api": ("ApiBlueprint", "QueryModel"),
    "kbplatform.web.forms": ("problems_of", "say"),
    "kbplatform.web.i18n": ("content_lang", "local_path", "ui_lang"),
}  # fmt: skip
_WHERE = {name: module for module, names in _HOME.items() for name in names}
_AT_HOME = {"record_audit": "record", "mask_query": "mask", "tidy_quantity": "tidy"}
"""Names that say less in their own module than they must here."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the SDK's names have every type
    if name not in _WHERE:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_WHERE[name]), _AT_HOME.get(name, name))
    globals()[name] = value
    return value


__all__ = [
    "BOM",
    "EDIT",
    "GAPS",
    "LANGS",
    "PROPOSAL_DECIDED",
    "PROPOSAL_MADE",
    "PROPOSE",
    "READ",
    "SEE_TEAM",
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
    "Cell",
    "ChangingDocuments",
    "Command",
    "Conflict",
    "Credit",
    "Curves",
    "DashboardCard",
    "Database",
    "DeskAction",
    "Embed",
    "EmbedCall",
    "EmbedView",
    "EngineError",
    "EngineHit",
    "EngineState",
    "Event",
    "Evidence",
    "FieldError",
    "Filters",
    "Finding",
    "Forbidden",
    "Group",
    "HealthCheck",
    "Identity",
    "IndexRecord",
    "InvalidInput",
    "Job",
    "KbError",
    "Lang",
    "LinkScheme",
    "Mail",
    "Masked",
    "Member",
    "NavLink",
    "NewProposal",
    "NotFound",
    "OpenGap",
    "Origin",
    "PackPart",
    "PackReport",
    "ParsedQuery",
    "Permission",
    "PersonalData",
    "Posting",
    "Problem",
    "Proposal",
    "Quantity",
    "QueryModel",
    "Recipient",
    "Routes",
    "Rules",
    "SearchDocument",
    "SearchEngine",
    "SearchEngineOffer",
    "SearchSection",
    "SectionCredit",
    "SectionRef",
    "Services",
    "Settings",
    "SignInNeeded",
    "StoredText",
    "Text",
    "TooMany",
    "Unavailable",
    "Undelivered",
    "UtcDateTime",
    "Viewer",
    "article_url",
    "as_csv",
    "as_xlsx",
    "changed_in_meaning",
    "content_lang",
    "credit_as",
    "credits_of",
    "csv_line",
    "current_actor",
    "current_viewer",
    "curves",
    "emit",
    "find",
    "harmless",
    "headings_of",
    "hookimpl",
    "hookspec",
    "is_risky",
    "large_body",
    "local_path",
    "mask",
    "mask_query",
    "may",
    "members_of",
    "names_of",
    "nearest",
    "open_gaps",
    "problems_of",
    "proposals_of",
    "propose",
    "public",
    "read_quantity",
    "readable_article",
    "recipients",
    "record_audit",
    "requires",
    "say",
    "sections_of",
    "signed_in",
    "sparkline",
    "stored_text",
    "team_names",
    "terminal_lang",
    "tidy_quantity",
    "ui_lang",
    "utcnow",
    "wrong",
]
