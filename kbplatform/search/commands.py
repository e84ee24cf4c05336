"""``kbplatform search`` and ``kbplatform index …``."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from html import unescape
from typing import TYPE_CHECKING, Any

import click

from kbplatform.bilingual import Text, terminal_lang
from kbplatform.search.forms import MOST_DAYS, Wanted

if TYPE_CHECKING:
    from types import FrameType

_NOTHING_SURE = Text("没有把握的答案。换客户的原话、拼音或首字母试试。", "Nothing sure. Try the customer's words, pinyin or initials.")
_MARK = re.compile(r"<mark>(.*?)</mark>")


def _platform(ctx: click.Context) -> Any:  # noqa: ANN401 - the composition root's type is above this module
    return ctx.obj.platform()


@click.command()
@click.argument("query")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="Preferred content language.")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--kind", default="article", show_default=True, help="article, handbook, calculator … with commas.")
@click.option("--group", default="", help="One group's pages, by its id: complaints …")
@click.option("--only", type=click.Choice(["zh", "en"]), default=None, help="Pages in this language alone.")
@click.option("--since", type=click.IntRange(1, MOST_DAYS), default=None, metavar="DAYS", help="Pages changed in these many days.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def search(ctx: click.Context, /, query: str, lang: str | None, limit: int, as_json: bool, **narrowed: Any) -> None:  # noqa: ANN401 - the filters
    """Search from the terminal: kbplatform search tousu."""
    lang = lang or narrowed["only"] or terminal_lang()
    platform = _platform(ctx)
    asked = Wanted(narrowed["kind"], narrowed["group"], narrowed["only"] or "", narrowed["since"] or 0)
    result = platform.search.search(query, lang=lang, audiences=frozenset({"everyone"}), limit=limit, explain=as_json, **asked.restricting())
    if as_json:
        hits = [h.plain() for h in result.hits]
        click.echo(json.dumps({"query": query, "low_confidence": result.low_confidence, "took_ms": result.took_ms, "hits": hits}, ensure_ascii=False))
        return
    if result.low_confidence or not result.hits:
        click.echo(_NOTHING_SURE.in_(terminal_lang()))
    for h in result.hits:
        number = f"{h.number:>2} " if h.number else ""
        click.echo(f"{click.style(number + h.title, bold=True)}  {click.style(h.angle, dim=True)}")
        click.echo("   " + unescape(_MARK.sub(lambda m: click.style(m[1], fg="yellow", bold=True), str(h.snippet))))


@click.group()
def index() -> None:
    """The search index: derived data, rebuildable at any time."""


@index.command()
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Read everything and replace the index; searching goes on meanwhile."""
    from kbplatform.events import emit  # noqa: PLC0415 - slow import, only for this command

    platform = _platform(ctx)
    indexer = platform.indexer()
    if indexer.acquire():
        with click.progressbar(length=1, label=Text("重建索引", "index").in_(terminal_lang())) as bar:

            def told(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            n = indexer.rebuild(told)
        indexer.close()
        click.echo(Text(f"索引已重建：{n} 篇", f"Index rebuilt: {n} documents").in_(terminal_lang()))
        return
    with platform.db.write() as session:
        emit(session, "search.rebuild", {})
    click.echo(Text("索引进程正在跑，已请它重建。", "The indexer is running: it has been asked to rebuild.").in_(terminal_lang()))


@index.command()
@click.option("--parent", type=int, help="Stop when the process with this id has gone.")
@click.pass_context
def run(ctx: click.Context, parent: int | None) -> None:
    """Keep the index in step until stopped. `serve` runs this itself; extra nodes may too."""
    platform = _platform(ctx)
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    if parent:
        threading.Thread(target=_stop_with, args=(parent, stop), daemon=True).start()
    platform.run_indexer(stop)


def _stop_with(parent: int, stop: threading.Event) -> None:
    """Set ``stop`` when the parent has died without saying so; on Windows it ends its child itself."""
    while os.name == "posix" and not stop.wait(1):
        if os.getppid() != parent:
            stop.set()


__all__ = ["index", "search"]
