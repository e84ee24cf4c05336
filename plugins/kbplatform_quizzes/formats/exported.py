"""What a file for another program holds, and what of our questions it could not carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats.markup import ADDRESS, Picture
from kbplatform_quizzes.kinds.choice import Multiple, Option
from kbplatform_quizzes.kinds.written import Span
from kbplatform_quizzes.question import MEDIUM, Question

PICTURE = re.compile(r"!\[([^\]\n]*)\]\(" + re.escape(ADDRESS) + r"([0-9a-f]{64})\)")
STEM = Text("把空填上。", "Fill in the gaps.")
"""What stands above a text with gaps that came without a stem of its own."""
FindPicture = Callable[[str], Picture | None]


@dataclass(frozen=True, slots=True)
class Loss:
    """What the file says less of a question than the bank does; ``left_out`` where it is not in it at all. An empty ``id`` means all of them."""

    id: str
    reasons: tuple[Text, ...]
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """A file, how many questions are in it, and the losses."""

    data: bytes
    written: int
    losses: tuple[Loss, ...] = ()


class Uncarried(Exception):
    """A question that a format has no form for. ``message`` says which."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(slots=True)
class Sender:
    """Writes questions in one language, and notes what stays behind."""

    lang: Lang
    find_picture: FindPicture = lambda _sha256: None
    reasons: list[Text] = field(default_factory=list)
    two_languages: int = 0

    def lose(self, zh: str, en: str) -> None:
        """Note something that the file doesn't say."""
        if (reason := Text(zh, en)) not in self.reasons:
            self.reasons.append(reason)

    def words(self, text: Text) -> str:
        """The text in this file's language, else in the other."""
        return text.in_(self.lang) or text.zh or text.en

    def lose_what_only_we_have(self, question: Question) -> None:
        """Section and difficulty, which most formats have no place for."""
        if question.section:
            self.lose(f"小节 {question.section}", f"the section {question.section}")
        if question.difficulty != MEDIUM:
            self.lose(f"难度 {question.difficulty}", f"the difficulty {question.difficulty}")

    def lose_pictures(self, text: str) -> str:
        """``text``; a picture in it stays as an address."""
        if PICTURE.search(text):
            self.lose("图片只剩地址", "of pictures only the address")
        return text

    def all(self, questions: Iterable[Question], write_one: Callable[[Question], str]) -> tuple[list[str], list[Loss]]:
        """What ``write_one`` makes of each question, and the losses. It may raise Uncarried."""
        written, losses = [], []
        for question in questions:
            self.reasons.clear()
            try:
                written.append(write_one(question))
            except Uncarried as error:
                losses.append(Loss(question.id, (error.message,), left_out=True))
                continue
            self.two_languages += any(t.zh and t.en and t.zh != t.en for t in question.texts() if t != STEM)
            if self.reasons:
                losses.append(Loss(question.id, tuple(self.reasons)))
        if self.two_languages:
            other, n = ("英文", "Chinese") if self.lang == "zh" else ("中文", "English"), self.two_languages
            kept = "Chinese" if self.lang == "zh" else "English"
            gone = "English" if self.lang == "zh" else "Chinese"
            losses.insert(0, Loss("", (Text(f"{n} 道题的{other[0]}没写进去", f"the {gone} of {n} questions: the file is in {kept}"),)))
        return written, losses


def uncarried(kind: Text, where: Text) -> Uncarried:
    """A kind of question that a format doesn't know."""
    return Uncarried(Text(f"{where.zh}里没有“{kind.zh}”这种题", f"{where.en} has no questions of the type “{kind.en}”"))


def figure(value: Decimal | float) -> str:
    """A number as plain digits."""
    return f"{Decimal(str(value)).normalize():f}"


def percent(value: float) -> str:
    """A weight as Moodle writes it: at most five decimals."""
    return f"{value:.5f}".rstrip("0").rstrip(".") or "0"


def around(span: Span) -> tuple[str, str]:
    """A span as value and tolerance."""
    return figure(span.value), figure((span.high - span.low) / 2)


def weights(body: Multiple, sender: Sender) -> list[tuple[Option, float]]:
    """The options of a multiple choice with the weights that come nearest to its rule."""
    share = 100 / max(1, sum(o.right for o in body.options))
    wrong = {"weighted": 0.0, "minus": -share}.get(body.rule, -100.0)
    if body.rule != "weighted":
        sender.lose(f"多选的计分规则 {body.rule}，写成了每项的分值", f"the rule “{body.rule}”, written as weights instead")
    own = body.rule == "weighted"
    return [(o, o.worth if own and o.worth is not None else share if o.right else wrong) for o in body.options]
