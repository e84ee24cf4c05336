"""``content check``: what a pack must and should be, each finding with file and line."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kbplatform.articles.checks_charts import check_charts
from kbplatform.articles.checks_face import check_face
from kbplatform.articles.checks_terms import check_terms
from kbplatform.articles.documents import Document
from kbplatform.articles.packs import Pack, folder_name
from kbplatform.articles.sitefacts import declared_facts
from kbplatform.bilingual import LANGS, Text
from kbplatform.plugin.contributions import Problem
from kbplatform.rendering.caps import too_expensive
from kbplatform.rendering.vocabulary import EMBED, INNER_LINK, LINK_SCHEMES, SITE_FACT, SLOTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    Embeds = Mapping[str, Callable[[str, str], Text | None]]

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{#([\w-]+)\})?\s*$")
_LINK = re.compile(r"\]\(([^)\s]+)")
_BRACES = re.compile(r"(?<![{A-Za-z0-9_])\{([a-z_]+)\}(?!\})")
_ANY_FACT = re.compile(r"\{\{(.*?)\}\}")
ALIASES = (8, 15)
ANGLE = {"zh": 30, "en": 15}
BODY = {"zh": (600, 1200), "en": (350, 600)}
SHINGLE = {"zh": 10, "en": 7}
MOST_OVERLAP = 0.06
_CJK = re.compile(r"[\u3400-\u9fff]")


def check_pack(pack: Pack, link_schemes: Collection[str] = (), embeds: Embeds | None = None) -> list[Problem]:
    """Every problem of a pack, by file and line. ``link_schemes`` are those of plugins (``calc``), ``embeds`` what they say of a mark."""
    facts = set(declared_facts(pack.root))
    slugs = {d.front.slug for _, d in pack.documents}
    problems = list(pack.problems)
    for kind, document in pack.documents:
        problems += _lines(document, slugs, facts, {"article", *link_schemes}, embeds or {})
        problems += check_charts(document)
        if kind == "practice":
            problems += _practice(document, pack)
            problems += check_face(document)
    problems += _languages(pack)
    problems += _aliases(pack)
    problems += _overlaps(pack)
    problems += check_terms(pack)
    return sorted(problems, key=lambda p: (p.path, p.line))


def _lines(d: Document, slugs: set[str], facts: set[str], schemes: set[str], embeds: Embeds) -> Iterator[Problem]:
    if too_expensive(d.body):
        yield _at(d, 0, Text("太长或嵌套太深，会按纯文本显示", "too long or too deeply nested: would be shown as plain text"))
    seen: Counter[str] = Counter()
    fenced, level = False, 1
    for number, line in enumerate(d.body.split("\n"), d.body_line):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced or line.startswith("    "):
            continue
        heading = _HEADING.match(line)
        if heading:
            yield from _heading(d, number, heading, seen, level)
            level = len(heading[1])
        yield from _links(d, number, line, slugs, schemes)
        yield from _marks(d, number, line, facts, embeds)


def _heading(d: Document, number: int, match: re.Match[str], seen: Counter[str], level: int) -> Iterator[Problem]:
    depth, words, key = len(match[1]), match[2], match[3]
    if depth == 1:
        yield _at(d, number, Text("正文里不用一级标题（标题写在文件头）", "no first-level heading in the text: the title is in the front matter"))
    if depth > level + 1:
        yield _at(d, number, Text("标题跳级了", "this heading skips a level"))
    if not words:
        yield _at(d, number, Text("标题是空的", "empty heading"))
    if key:
        seen[key] += 1
        if seen[key] > 1:
            yield _at(d, number, Text(f"小节编号 {key} 重复", f"section id {key} is used twice"))


def _links(d: Document, number: int, line: str, slugs: set[str], schemes: set[str]) -> Iterator[Problem]:
    for target in _LINK.findall(line):
        scheme = target.split(":", 1)[0] if ":" in target else ""
        inner = INNER_LINK.match(target)
        if scheme in LINK_SCHEMES or target.startswith(("#", "/static/")):
            continue
        if not inner or inner[1] not in schemes:
            message = Text(f"链接写法不对：{target}（站内用 article:slug）", f"link {target}: write article:slug for a page of ours")
            yield _at(d, number, message)
        elif inner[1] == "article" and inner[2].split("#")[0] not in slugs:
            yield _at(d, number, Text(f"没有这篇：{inner[2]}", f"there is no article {inner[2]}"))


def _marks(d: Document, number: int, line: str, facts: set[str], embeds: Embeds) -> Iterator[Problem]:
    for mark in _ANY_FACT.findall(line):
        embed = EMBED.fullmatch("{{" + mark + "}}")
        if embed:
            yield from _embed(d, number, embed, embeds)
            continue
        match = SITE_FACT.match("{{" + mark + "}}")
        if not match or (facts and match[1] not in facts):
            yield _at(d, number, Text(f"没有这个站点事实：{mark}（见 site.toml）", f"no such site fact: {mark} (see site.toml)"))
    for name in _BRACES.findall(line):
        if name not in SLOTS:
            known = ", ".join(SLOTS)
            yield _at(d, number, Text(f"没有变量 {{{name}}}；可用：{known}", f"no variable {{{name}}}; there are: {known}"))


def _embed(d: Document, number: int, mark: re.Match[str], embeds: Embeds) -> Iterator[Problem]:
    name, target, arguments = mark.groups()
    if name not in embeds:
        yield _at(d, number, Text(f"没有 {name}: 这种嵌入", f"nothing is embedded as {name}:"))
    elif wrong := embeds[name](target, arguments.strip()):
        yield _at(d, number, Text(f"{mark[0]}：{wrong.zh}", f"{mark[0]}: {wrong.en}"))


def _practice(d: Document, pack: Pack) -> Iterator[Problem]:
    front = d.front
    number, slug = folder_name(d.path)
    if (number, slug) != (front.number, front.slug):
        yield _at(d, 1, Text("文件夹名要是 编号-slug，与文件头一致", "the folder must be named number-slug, as in the front matter"))
    row = next((p for p in pack.practices if p.slug == front.slug), None)
    if pack.practices and row is None:
        yield _at(d, 1, Text("practices.toml 里没有它", "not listed in practices.toml"))
    elif row and (row.number, row.group, list(row.related)) != (front.number, front.group, front.related):
        yield _at(d, 1, Text("编号、分组或相关与 practices.toml 不一致", "number, group or related differ from practices.toml"))
    known = {p.number for p in pack.practices}
    for n in front.related:
        if known and n not in known:
            yield _at(d, 1, Text(f"相关里的 {n} 号不存在", f"related: there is no practice {n}"))
    low, high = ALIASES
    if not low <= len(front.aliases) <= high:
        n = len(front.aliases)
        yield _at(d, 1, Text(f"别名 {n} 个，宜 {low}–{high} 个", f"{n} aliases; {low}–{high} serve best"), "warning")
    size = len(front.angle) if d.lang == "zh" else len(front.angle.split())
    if not 1 <= size <= ANGLE[d.lang]:
        yield _at(d, 1, Text(f"angle 要有，且不超过 {ANGLE['zh']} 字", f"angle must be there, at most {ANGLE['en']} words"))
    words = len(_CJK.findall(d.body)) if d.lang == "zh" else len(d.body.split())
    low, high = BODY[d.lang]
    if not low <= words <= high:
        yield _at(d, 0, Text(f"正文 {words} 字，宜 {low}–{high}", f"{words} words; {low}–{high} serve best"), "warning")


def _languages(pack: Pack) -> Iterator[Problem]:
    langs: dict[str, dict[str, Document]] = defaultdict(dict)
    paths: dict[tuple[str, str], str] = {}
    for _kind, d in pack.documents:
        first = paths.setdefault((d.front.slug, d.lang), d.path)
        if first != d.path:
            yield _at(d, 1, Text(f"slug 与 {first} 重复", f"same slug as {first}"))
        langs[d.front.slug][d.lang] = d
    for slug, found in langs.items():
        missing = [lang for lang in LANGS if lang not in found]
        one = next(iter(found.values()))
        if missing:
            yield _at(one, 0, Text(f"缺 {missing[0]} 版", f"the {missing[0]} text of {slug} is missing"))
            continue
        zh, en = found["zh"].front, found["en"].front
        shared = ("number", "group", "related", "moment", "owner", "verify_days", "audience")
        differing = [name for name in shared if getattr(zh, name) != getattr(en, name)]
        if differing:
            yield _at(found["en"], 1, Text(f"与 zh.md 不一致：{differing}", f"differs from zh.md in: {', '.join(differing)}"))
    for row in pack.practices:
        if row.slug not in langs:
            yield Problem("practices.toml", 0, Text(f"{row.number} 号 {row.slug} 没有文章", f"practice {row.number} {row.slug} has no article"))


def _aliases(pack: Pack) -> Iterator[Problem]:
    owners: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for _kind, d in pack.documents:
        seen: set[str] = set()
        for alias in d.front.aliases:
            key = alias.casefold().strip()
            if key in seen:
                yield _at(d, 1, Text(f"别名重复：{alias}", f"alias given twice: {alias}"))
            seen.add(key)
            owners[d.lang, key].append(d)
    for (_lang, alias), documents in owners.items():
        for second in documents[1:]:
            first = documents[0]
            if second is not first and second.front.number not in first.front.related:
                yield _at(second, 1, Text(f"别名“{alias}”已属于 {first.path}", f"alias “{alias}” belongs to {first.path}"))


def _overlaps(pack: Pack) -> Iterator[Problem]:
    """Near-twins that say the same thing in the same words: share of common shingles in the smaller text."""
    by_number = {(d.front.number, d.lang): d for kind, d in pack.documents if kind == "practice"}
    shingles = {key: _shingles(d) for key, d in by_number.items()}
    for (number, lang), d in by_number.items():
        for other in d.front.related:
            twin = by_number.get((other, lang))
            if twin is None or (number or 0) < other:
                continue
            mine, theirs = shingles[number, lang], shingles[other, lang]
            share = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
            if share > MOST_OVERLAP:
                message = Text(f"与 {twin.path} 有 {share:.0%} 的字句相同", f"{share:.0%} of the wording is the same as in {twin.path}")
                yield _at(d, 0, message, "warning")


def _shingles(d: Document) -> set[tuple[str, ...]]:
    plain = re.sub(r"\]\([^)]*\)|\{#[\w-]+\}|[#*`>\[\]]", " ", d.body)
    units = _CJK.findall(plain) if d.lang == "zh" else re.findall(r"[a-z0-9']+", plain.lower())
    size = SHINGLE[d.lang]
    return {tuple(units[i : i + size]) for i in range(len(units) - size + 1)}


def _at(d: Document, line: int, message: Text, level: str = "error") -> Problem:
    return Problem(d.path, line, message, "warning" if level == "warning" else "error")
