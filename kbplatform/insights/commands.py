"""``kbplatform gaps …``: content gaps, for whoever runs the machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from kbplatform.bilingual import Text, terminal_lang

if TYPE_CHECKING:
    from kbplatform.insights.gaps import GapView


def _say(zh: str, en: str) -> None:
    click.echo(Text(zh, en).in_(terminal_lang()))


@click.group()
def gaps() -> None:
    """Content gaps: what people asked for and search did not find."""


@gaps.command("list")
@click.option("--state", type=click.Choice(["open", "answered", "declined", "merged", "all"]), default="open", show_default=True)
@click.option("--sort", type=click.Choice(["asked", "recent"]), default="asked", show_default=True, help="Most asked, or last asked, first.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def list_(ctx: click.Context, state: str, sort: str, limit: int, as_json: bool) -> None:
    """What was asked, most asked first."""
    found = ctx.obj.platform().gaps.page(state="" if state == "all" else state, sort=sort, limit=limit)
    if as_json:
        click.echo(json.dumps({"total": found.total, "gaps": [_plain(g) for g in found.gaps]}, ensure_ascii=False, indent=1))
        return
    for g in found.gaps:
        figures = Text(f"{g.asked} 次 {g.people} 人", f"asked {g.asked} by {g.people}").in_(terminal_lang())
        click.echo(f"{g.id:>5}  {click.style(g.query, bold=True)}  {click.style(f'{figures}  {g.state}', dim=True)}")
        for w in g.wordings[1:4]:
            click.echo(f"         {w.text}" + (f" ×{w.asked}" if w.asked > 1 else ""))
    if not found.gaps:
        _say("没有内容缺口", "No content gaps")


@gaps.command()
@click.argument("gap_id", type=click.IntRange(1, 2**31 - 1))
@click.argument("article", metavar="SLUG[#SECTION]")
@click.pass_context
def answer(ctx: click.Context, gap_id: int, article: str) -> None:
    """A section answers it: kbplatform gaps answer 3 complaint-handling#steps."""
    from kbplatform.accounts.operator import operator  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.insights.forms import target_of  # noqa: PLC0415 - as above
    from kbplatform.viewer import CLI  # noqa: PLC0415 - as above

    platform = ctx.obj.platform()
    target = target_of(article, platform.articles, terminal_lang(), operator(platform.accounts))
    platform.gaps.answer(CLI, gap_id, slug=target.slug, section=target.section)
    _say(f"{gap_id} 号记为已有答案：{article}", f"Number {gap_id} is answered by {article}")


@gaps.command()
@click.argument("gap_id", type=click.IntRange(1, 2**31 - 1))
@click.argument("reason")
@click.pass_context
def decline(ctx: click.Context, gap_id: int, reason: str) -> None:
    """It will not be answered, and why: kbplatform gaps decline 3 "not our team's business"."""
    from kbplatform.viewer import CLI  # noqa: PLC0415 - slow import, only for this command

    ctx.obj.platform().gaps.decline(CLI, gap_id, reason=reason)
    _say(f"{gap_id} 号记为不做", f"Number {gap_id} is declined")


@gaps.command()
@click.option("--days", type=click.IntRange(1, 36_500), help="Instead of the setting KBPLATFORM_GAPS_KEEP_DAYS.")
@click.pass_context
def prune(ctx: click.Context, days: int | None) -> None:
    """Forget answered and declined gaps that nobody has asked for in a long time, as the site does once a day."""
    from kbplatform.viewer import CLI  # noqa: PLC0415 - slow import, only for this command

    gone = ctx.obj.platform().pruning.prune(days, actor=CLI)
    _say(f"清掉了 {gone} 条内容缺口", f"{gone} content gaps forgotten")


def _plain(g: GapView) -> dict[str, Any]:
    return {
        "id": g.id, "query": g.query, "lang": g.lang, "state": g.state, "asked": g.asked, "people": g.people,
        "first_asked_at": g.first_asked_at.isoformat(), "last_asked_at": g.last_asked_at.isoformat(),
        "wordings": [{"text": w.text, "lang": w.lang, "asked": w.asked} for w in g.wordings],
        "answer_slug": g.answer_slug, "answer_section": g.answer_section, "reason": g.reason, "merged_into": g.merged_into, "reopened": g.reopened,
    }  # fmt: skip
