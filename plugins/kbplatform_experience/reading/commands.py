"""``kbplatform experience digest``: the week by mail, for cron and timers, and for whoever wants to see first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kbplatform.sdk import Text, terminal_lang
from kbplatform_experience.reading.digest import Week
from kbplatform_experience.reading.mailing import Mailing

if TYPE_CHECKING:
    from kbplatform_experience.reading.mailing import Outcome


def _words(zh: str, en: str) -> str:
    return Text(zh, en).in_(terminal_lang())


@click.command(help=_words("周报：看这一周会发给多少人；--mail 发出去", "The week: how many would get it; --mail sends it"))
@click.option("--mail", is_flag=True, help=_words("发邮件。谁都不会收到两次，可反复运行。", "Send it. As often as you like: nobody gets it twice."))
@click.option("--week", default="", metavar="2026-W48", help=_words("哪一周；不写就是刚过完的那周。", "Which week; if not given, the one just over."))
@click.option("--dry-run", is_flag=True, help=_words("只数一数，什么都不发。", "Only count, send nothing."))
@click.option("--json", "as_json", is_flag=True, help=_words("输出给程序读的 JSON。", "Machine-readable output."))
@click.pass_context
def digest(ctx: click.Context, /, *, mail: bool, week: str, dry_run: bool, as_json: bool) -> None:
    platform, looking = ctx.obj.platform(), dry_run or not mail
    wanted = Week.of(week) if week else Week.of("").beside(-1)
    outcome = Mailing(platform.services).run(wanted, dry_run=looking)
    if as_json:
        click.echo(json.dumps(_plain(outcome, looking=looking), ensure_ascii=False))
    else:
        _tell(outcome, looking=looking)
        if not platform.settings.public_url:
            base = platform.settings.base_url
            words = _words(f"信里的链接指向 {base}，请设 KBPLATFORM_PUBLIC_URL。", f"Its links lead to {base}: set KBPLATFORM_PUBLIC_URL.")
            click.echo(words, err=True)
    if outcome.failed or outcome.unsure:
        ctx.exit(1)


def _plain(outcome: Outcome, *, looking: bool) -> dict[str, object]:
    told = {name: [{"person": p, "error": e} for p, e in getattr(outcome, name)] for name in ("failed", "unsure")}
    counts = {"sent": 0 if looking else outcome.sent, "would_send": outcome.sent if looking else 0, "empty": outcome.empty, "before": outcome.before}
    return {"week": str(outcome.week), "dry_run": looking} | counts | told


def _tell(outcome: Outcome, *, looking: bool) -> None:
    sent = (f"会发给 {outcome.sent} 人", f"would go to {outcome.sent}") if looking else (f"发了 {outcome.sent} 封", f"{outcome.sent} sent")
    click.echo(
        _words(
            f"{outcome.week}：{sent[0]}，以前发过 {outcome.before}，这一周没有内容的 {outcome.empty}",
            f"{outcome.week}: {sent[1]}, {outcome.before} had it before, {outcome.empty} had nothing to read",
        )
    )
    for person, error in outcome.failed:
        click.echo(_words(f"{person} 号没发成，下次再试：{error}", f"Not sent to person {person}, tried again next time: {error}"), err=True)
    for person, error in outcome.unsure:
        click.echo(_words(f"{person} 号可能收到了，不再发：{error}", f"Person {person} may have got it, and is not sent it again: {error}"), err=True)
