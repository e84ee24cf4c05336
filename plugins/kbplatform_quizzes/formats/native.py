"""Our own YAML: nothing is lost on the way out or back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.bank import read_sheet, write_sheet
from kbplatform_quizzes.formats.exported import PICTURE as SHOWN
from kbplatform_quizzes.formats.exported import Exported, FindPicture, Loss
from kbplatform_quizzes.formats.imported import Imported, Item
from kbplatform_quizzes.kinds import QuestionType
from kbplatform_quizzes.question import Question

ARTICLES = 10
"""How many articles' worth of questions one file may hold."""


def reader(types: Iterable[QuestionType]) -> Callable[[str, Lang | None], Imported]:
    """Reads a ``quiz.yaml`` with these kinds of question; what can't be read stands in the report with its line."""
    known = tuple(types)

    def read(source: str, lang: Lang | None = None) -> Imported:  # noqa: ARG001 - the file says its languages itself
        sheet = read_sheet(source.encode(), known, ARTICLES)
        items = [Item(q.line, q.id, "imported", (), q) for q in sheet.questions]
        items += [Item(fault.line, "", "refused", (fault.message,)) for fault in sheet.faults]
        return Imported(tuple(sorted(items, key=lambda one: one.line)))

    return read


def write(questions: Iterable[Question], lang: Lang, find_picture: FindPicture) -> Exported:  # noqa: ARG001 - both languages, as they are
    """A ``quiz.yaml``."""
    found = list(questions)
    address = Text("图片只写了地址，图在原来的站点上", "of pictures the address: the picture itself stays on this site")
    losses = tuple(Loss(q.id, (address,)) for q in found if any(SHOWN.search(t.zh + t.en) for t in q.texts()))
    return Exported(write_sheet(found), len(found), losses)
