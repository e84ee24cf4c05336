"""``quiz.yaml`` in content packs: checked, taken in and written beside the articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kbplatform.sdk import LANGS, PackPart, PackReport, Problem, Text
from kbplatform_quizzes.bank import FILE, Sheet, read_sheet, write_sheet
from kbplatform_quizzes.lints import check_sheet, duplicates
from kbplatform_quizzes.registry import bank_of, quizzes_of, types_of

if TYPE_CHECKING:
    from kbplatform.sdk import Services
    from kbplatform_quizzes.reading import Fault

_FOLDER = re.compile(r"(?:\d{2,4}-)?([a-z0-9-]+)")
_SECTION = re.compile(r"^##\s.*\{#([\w-]+)\}\s*$", re.MULTILINE)
_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)
LEAST_QUESTIONS, LEAST_KINDS = 6, 3
TIMES = 10
"""A practice may hold as many questions as one import brings, and what was written out must come in again."""


def quiz_part(services: Services) -> PackPart:
    """The files of this plugin in a pack."""
    types = types_of(services)

    def check(root: Path) -> list[Problem]:
        sheets = {path: read_sheet(path.read_bytes(), types, TIMES) for path in _files(root)}
        problems = [p for path, sheet in sheets.items() for p in _problems(root, path, sheet)]
        named = {_name(root, path): sheet.questions for path, sheet in sheets.items()}
        return problems + [_problem(name, fault) for name, fault in duplicates(named)]

    def take_in(root: Path) -> PackReport:
        report = PackReport()
        bank = bank_of(services)
        for path in _files(root):
            source = path.read_bytes()
            sheet = read_sheet(source, types, TIMES)
            name = _name(root, path)
            report.problems += [_problem(name, fault) for fault in sheet.faults]
            if any(fault.level == "error" for fault in sheet.faults):
                continue  # half a file would retire the questions of the other half
            taken = bank.take_in(_slug(path), source, sheet.questions)
            if taken.outcome == "as it was":
                report.unchanged += 1
            else:
                (report.added if taken.outcome == "new" else report.changed).append(name)
            report.problems += [_kept(name, sheet, key) for key in taken.conflicts]
        quizzes_of(services).ensure({_slug(path): _title(path) for path in _files(root)})
        return report

    def write(target: Path) -> int:
        bank, written = bank_of(services), 0
        for folder in sorted(p for p in (target / "practices").glob("*") if p.is_dir()):
            questions = [stored.question for stored in bank.of(_slug(folder / FILE))]
            if questions:
                (folder / FILE).write_bytes(write_sheet(questions))
                written += 1
        return written

    return PackPart("quizzes", check, take_in, write)


def _files(root: Path) -> Iterator[Path]:
    folder = root / "practices"
    for sub in sorted(folder.iterdir()) if folder.is_dir() else ():
        path = sub / FILE
        if path.is_file() and not path.is_symlink() and not sub.is_symlink():
            yield path


def _slug(path: Path) -> str:
    match = _FOLDER.fullmatch(path.parent.name)
    return match[1] if match else path.parent.name


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _problem(name: str, fault: Fault) -> Problem:
    return Problem(name, fault.line, fault.message, "warning" if fault.level == "warning" else "error")


def _title(path: Path) -> Text:
    """The title of the article beside a file, from its front matter; the slug where there is none."""
    found = []
    for lang in LANGS:
        text = path.with_name(f"{lang}.md")
        match = _TITLE.search(text.read_text("utf-8", "replace")[:2_000]) if text.is_file() else None
        found.append(match[1].strip().strip("\"'") if match else "")
    zh, en = found
    return Text(zh or en or _slug(path), en or zh or _slug(path))


def _kept(name: str, sheet: Sheet, key: str) -> Problem:
    line = next((q.line for q in sheet.questions if q.id == key), 0)
    zh = f"{key} 在本站改过，文件里也改了：保留本站的"
    return Problem(name, line, Text(zh, f"{key} was changed on this site and in the file: the site's text stays"), "warning")


def _problems(root: Path, path: Path, sheet: Sheet) -> Iterator[Problem]:
    name = _name(root, path)
    texts = {lang: path.with_name(f"{lang}.md") for lang in LANGS}
    sections: dict[str, frozenset[str]] = {
        lang: frozenset(_SECTION.findall(text.read_text("utf-8", "replace"))) for lang, text in texts.items() if text.is_file()
    }
    for fault in (*sheet.faults, *check_sheet(sheet.questions, sections)):
        yield _problem(name, fault)
    kinds = {q.body.kind for q in sheet.questions}
    if len(sheet.questions) < LEAST_QUESTIONS or len(kinds) < LEAST_KINDS:
        zh = f"一条实践要有 {LEAST_QUESTIONS} 题以上、{LEAST_KINDS} 种题型以上"
        yield Problem(name, 0, Text(zh, f"a practice has {LEAST_QUESTIONS} questions or more, of {LEAST_KINDS} kinds or more"), "warning")
