"""Questions as a table, CSV or Excel, in both languages, in which nothing is ever run as a formula."""

from __future__ import annotations

from collections.abc import Iterable

from kbplatform.sdk import Lang, Text, as_csv, as_xlsx
from kbplatform_quizzes.formats.columns import LETTERS, ORDER, heading_of
from kbplatform_quizzes.formats.exported import Exported, FindPicture, Loss, Sender, Uncarried, around, figure, percent, uncarried
from kbplatform_quizzes.formats.imported import label
from kbplatform_quizzes.kinds.arranging import Matching, Ordering
from kbplatform_quizzes.kinds.choice import Multiple, Option, Single, TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Essay, Numerical, ShortAnswer
from kbplatform_quizzes.question import MEDIUM, Question

Row = dict[str, str]


def write_csv(questions: Iterable[Question], lang: Lang, find_picture: FindPicture) -> Exported:
    """A CSV file that Excel opens as it is."""
    rows, losses = _rows(questions, lang, find_picture)
    return Exported("".join(as_csv(*_table(rows, lang))).encode(), len(rows), losses)


def write_xlsx(questions: Iterable[Question], lang: Lang, find_picture: FindPicture) -> Exported:
    """An Excel file with one sheet, in which every cell is text."""
    rows, losses = _rows(questions, lang, find_picture)
    return Exported(as_xlsx(Text("题目", "Questions").in_(lang), *_table(rows, lang)), len(rows), losses)


def _table(rows: list[Row], lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Heading and rows."""
    names = _names(rows)
    return [heading_of(name, lang) for name in names], [[row.get(name, "") for name in names] for row in rows]


def _names(rows: list[Row]) -> list[str]:
    """The columns that are filled, in their order."""
    return sorted({"type", "stem", "answer"}.union(*rows), key=ORDER.__getitem__)


def _rows(questions: Iterable[Question], lang: Lang, find_picture: FindPicture) -> tuple[list[Row], tuple[Loss, ...]]:
    rows, losses = [], []
    for question in questions:
        sender = Sender(lang, find_picture)
        try:
            row = _row(question, sender)
        except Uncarried as error:
            losses.append(Loss(question.id, (error.message,), left_out=True))
            continue
        rows.append({name: cell for name, cell in row.items() if cell})
        if sender.reasons:
            losses.append(Loss(question.id, tuple(sender.reasons)))
    return rows, tuple(losses)


def _row(question: Question, sender: Sender) -> Row:
    kind = question.body.kind
    row: Row = {"type": label(kind).zh if sender.lang == "zh" else kind, "id": question.id, "section": question.section}
    row["tags"] = "; ".join(question.tags)
    if question.difficulty != MEDIUM:
        row["difficulty"] = str(question.difficulty)
    _put(row, "stem", question.stem, sender)
    _put(row, "feedback", question.feedback, sender)
    _body(row, question, sender)
    return row


def _put(row: Row, name: str, text: Text, sender: Sender) -> None:
    """One cell where both languages read the same or one is missing; a cell each otherwise."""
    sender.lose_pictures(text.zh + text.en)
    if text.zh and text.en and text.zh != text.en:
        row[name], row[f"{name}_en"] = text.zh, text.en
    elif text.en and not text.zh:
        row[f"{name}_en"] = text.en
    else:
        row[name] = text.zh
        if text.en and text.zh == text.en:
            row[f"{name}_en"] = text.en


def _body(row: Row, question: Question, sender: Sender) -> None:
    match question.body:
        case Description():
            pass
        case Single(options):
            _options(row, options, sender)
        case Multiple(options, rule):
            _options(row, options, sender)
            row["rule"] = rule
        case TrueFalse(right, why_true, why_false):
            row["answer"] = ("对" if right else "错") if sender.lang == "zh" else str(right).lower()
            _put(row, "A_why", why_true, sender)
            _put(row, "B_why", why_false, sender)
        case ShortAnswer(answers, otherwise):
            _list(row, [(a.text, a.why, a.worth) for a in answers], sender, full=100)
            _put(row, "otherwise", otherwise, sender)
        case Numerical() as number:
            _number(row, number, sender)
        case Matching(pairs, spare):
            sides = [(p.left, p.right) for p in pairs] + [(Text("", ""), s) for s in spare]
            _list(row, [(_arrow(a, b, sender), Text("", ""), 0) for a, b in sides], sender, full=0)
        case Ordering(items, rule):
            _list(row, [(i, Text("", ""), 0) for i in items], sender, full=0)
            row["rule"] = rule
        case Essay(rubric):
            _list(row, [(c.text, Text("", ""), c.points) for c in rubric], sender, full=1)
        case body:
            raise uncarried(label(body.kind), Text("表格", "A table"))


def _arrow(left: Text, right: Text, sender: Sender) -> Text:
    """Both sides in one cell, parted by the first ``->``."""
    if "->" in left.zh + left.en:
        sender.lose("“->” 写成了“→”", "“->” is written “→”")
    sides = ((left.zh, right.zh), (left.en, right.en))
    return Text(*(f"{a.replace('->', '→')} -> {b}".strip() if a or b else "" for a, b in sides))


def _options(row: Row, options: tuple[Option, ...], sender: Sender) -> None:
    _list(row, [(o.text, o.why, o.worth) for o in options], sender, full=None)
    row["answer"] = "".join(LETTERS[i] for i, o in enumerate(options) if o.right)


def _list(row: Row, entries: list[tuple[Text, Text, float | None]], sender: Sender, full: float | None) -> None:
    """Entries under the letters; ``full`` is the worth that goes without saying."""
    if len(entries) > len(LETTERS):
        raise Uncarried(Text(f"表格最多放 {len(LETTERS)} 项", f"a table holds at most {len(LETTERS)} entries"))
    for letter, (text, why, worth) in zip(LETTERS, entries, strict=False):
        _put(row, letter, text, sender)
        _put(row, f"{letter}_why", why, sender)
        if worth is not None and worth != full:
            row[f"{letter}_worth"] = percent(worth)


def _number(row: Row, number: Numerical, sender: Sender) -> None:
    entries: list[tuple[Text, Text, float | None]] = []
    for span in number.answers:
        value, tolerance = around(span)
        cell = value if tolerance == "0" else f"{value}±{tolerance}"
        entries.append((Text(cell, ""), span.why, span.worth))
    _list(row, entries, sender, full=100)
    _put(row, "otherwise", number.otherwise, sender)
    names = [(u.name.zh if u.name.zh == u.name.en else f"{u.name.zh}|{u.name.en}", u.times) for u in number.units]
    row["units"] = "; ".join(name if times == 1 else f"{name}={figure(times)}" for name, times in names)
    row["unit_needed"] = "yes" if number.unit_needed else ""
