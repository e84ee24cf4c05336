"""Statistics in words: what a figure means for the question, and what to do about it.

Thresholds: discrimination and facility as the Open University reads Moodle's figures (docs.moodle.org/dev, “Quiz report statistics”:
50 very good, 30 adequate, 20 weak, below very weak, negative probably invalid; internal consistency 75 satisfactory, below 64 unsatisfactory);
an option that fewer than 5 % choose does no work (T. M. Haladyna and S. M. Downing, Educational and Psychological Measurement 53 (1993) 999–1010).
That one in five sure and wrong is worth a word is our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Literal

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds.choice import Single, TrueFalse
from kbplatform_quizzes.statistics.formulae import chance_discrimination

if TYPE_CHECKING:
    from kbplatform_quizzes.statistics.analysis import Figures, Item, Statistics, Whole

Level = Literal["bad", "weak", "fine"]
LEVELS: tuple[Level, ...] = ("bad", "weak", "fine")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
VERY_GOOD, ADEQUATE, WEAK = 50.0, 30.0, 20.0
TOO_EASY, TOO_HARD = 0.95, 0.2
NO_WORK = 0.05
MANY_SURE = 0.2
SATISFACTORY, UNSATISFACTORY = 75.0, 64.0


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing worth knowing. ``keyed`` ones tell something about the key: for those who may see it."""

    level: Level
    text: Text
    keyed: bool = False


def remarks(item: Item, *, keys: bool) -> list[Remark]:
    """What the figures of a question say, the worst first; without what tells about its key unless ``keys``. Nothing below ten attempts."""
    if item.figures is None:
        return []
    found = [*_difficulty(item, item.figures), *_discrimination(item.figures, item.n), *_certainty(item.figures), *_options(item.figures)]
    return sorted((r for r in found if keys or not r.keyed), key=lambda r: LEVELS.index(r.level))


def level(item: Item) -> Level | None:
    """How the question does, the same for every reader; None below ten attempts. Options don't weigh: they may be mended at leisure."""
    found = [r.level for r in remarks(item, keys=False)]
    return found[0] if found else None


def _difficulty(item: Item, figures: Figures) -> Iterator[Remark]:
    facility = figures.facility or 0.0
    body = item.wording.question.body
    guess = 1 / len(body.options) if isinstance(body, Single) else 0.5 if isinstance(body, TrueFalse) else 0.0
    if facility >= TOO_EASY:
        yield Remark("weak", Text(
            "几乎人人答对：拉不开差距。人人都得会的，可以留着；想看谁更强，换一道。",
            "Nearly everybody gets it right: it keeps nobody apart. Fine for what all must know; of no use for telling who knows more.",
        ))  # fmt: skip
    elif facility < guess - 1.645 * sqrt(guess * (1 - guess) / item.n):  # one-sided, 95 %: a few unlucky guessers are no such case
        yield Remark("bad", Text(
            "比闭着眼睛选还低：多半是题目没说清、答案标错，或者大家都记错了同一件事。",
            "Worse than guessing: the question is unclear, its key is wrong, or everybody has the same thing wrong.",
        ))  # fmt: skip
    elif facility <= TOO_HARD:
        yield Remark("weak", Text(
            "大多数人不会：先看题目说清楚没有，再看文章里讲没讲到。",
            "Most get it wrong: see whether the question is clear, then whether the article says it.",
        ))  # fmt: skip


def _discrimination(figures: Figures, n: int) -> Iterator[Remark]:
    value, easy = figures.discrimination, (figures.facility or 0.0) >= TOO_EASY
    if value is None:
        if figures.deviation == 0 and not easy:
            yield Remark("weak", Text("所有人得分一样，看不出谁强谁弱。", "Everybody got the same mark: it can't tell who knows more."))
        return
    if easy and value > -(chance_discrimination(n) or 0.0):  # one or two who slipped say nothing about the question
        return
    if value < 0:
        yield Remark("bad", Text(
            "区分度是负的：总分高的人反而更容易答错。先查答案有没有标错，再看题目有没有歧义。",
            "Negative: those who did well overall get it wrong more often. Check the key, then whether it can be read in two ways.",
        ))  # fmt: skip
    elif value < WEAK:
        yield Remark("weak", Text(
            "分不开人：总分高的人，答对的并不比别人多多少。",
            "It separates badly: those who did well overall got it right hardly more often than the others.",
        ))  # fmt: skip
    elif value < ADEQUATE:
        yield Remark("weak", Text("区分得不太够：强弱之间差得不多。", "It separates weakly: strong and weak takers differ little."))
    elif value < VERY_GOOD:
        yield Remark("fine", Text("区分得可以。", "It separates well enough."))
    else:
        yield Remark("fine", Text("区分得很好：会的人答对，不会的人答错。", "It separates very well."))


def _certainty(figures: Figures) -> Iterator[Remark]:
    share = figures.sure_and_wrong
    if share is not None and share >= MANY_SURE:
        percent = round(100 * share)
        yield Remark("weak", Text(
            f"{percent}% 的人很有把握却答错了：这是误解，不是不会，值得当面讲一讲。",
            f"{percent}% were sure and wrong: that is a misconception rather than a gap, worth talking about.",
        ))  # fmt: skip


def _options(figures: Figures) -> Iterator[Remark]:
    for letter, row in zip(LETTERS, figures.options, strict=False):
        if row.right:
            continue
        if not row.chosen:
            yield Remark("weak", Text(
                f"选项 {letter} 没有人选：换一个像样的错法。", f"Option {letter} is chosen by nobody: find a mistake people do make.",
            ), keyed=True)  # fmt: skip
        elif row.share < NO_WORK:
            yield Remark("weak", Text(
                f"选项 {letter} 几乎没人选，起不到作用。", f"Option {letter} is chosen by fewer than one in twenty: it does no work.",
            ), keyed=True)  # fmt: skip
        if row.upper is not None and row.lower is not None and row.upper > row.lower and row.upper >= MANY_SURE:
            yield Remark("bad", Text(
                f"选项 {letter} 标为错，高分的人却比低分的人更爱选它：它会不会也说得通？",
                f"Option {letter} counts as wrong, yet those who did well choose it more often than those who did badly: might it be right too?",
            ), keyed=True)  # fmt: skip


def about_the_quiz(found: Statistics) -> list[Text]:
    """What the figures of the whole quiz say."""
    whole = found.whole
    if whole is None:
        return []
    texts = [*_consistency(whole), *_skew(whole)]
    chance = chance_discrimination(found.n)
    if chance is not None and chance > WEAK:
        texts.append(Text(
            f"现在有 {found.n} 份，人数还少：光凭运气，区分度也能到 ±{chance:.0f}。当作线索看，别当结论。",
            f"From {found.n} attempts, chance alone makes discriminations up to ±{chance:.0f}. Take them as hints, not as verdicts.",
        ))  # fmt: skip
    return texts


def _consistency(whole: Whole) -> Iterator[Text]:
    if whole.cic is None:
        yield Text(
            "没有内部一致性：每个人的题数或满分不一样、只有一题，或者总分都一样。",
            "No internal consistency: attempts had unlike numbers of questions or points, there is one question only, or all totals are the same.",
        )
    elif whole.cic >= SATISFACTORY:
        yield Text("内部一致性不错：分数靠得住，可以拿来比较人。", "Internal consistency is good: scores can be relied on to compare people.")
    elif whole.cic >= UNSATISFACTORY:
        yield Text(
            "内部一致性还行：分数大致靠得住，差几分别当真。",
            "Internal consistency is fair: scores can be relied on roughly; a few points mean nothing.",
        )
    else:
        yield Text(
            "内部一致性低：这份分数不足以给人排名次。题目多几道、把区分不开的换掉，会好起来；题目考的本来就是几件不同的事，低一点也正常。",
            "Internal consistency is low: don't rank people by these scores. More questions, and better ones, help; "
            "where the questions are about unlike things it is low by nature.",
        )


def _skew(whole: Whole) -> Iterator[Text]:
    if whole.mean is not None and whole.mean >= 90:
        yield Text(
            "大多数人接近满分：用来确认“都会了”很好，用来分高下就太容易了。",
            "Most are close to full marks: good for making sure that all know, too easy for telling who knows more.",
        )
