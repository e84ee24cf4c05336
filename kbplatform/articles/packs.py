"""Content packs: a folder of Markdown comes in and goes out without a difference."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.articles.documents import BrokenDocument, Document, decode, parse
from kbplatform.articles.models import Article, PracticeGroup, Revision, Translation
from kbplatform.bilingual import LANGS, Text
from kbplatform.errors import InvalidInput
from kbplatform.plugin.contributions import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbplatform.db import Database

_FOLDER = re.compile(r"^(\d{2,4})-([a-z0-9-]+)$")
SHARED_FILES = ("glossary.toml", "site.toml")


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as ``practices.toml`` lists it."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """A practice as ``practices.toml`` lists it."""

    number: int
    slug: str
    group: str
    related: tuple[int, ...] = ()


@dataclass(slots=True)
class Pack:
    """What a folder holds: the list of practices, the readable documents, and what was wrong."""

    root: Path
    groups: list[GroupRow] = field(default_factory=list)
    practices: list[PracticeRow] = field(default_factory=list)
    documents: list[tuple[str, Document]] = field(default_factory=list)
    """(kind, document) in the order of the folders."""
    problems: list[Problem] = field(default_factory=list)


def read_pack(root: Path) -> Pack:
    """Read a pack. A broken file becomes a problem; the rest is read. Raises InvalidInput where nothing is there."""
    if not root.is_dir():
        raise InvalidInput(
            Text(f"没有这个文件夹：{root}", f"There is no folder {root}"),
            remedy=Text("请给出含 practices/ 的内容包文件夹。", "Give the folder of a content pack: the one with practices/ in it."),
        )
    pack = Pack(root)
    _read_index(pack)
    for kind, folder in (("practice", root / "practices"), ("handbook", root / "handbook")):
        for path in _markdown_files(folder):
            name = path.relative_to(root).as_posix()
            if path.is_symlink():
                pack.problems.append(Problem(name, 0, Text("不读符号链接", "symbolic links are not followed")))
                continue
            try:
                pack.documents.append((kind, parse(decode(path.read_bytes(), name), path=name, lang=path.stem)))
            except BrokenDocument as error:
                pack.problems += error.problems
            except OSError as error:
                pack.problems.append(Problem(name, 0, Text(f"读不了：{error.strerror}", f"can't be read: {error.strerror}")))
    if not pack.documents and not pack.problems:
        raise InvalidInput(
            Text(f"{root} 里没有文章", f"There are no articles in {root}"),
            remedy=Text("文章放在 practices/<编号-slug>/zh.md。", "Articles live in practices/<number-slug>/zh.md."),
        )
    return pack


def _markdown_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for sub in sorted(p for p in folder.iterdir() if p.is_dir() and not p.is_symlink()):
            yield from (sub / f"{lang}.md" for lang in LANGS if (sub / f"{lang}.md").is_file())


def _read_index(pack: Pack) -> None:
    path = pack.root / "practices.toml"
    if not path.is_file():
        return
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        pack.groups = [GroupRow(str(g["id"]), str(g["zh"]), str(g["en"])) for g in data.get("group", [])]
        pack.practices = [
            PracticeRow(int(p["number"]), str(p["slug"]), str(p["group"]), tuple(int(n) for n in p.get("related", [])))
            for p in data.get("practice", [])
        ]
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        pack.problems.append(Problem("practices.toml", int(found[1]) if found else 0, Text(f"不是有效的 TOML：{error}", f"not valid TOML: {error}")))
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        pack.problems.append(Problem("practices.toml", 0, Text(f"缺少或写错：{error}", f"missing or wrong: {error}")))


def export_pack(db: Database, target: Path, shared_from: Path) -> int:
    """Write every article's current text as a pack that syncs back without a difference; the number of files.

    ``target`` must be empty or absent. Raises InvalidInput otherwise.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InvalidInput(
            Text(f"{target} 不是空文件夹", f"{target} is not an empty folder"),
            remedy=Text("请换一个新的文件夹，已有的文件不会被覆盖。", "Name a new folder: existing files are never overwritten."),
        )
    with db.read() as session:
        groups = list(session.scalars(select(PracticeGroup).order_by(PracticeGroup.position)))
        articles = list(session.scalars(select(Article).order_by(Article.number, Article.slug)))
        texts = session.execute(
            select(Translation.article_id, Translation.lang, Revision.source).join(
                Revision, (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision_number)
            )
        ).all()
    target.mkdir(parents=True, exist_ok=True)
    by_id = {a.id: a for a in articles}
    for article_id, lang, source in texts:
        folder = target / _folder_of(by_id[article_id])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{lang}.md").write_text(source, "utf-8", newline="\n")
    (target / "practices.toml").write_text(_index_text(groups, articles), "utf-8", newline="\n")
    for name in SHARED_FILES:
        if (shared_from / name).is_file():
            shutil.copyfile(shared_from / name, target / name)
    return len(texts)


def _folder_of(article: Article) -> str:
    if article.kind == "practice":
        return f"practices/{article.number:02d}-{article.slug}" if article.number else f"practices/{article.slug}"
    return f"{article.kind}/{article.slug}"


def _index_text(groups: list[PracticeGroup], articles: list[Article]) -> str:
    lines = ["# The practices: what both languages of a practice share. The folder name is <number>-<slug>.", ""]
    for g in groups:
        lines += ["[[group]]", f"id = {_toml(g.id)}", f"zh = {_toml(g.zh)}", f"en = {_toml(g.en)}", ""]
    for a in articles:
        if a.kind == "practice" and a.number and a.group_id:
            lines += ["[[practice]]", f"number = {a.number}", f"slug = {_toml(a.slug)}", f"group = {_toml(a.group_id)}", f"related = {a.related}", ""]
    return "\n".join(lines)


def _toml(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def folder_name(path: str) -> tuple[int | None, str]:
    """Number and slug that a document's folder names."""
    folder = Path(path).parent.name
    match = _FOLDER.match(folder)
    return (int(match[1]), match[2]) if match else (None, folder)
