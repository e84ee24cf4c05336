"""``kbplatform experience``: an entry from the terminal, and a text split into fields."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kbplatform.sdk import Actor, InvalidInput, Text, terminal_lang
from kbplatform_experience.reading.commands import digest
from kbplatform_experience.registry import WRITE, entry_url
from kbplatform_experience.writing.forms import Typed, look
from kbplatform_experience.writing.service import Writing
from kbplatform_experience.writing.splitting import MAX_TEXT, split

if TYPE_CHECKING:
    from kbplatform_experience.writing.service import Written


def _help(zh: str, en: str) -> str:
    return Text(zh, en).in_(terminal_lang())


_JSON = click.option("--json", "as_json", is_flag=True, help=_help("输出给程序读的 JSON。", "Machine-readable output."))


@click.group(help=_help("经验：写一条、拆一段文字", "Experience: add an entry, split a text"))
def experience() -> None:
    pass


experience.add_command(digest)


@experience.command(
    help=_help("写一条经验。客户的号码、姓名保存前会隐去。", "Write an entry. Customers' numbers and names are taken out before it is saved.")
)
@click.argument("lesson")
@click.option("--as", "email", required=True, metavar="EMAIL", help=_help("谁写的：邮箱或名字。", "Whose it is: e-mail or name."))
@click.option("--situation", default="", help=_help("情况。", "The situation."))
@click.option("--action", default="", help=_help("做法。", "What was done."))
@click.option("--result", default="", help=_help("结果。", "What came of it."))
@click.option("--kind", default="tip", help=_help("种类：tip、failed、phrase、question 等。", "Its kind: tip, failed, phrase, question …"))
@click.option("--article", default="", metavar="SLUG", help=_help("属于哪条实践。", "The practice it belongs to."))
@click.option("--section", default="", metavar="ID", help=_help("那条实践的哪一节。", "The section of that practice."))
@click.option("--tag", "tags", multiple=True, help=_help("标签，可写几次。", "A tag, as often as wanted."))
@click.option(
    "--figure",
    "figures",
    multiple=True,
    metavar="LINK",
    help=_help("本站计算器的链接，可写几次。", "Link of a calculator of this site, as often as wanted."),
)
@click.option("--team", default="", metavar="KEY", help=_help("来自自己的哪个团队。", "The own team it comes from."))
@click.option(
    "--lang", default="", type=click.Choice(["", "zh", "en"]), help=_help("语言；不写就看用的字。", "Its language; told by its words if not given.")
)
@click.option("--unnamed", is_flag=True, help=_help("对同事不署名。", "Colleagues see no name."))
@_JSON
@click.pass_context
def add(ctx: click.Context, /, lesson: str, *, email: str, tags: tuple[str, ...], figures: tuple[str, ...], as_json: bool, **fields: str) -> None:
    platform = ctx.obj.platform()
    gate = platform.accounts.gate
    viewer = gate.of_person(platform.accounts.people.find(email))
    if viewer is None or not gate.allows(viewer, WRITE):
        raise click.UsageError(_help("这个人不能写经验", "That person may not write experience"))
    typed = Typed(lesson=lesson, tags="\n".join(tags), figures="\n".join(figures), **fields)  # type: ignore[arg-type]  # unnamed is a flag
    writing = Writing(platform.services)
    try:
        number = writing.create(viewer, Actor(viewer.id, "cli"), typed, source="cli")
    except InvalidInput as error:
        raise click.ClickException("\n".join(f"{f.field}: {f.message.in_(terminal_lang())}" for f in error.fields)) from error
    masked = look(typed, platform.services.masking, terminal_lang()).hidden
    _tell(writing.mine(viewer, number), masked=masked, as_json=as_json)


@experience.command("split", help=_help("看一段文字会怎样拆开，什么都不写。", "How a text would be split. Writes nothing."))
@click.argument("file", type=click.Path(dir_okay=False, exists=True, allow_dash=True))
@_JSON
def split_(file: str, *, as_json: bool) -> None:
    data = sys.stdin.buffer.read(4 * MAX_TEXT) if file == "-" else Path(file).read_bytes()[: 4 * MAX_TEXT]
    try:
        parts = split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise click.ClickException(_help(f"不是 UTF-8：第 {error.start} 字节", f"Not UTF-8: byte {error.start}")) from error
    if as_json:
        click.echo(json.dumps(asdict(parts), ensure_ascii=False))
        return
    names = {
        "lesson": Text("经验", "Lesson"),
        "situation": Text("情况", "Situation"),
        "action": Text("做法", "Action"),
        "result": Text("结果", "Result"),
    }
    for name, label in names.items():
        if text := getattr(parts, name):
            click.echo(f"{label.in_(terminal_lang())}: {text}")


def _tell(written: Written, *, masked: bool, as_json: bool) -> None:
    if as_json:
        plain = {"id": written.number, "url": entry_url(written.number), "state": written.state, "lesson": written.typed.lesson, "masked": masked}
        click.echo(json.dumps(plain, ensure_ascii=False))
        return
    click.echo(f"{written.typed.lesson}\n{entry_url(written.number)}")
    if masked:
        click.echo(_help("有客户信息，已经隐去。", "Customers' data was taken out."))
    if written.state == "waiting":
        click.echo(_help("审核的人看过后同事就能看到。", "Colleagues see it once a moderator has looked."))


@experience.command(
    "load-samples",
    help=_help("放进样例（页面上标着“样例”），用来试用；--remove 拿掉。", "Put in samples, shown as such, to try things; --remove takes them out."),
)
@click.option("--remove", is_flag=True, help=_help("拿掉样例和它们下面的留言。", "Take the samples out, with what was said under them."))
@click.pass_context
def load_samples(ctx: click.Context, *, remove: bool) -> None:
    """Put samples in, or take them out."""
    from kbplatform_experience import samples  # noqa: PLC0415 - only this command needs them

    db = ctx.obj.platform().db
    if remove:
        gone = samples.remove_samples(db)
        click.echo(Text(f"拿掉了 {gone} 条样例", f"{gone} samples taken out").in_(terminal_lang()))
        return
    added = samples.load_samples(db)
    click.echo(Text(f"放进了 {added} 条样例", f"{added} samples put in").in_(terminal_lang()))
