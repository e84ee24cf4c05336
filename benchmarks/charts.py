"""The handbook's pages of figures, made from what the benchmarks wrote.

    python benchmarks/charts.py [--check]

Reads benchmarks/figures/*.json and the pages' words in benchmarks/pages/<page>.<lang>.md, puts a chart or a table in place of each
line `[[name]]`, and writes content/handbook/<page>/<lang>.md. A figure nobody has taken yet is said to be missing.
With --check it writes nothing and fails where a page isn't what the figures make it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
FIGURES, PAGES, HANDBOOK = HERE / "figures", HERE / "pages", HERE.parent / "content" / "handbook"
_PLACE = re.compile(r"^\[\[([a-z0-9-]+)\]\]$", re.MULTILINE)
WORDS = {
    "zh": {
        "keystroke": "每敲一键", "two words": "两个词", "filtered": "带筛选", "excerpt": "搜索加摘要", "update": "改动到可见", "all": "全部",
        "title": "标题里的词", "spoken": "口语说法", "fragment": "正文一句", "pinyin": "拼音", "initials": "首字母", "typo": "打错字", "traditional": "繁体",
        "zh_keyword": "中文关键词", "zh_question": "中文问句", "zh_partial": "半个词", "pinyin_full": "全拼", "pinyin_initials": "首字母缩写", "pinyin_mixed": "拼音夹汉字",
        "en_keyword": "英文关键词", "en_question": "英文问句", "typo_zh": "错别字", "typo_en": "英文打错", "mixed": "中英混写", "detail": "正文细节",
        "leave one out": "拿掉相近说法", "politely": "客气地问", "function words": "换虚词", "another order": "换语序", "slip of the keys": "再打错一下",
        "article page": "文章页", "search page": "搜索页", "/api/v1/search": "/api/v1/search", "/api/v1/suggest": "/api/v1/suggest",
        "a word of the trade": "行话", "the same, traditional": "同一个词写繁体", "a slip in English": "英文打错", "a slip in Chinese": "错别字",
        "two characters of the text": "正文里的两字词", "two words, apart": "分开的两个词", "a question": "一句问话", "English for a Chinese page": "用英文找中文页",
        "yes": "能", "no": "不能", "search": "搜索", "page": "打开一页",
        "speed": "{n} 篇，p95，毫秒", "absent": "没参加：{names}", "relevance": "{n} 篇，MRR@10（满分 1）", "visible": "{n} 篇，改动多久能搜到，毫秒",
        "keys": "敲几下之内见到对的那篇，占全部查询的 %", "count": "敲几下", "known": "评过分的查询，MRR@10（满分 1）", "plain": "原样问", "so": "这样问",
        "http": "30 条实践两种语言，一个客户端，毫秒", "fresh": "{n} 篇、{servers} 个服务进程，从提交到都能搜到，秒", "middle": "中位", "slowest": "最慢",
        "wiki-ms": "{n} 篇，毫秒", "wiki-kb": "一次回应的 HTML，kB", "finds": "在前十条里吗", "missing": "这一项还没有测。",
        "taken": "——{made}，版本 {commit}，{machine}，开始时负载 {load}",
    },
    "en": {
        "keystroke": "a keystroke", "two words": "two words", "filtered": "filtered", "excerpt": "search + excerpt", "update": "edit → visible", "all": "all",
        "title": "words of the title", "spoken": "as callers say it", "fragment": "words of the text", "typo": "mistyped",
        "zh_keyword": "Chinese keyword", "zh_question": "Chinese question", "zh_partial": "half a word", "pinyin_full": "pinyin", "pinyin_initials": "initials",
        "pinyin_mixed": "pinyin and characters", "en_keyword": "English keyword", "en_question": "English question", "typo_zh": "wrong character",
        "typo_en": "mistyped English", "mixed": "both languages", "detail": "detail of the text",
        "speed": "{n} documents, p95, ms", "absent": "did not take part: {names}", "relevance": "{n} documents, MRR@10 (1 is perfect)",
        "visible": "{n} documents, from an edit to its being found, ms", "keys": "the right page in sight within so many keystrokes, % of queries", "count": "keystrokes",
        "known": "graded queries, MRR@10 (1 is perfect)", "plain": "asked plainly", "so": "asked so", "http": "thirty practices in two languages, one client, ms",
        "fresh": "{n} documents, {servers} servers, seconds from commit until all find it", "middle": "median", "slowest": "slowest",
        "wiki-ms": "{n} documents, ms", "wiki-kb": "HTML of one answer, kB", "finds": "among the first ten?", "missing": "Not measured yet.",
        "page": "a page", "taken": "on {made}, revision {commit}, {machine}, load at the start {load}",
    },
}  # fmt: skip
SHOWN_KINDS = ("zh_keyword", "pinyin_initials", "zh_question", "en_question", "all")

Figures = Mapping[str, dict]
Draw = Callable[[Figures, str], str]


def said(lang: str, name: str, **values: object) -> str:
    """A label in one language; a name without words of its own is its own."""
    return WORDS[lang].get(name, name).format(**values)


def number(value: float | None) -> str:
    """Three significant digits at most, ``-`` for none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 1 else f"{value:.2g}"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def fence(kind: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"{kind}: {title}", *(" | ".join(r) for r in (heads, *rows))]
    return "\n".join(("```chart", *lines, "```"))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ran(figures: Figures, size: str) -> tuple[dict[str, dict], list[str]]:
    peers = figures["engines"]["sizes"][size]
    return {n: p for n, p in peers.items() if "ms" in p}, [n for n, p in peers.items() if "absent" in p]


def _engine_chart(title: str, columns: Sequence[str], value: Callable[[dict, str], str]) -> Callable[[str], Draw]:
    def of_size(size: str) -> Draw:
        def draw(figures: Figures, lang: str) -> str:
            ran, absent = _ran(figures, size)
            rows = [[name, *(value(peer, c) for c in columns)] for name, peer in ran.items()]
            chart = fence("bars", said(lang, title, n=f"{int(size):,}"), ["", *(said(lang, c) for c in columns)], rows)
            return chart + (f"\n\n{said(lang, 'absent', names=', '.join(absent))}" if absent else "")

        return draw

    return of_size


_speed = _engine_chart("speed", ("keystroke", "two words", "filtered", "excerpt"), lambda peer, task: number(peer["ms"][task]["p95"]))
_update = _engine_chart("visible", ("p50", "p95"), lambda peer, cut: number(peer["ms"]["update"][cut]))
_relevance = _engine_chart(
    "relevance", ("all", "title", "spoken", "fragment", "typo", "pinyin"), lambda peer, kind: share(peer["relevance"].get(kind, {}).get("mrr"))
)
_graded = _engine_chart("relevance", ("all", "zh_keyword", "zh_question", "en_question", "typo_zh"), lambda peer, kind: share(peer["relevance"].get(kind, {}).get("mrr")))


def _keystrokes(figures: Figures, lang: str) -> str:
    kinds = {k: v for k, v in figures["keystrokes"]["kinds"].items() if k in SHOWN_KINDS}
    counts = next(iter(kinds.values()))["within"]
    rows = [[count, *(f"{100 * kinds[k]['within'][count]:.0f}" for k in SHOWN_KINDS if k in kinds)] for count in counts]
    return fence("lines", said(lang, "keys"), [said(lang, "count"), *(said(lang, k) for k in SHOWN_KINDS if k in kinds)], rows)


def _memorised(figures: Figures, lang: str) -> str:
    compared = figures["memorised"]["compared"]
    rows = [[f"{said(lang, name)} ({row['n']})", share(row["mrr_plain"]), share(row["mrr"])] for name, row in compared.items()]
    return fence("bars", said(lang, "known"), ["", said(lang, "plain"), said(lang, "so")], rows)


def _http(figures: Figures, lang: str) -> str:
    rows = [[said(lang, name), *(number(row[cut]) for cut in ("p50", "p95"))] for name, row in figures["http"]["ms"].items()]
    return fence("bars", said(lang, "http"), ["", "p50", "p95"], rows)


def _freshness(figures: Figures, lang: str) -> str:
    found = figures["freshness"]
    seconds = [s for s in found["seconds"] if s is not None]
    rows = [[said(lang, "middle"), number(median(seconds))], [said(lang, "slowest"), number(max(seconds) if len(seconds) == len(found["seconds"]) else None)]]
    return fence("bars", said(lang, "fresh", n=f"{found['size']:,}", servers=found["servers"]), ["", "s"], rows)


def _wikis(figures: Figures, lang: str) -> str:
    found = figures["wikis"]
    rows = [[f"{name}: {said(lang, task)}", number(t["p50"]), number(t["p95"])] for task in ("search", "page") for name, t in ((n, w[task]) for n, w in found["ms"].items())]
    weight = [[f"{name}: {said(lang, task)}", number(t["kb"])] for task in ("search", "page") for name, t in ((n, w[task]) for n, w in found["ms"].items())]
    return fence("bars", said(lang, "wiki-ms", n=f"{found['size']:,}"), ["", "p50", "p95"], rows) + "\n\n" + fence("bars", said(lang, "wiki-kb"), ["", "kB"], weight)


def _finds(figures: Figures, lang: str) -> str:
    found = figures["wikis"]["finds"]
    names = list(next(iter(found.values())))

    def cell(hits: int, of: int) -> str:
        return said(lang, "yes" if hits else "no") if of == 1 else f"{hits}/{of}"

    rows = [[said(lang, way.removeprefix("generated: ")), *(cell(*by_wiki[n]) for n in names)] for way, by_wiki in found.items()]
    return table([said(lang, "finds"), *names], rows)


def _made(*names: str) -> Draw:
    def draw(figures: Figures, lang: str) -> str:
        there = [figures[n] for n in names if n in figures]
        return "\n".join(f"- `{f['command']}` {said(lang, 'taken', **f)}" for f in there)

    return draw


DRAWN: dict[str, tuple[str, Draw]] = {
    **{f"speed-{n}": ("engines", _speed(n)) for n in ("60", "1000", "10000")},
    **{f"update-{n}": ("engines", _update(n)) for n in ("1000", "10000")},
    **{f"relevance-{n}": ("engines", _relevance(n)) for n in ("1000", "10000")},
    "relevance-60": ("engines", _graded("60")),
    "keystrokes": ("keystrokes", _keystrokes), "memorised": ("memorised", _memorised), "http": ("http", _http), "freshness": ("freshness", _freshness),
    "wikis": ("wikis", _wikis), "finds": ("wikis", _finds),
    "made-measured": ("keystrokes", _made("http", "keystrokes", "memorised", "freshness")), "made-compared": ("engines", _made("engines", "wikis")),
}  # fmt: skip


def read_figures(folder: Path = FIGURES) -> dict[str, dict]:
    return {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json"))}


def page(words: str, figures: Figures, lang: str) -> str:
    """A page's words with every ``[[name]]`` drawn; KeyError for a name there is no drawing for."""

    def draw(match: re.Match[str]) -> str:
        needs, drawing = DRAWN[match[1]]
        size = match[1].rpartition("-")[2]
        if needs not in figures or (size.isdigit() and size not in figures[needs]["sizes"]):
            return said(lang, "missing")
        return drawing(figures, lang)

    return _PLACE.sub(draw, words)


def pages(figures: Figures) -> dict[Path, str]:
    """Every page of figures: where it goes and its text."""
    found = {}
    for source in sorted(PAGES.glob("*.md")):
        name, lang = source.stem.split(".")
        found[HANDBOOK / name / f"{lang}.md"] = page(source.read_text("utf-8"), figures, lang)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for path, text in pages(read_figures()).items():
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale += 1
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        print(f"{'differs' if check else 'written'}: {path.relative_to(HERE.parent)}")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
