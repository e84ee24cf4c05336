"""``quiz.yaml``: the questions of one article, read and written without a difference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds import BUILT_IN, QuestionType
from kbplatform_quizzes.question import EASY, HARD, MEDIUM, NOTHING, Question
from kbplatform_quizzes.reading import Fault, Faults, Node, Unreadable, parse

FILE = "quiz.yaml"
MAX_QUESTIONS = 500
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHARED = {"id", "type", "section", "difficulty", "tags", "stem", "feedback"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: the questions that can be asked, and what was wrong with the rest."""

    questions: tuple[Question, ...]
    faults: tuple[Fault, ...] = field(default=())


def read_sheet(source: bytes, types: Iterable[QuestionType] = BUILT_IN, times: int = 1) -> Sheet:
    """Read a file. Never raises: what can't be read is a fault with its line, the rest is read.

    ``times`` as much as one article may have is read where a file holds the questions of many.
    """
    faults = Faults()
    known = {t.name: t for t in types}
    try:
        root = parse(source, faults, times)
    except Unreadable as error:
        return Sheet((), (Fault(error.line, error.message),))
    fields = root.fields()
    root.only(fields, {"questions"})
    members = fields["questions"].members() if "questions" in fields else []
    if len(members) > times * MAX_QUESTIONS:
        most = times * MAX_QUESTIONS
        here = len(members)
        root.wrong(
            f"一个文件最多 {most} 题，这里有 {here} 题：把多出来的放到别的实践，或拆成几个文件，用 kbplatform quiz import 分次导入",
            f"at most {most} questions a file, here are {here}: move some to another practice, or split it and use kbplatform quiz import",
        )
        members = []
    questions: dict[str, Question] = {}
    for member in members:
        question = _question(member, known)
        if question is not None and question.id in questions:
            member.wrong(f"编号 {question.id} 用了两次", f"the id {question.id} is used twice")
        elif question is not None:
            questions[question.id] = question
    return Sheet(tuple(questions.values()), tuple(faults.found))


def _question(node: Node, known: Mapping[str, QuestionType]) -> Question | None:
    """A question; None where something keeps it from being asked, which is then among the faults."""
    before = len(node.faults.found)
    fields = node.fields()
    name = fields["id"].string() if "id" in fields else ""
    if not _ID.fullmatch(name) or len(name) > 60:
        fields.get("id", node).wrong("id 用小写字母、数字和连字符，例如 broken-cup", "an id has lower case letters, digits and hyphens: broken-cup")
    kind = known.get(fields["type"].string() if "type" in fields else "")
    if kind is None:
        fields.get("type", node).wrong(f"type 只能是 {'、'.join(known)}", f"type is one of {', '.join(known)}")
        return None
    node.only(fields, _SHARED | kind.fields)
    stem = fields["stem"].words() if "stem" in fields else NOTHING
    if not stem:
        node.wrong("缺题干 stem", "a stem is missing")
    body = kind.read(node, fields)
    for problem in body.problems() if len(node.faults.found) == before else ():
        node.wrong(problem.zh, problem.en)
    difficulty = int(fields["difficulty"].number()) if "difficulty" in fields else MEDIUM
    if not EASY <= difficulty <= HARD:
        fields["difficulty"].wrong("difficulty 是 1、2 或 3", "difficulty is 1, 2 or 3")
    question = Question(
        id=name,
        stem=stem,
        body=body,
        section=fields["section"].string() if "section" in fields else "",
        feedback=fields["feedback"].words() if "feedback" in fields else NOTHING,
        difficulty=difficulty,
        tags=tuple(t.string() for t in fields["tags"].members()) if "tags" in fields else (),
        line=node.line,
    )
    return question if len(node.faults.found) == before else None


class _Written(yaml.SafeDumper):
    """Long texts as blocks, everything else on its line; no references."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - yaml's signature
        return True


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Written.add_representer(str, _string)


def write_sheet(questions: Iterable[Question]) -> bytes:
    """A file with these questions, which :func:`read_sheet` reads back without a difference."""
    data = {"questions": [q.written() for q in questions]}
    text = yaml.dump(data, Dumper=_Written, allow_unicode=True, sort_keys=False, width=120)
    return text.encode()


def label_of(kind: str, types: Iterable[QuestionType] = BUILT_IN) -> Text:
    """What people call a kind of question."""
    return next((t.label for t in types if t.name == kind), Text(kind, kind))
