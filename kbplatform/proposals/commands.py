"""``kbplatform proposal …``: what people propose to change, for whoever runs the machine."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

import click

from kbplatform.bilingual import Text, terminal_lang
from kbplatform.proposals.proposal import STATES

if TYPE_CHECKING:
    from kbplatform.articles.diff import Run
    from kbplatform.proposals.proposal import Proposal
    from kbplatform.viewer import Viewer

_NUMBER = click.IntRange(1, 2**31 - 1)
_COLOURS = {"del": "red", "ins": "green"}
_MARKS = {"del": ("[-", "-]"), "ins": ("{+", "+}"), "same": ("", "")}


def _say(zh: str, en: str) -> None:
    click.echo(Text(zh, en).in_(terminal_lang()))


def _json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


@click.group()
def proposal() -> None:
    """Proposed changes: list, show, accept, decline."""


@proposal.command("list")
@click.option("--state", type=click.Choice([*STATES, "all"]), default="open", show_default=True)
@click.option("--article", default="", metavar="SLUG", help="Only for this article.")
@click.option("--page", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Twenty to a page.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def list_(ctx: click.Context, state: str, article: str, page: int, as_json: bool) -> None:
    """Proposals, those decided or made last first."""
    from kbplatform.proposals.plain import plain  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.proposals.reading import PAGE_SIZE, page_of  # noqa: PLC0415 - as above

    platform, viewer = _opened(ctx)
    states = [s for s in STATES if state in {s, "all"}]
    with platform.db.read() as session:
        found = page_of(session, viewer, editor=True, states=states, slug=article, page=page)
    if as_json:
        _json({"total": found.total, "page_size": PAGE_SIZE, "proposals": [plain(p) for p in found.proposals]})
        return
    for p in found.proposals:
        click.echo(f"{p.id:>5}  {click.style(p.title, bold=True)}  {click.style(f'{_place(p)}  {p.created_by_name}  {p.state}'.rstrip(), dim=True)}")
    if not found.total:
        _say("没有修改提议", "No proposed changes")


@proposal.command()
@click.argument("proposal_id", type=_NUMBER)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def show(ctx: click.Context, proposal_id: int, as_json: bool) -> None:
    """One proposal: what would change, [-gone-] and {+new+}, and what speaks for it."""
    from kbplatform.articles.diff import compare  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.proposals.plain import plain  # noqa: PLC0415 - as above

    platform, viewer = _opened(ctx)
    p = platform.proposals.get(viewer, proposal_id, editor=True)
    now = platform.proposals.standing(viewer, p)
    if as_json:
        _json(plain(p) | {"now": {"revision": now.revision, "text": now.text, "changed": now.changed}})
        return
    click.echo(f"{click.style(p.title, bold=True)}  {click.style(f'{_place(p)}  {p.created_by_name}  {p.state}'.rstrip(), dim=True)}")
    for e in p.evidence:
        value = " ".join(filter(None, ("" if e.number is None else f"{e.number:g}", e.value, e.link)))
        click.echo(f"  {e.label.in_(terminal_lang())}: {value}")
    click.echo()
    for runs in compare(p.base_text, p.accepted_text or p.text):
        click.echo("".join(_run(run) for run in runs))
    if p.words:
        click.echo(f"\n{p.words}")
    if p.state == "open" and now.changed:
        _say(f"\n这一节后来又改过，现在是第 {now.revision} 版。", f"\nThe section has changed since; the article is at revision {now.revision}.")


@proposal.command()
@click.argument("proposal_id", type=_NUMBER)
@click.option("--text", "file", type=click.File("r", encoding="utf-8"), help="The section in your own wording: a file, or - for standard input.")
@click.option("--revision", type=_NUMBER, help="The article's revision that your wording rests on.")
@click.option("--words", default="", help="What to say with it.")
@click.option("--in-meaning/--same-meaning", "in_meaning", default=None, help="Whether the section changes in meaning (default: by its kind).")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def accept(
    ctx: click.Context, proposal_id: int, file: TextIO | None, revision: int | None, words: str, in_meaning: bool | None, as_json: bool
) -> None:
    """Make a proposal the text of its section: kbplatform proposal accept 3 --same-meaning."""
    from kbplatform.errors import InvalidInput  # noqa: PLC0415 - slow import, only for this command
    from kbplatform.viewer import CLI  # noqa: PLC0415 - as above

    platform, viewer = _opened(ctx)
    try:
        text = file.read() if file else None
    except UnicodeDecodeError as error:
        raise InvalidInput(Text(f"不是 UTF-8：第 {error.start} 字节", f"Not UTF-8: byte {error.start}")) from None
    number = platform.proposals.accept(viewer, CLI, proposal_id, text=text, revision=revision, words=words, in_meaning=in_meaning)
    said = Text(f"{proposal_id} 号已采纳，文章是第 {number} 版", f"Number {proposal_id} is accepted: revision {number}")
    _decided(platform, viewer, proposal_id, as_json, said)


@proposal.command()
@click.argument("proposal_id", type=_NUMBER)
@click.argument("reason")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def decline(ctx: click.Context, proposal_id: int, reason: str, as_json: bool) -> None:
    """It will not be, and why; whoever proposed it is shown this: kbplatform proposal decline 3 "said in step 2"."""
    from kbplatform.viewer import CLI  # noqa: PLC0415 - slow import, only for this command

    platform, viewer = _opened(ctx)
    platform.proposals.decline(viewer, CLI, proposal_id, words=reason)
    _decided(platform, viewer, proposal_id, as_json, Text(f"{proposal_id} 号记为不采纳", f"Number {proposal_id} is declined"))


def _decided(platform: Any, viewer: Viewer, proposal_id: int, as_json: bool, words: Text) -> None:  # noqa: ANN401 - as below
    from kbplatform.proposals.plain import plain  # noqa: PLC0415 - slow import, only where a decision is told

    if as_json:
        _json(plain(platform.proposals.get(viewer, proposal_id, editor=True)))
    else:
        click.echo(words.in_(terminal_lang()))


def _opened(ctx: click.Context) -> tuple[Any, Viewer]:
    """The composition root, whose type is above this module, and whoever runs the machine."""
    from kbplatform.accounts.operator import operator  # noqa: PLC0415 - slow import, only where a command needs the platform

    platform = ctx.obj.platform()
    return platform, operator(platform.accounts)


def _place(p: Proposal) -> str:
    return f"{p.slug}#{p.section} ({p.lang})"


def _run(run: Run) -> str:
    """Coloured on a terminal, between signs in a file."""
    before, after = ("", "") if sys.stdout.isatty() else _MARKS[run.kind]
    return click.style(f"{before}{run.text}{after}", fg=_COLOURS.get(run.kind))
