"""The marks our Markdown adds: site facts ``{{site:key}}``, embeds of plugins ``{{calc:aht talk=20}}`` and call variables ``{name}``."""

from __future__ import annotations

import re

from kbplatform.bilingual import Text

SITE_FACT = re.compile(r"\{\{site:([a-z][a-z0-9_]{0,40})\}\}")
EMBED = re.compile(r"\{\{(?!site:)([a-z][a-z0-9]{0,20}):([A-Za-z0-9_.-]{1,80})((?:[ \t][^{}\n\x02\x03]{0,300})?)\}\}")
"""Name, target, arguments. Stored as written; what it stands for is put in its place when the page is shown."""
SLOTS: dict[str, Text] = {
    "name": Text("称呼", "name"),
    "order": Text("订单号", "order number"),
    "issue": Text("遇到的问题", "what happened"),
    "item": Text("商品", "item"),
    "ticket": Text("工单号", "ticket number"),
    "me": Text("我的名字", "my name"),
    "date": Text("日期", "date"),
}
"""Call variables: filled in at the desk, never stored."""
SLOT = re.compile(r"(?<![{A-Za-z0-9_])\{(" + "|".join(SLOTS) + r")\}(?!\})")
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
INNER_PREFIX = "/-/"
"""How ``calc:aht`` is stored: as ``/-/calc/aht``, a harmless path that is resolved when the page is shown."""
INNER_LINK = re.compile(r"^([a-z][a-z0-9]{1,20}):([A-Za-z0-9_./#-]{1,200})$")
