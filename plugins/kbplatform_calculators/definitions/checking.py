"""Was it done well, and do those who check agree? Weighted quality checks, and Cohen's kappa."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import sqrt

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output, counted, number
from kbplatform_calculators.inputs import Count, Matrix, Number, Series
from kbplatform_calculators.rates import HIGH, LOW, WILSON, ends, rate, rate_outputs
from kbplatform_calculators.rules import SMALL_SAMPLE, small_sample
from kbplatform_calculators.statistics import Z95


def _weights_of(values: Values) -> list[tuple[Fraction, Fraction]]:
    """Weight and score of each item that applied, exactly as typed."""
    pairs = zip(values["weights"], values["scores"], strict=True)
    return [(Fraction(str(weight)), Fraction(str(score))) for weight, score in pairs if score is not None]


def _quality(values: Values) -> Outputs:
    applied = _weights_of(values)
    total = sum(weight for weight, _ in applied)
    score = float(sum(weight * score for weight, score in applied) / total) if total else None
    failed = values["critical"] > 0
    critical = rate("critical_pct", values["critical"], values["reviewed"] or 0, percent=True)
    return {"score": score, "critical_result": "fails" if failed else "passes", "items": len(applied), **critical}


def _item_by_item(values: Values, _outputs: Outputs) -> Text:
    applied = _weights_of(values)
    parts = [f"{number(float(weight))} × {number(float(score))}" for weight, score in applied]
    above = " + ".join(parts[:12]) + (" + …" if len(parts) > 12 else "")
    text = f"({above}) ÷ {number(float(sum(weight for weight, _ in applied)))} = {{score}}"
    return Text(text, text)


def _judged(values: Values, outputs: Outputs) -> Text:
    share = Text("", "")
    if outputs["critical_pct"] is not None:
        share = Text("（抽查 {reviewed} 通，占 {critical_pct}）", " ({critical_pct} of {reviewed} reviewed)")
    if not values["critical"]:
        return Text(
            "{items} 项加权得 {score}，没有致命错误：{critical_result}。", "{score} over {items:item}, no critical error: {critical_result}."
        )
    return Text(
        "{items} 项加权得 {score}，但有 {critical} 处致命错误" + share.zh + "：{critical_result}。",
        "{score} over {items:item}, but with critical errors: {critical}" + share.en + ". It {critical_result}.",
    )


def _same_length(values: Values) -> FieldError | None:
    weights, scores = len(values["weights"]), len(values["scores"])
    if weights == scores:
        return None
    return FieldError(
        "scores",
        Text(
            f"权重有 {weights} 个，得分有 {scores} 个，要一一对上；不适用的写“-”占住位置",
            f"{counted(weights, 'weight')} but {counted(scores, 'score')}: they must match; write “-” for an item that did not apply",
        ),
    )


def _some_weight(values: Values) -> FieldError | None:
    return None if any(values["weights"]) else FieldError("weights", Text("权重不能全是 0", "The weights can't all be 0"))


def _critical_within(values: Values) -> FieldError | None:
    if values["reviewed"] is None or values["critical"] <= values["reviewed"]:
        return None
    return FieldError("critical", Text("有致命错误的，不能多于抽查的", "Can't be more than were reviewed"))


QA_SCORE = Calculator(
    id="qa_score",
    title=Text("质检加权得分", "Weighted QA score with critical errors"),
    purpose=Text(
        "按评分表各项的权重算质检分；犯了致命错误，分再高也不合格。",
        "The score of a quality check by the weights of its items; one critical error fails it, whatever the score.",
    ),
    formula=Text(
        "得分 = 适用各项 权重 × 得分 之和 ÷ 适用各项权重之和；有一处致命错误即不合格，单独报",
        "score = sum of weight × score ÷ sum of weights, over the items that applied; any critical error fails, reported apart",
    ),
    group="quality",
    main="score",
    better="higher",
    source=Text(
        "权重范围：Turnella 评分表指南；致命错误分开报：COPC。" + WILSON.zh,
        "Weights: Turnella's scorecard guide; critical errors reported apart: COPC. " + WILSON.en,
    ),
    aliases={
        "zh": ("质检", "质检得分", "质检分", "QA 分", "质检评分", "致命错误", "一票否决"),
        "en": ("QA score", "quality score", "call scoring", "critical error", "auto-fail", "scorecard"),
    },
    practices=(13, 26, 1),
    assumptions=(
        Text(
            "一个人一个月抽 4–10 通，排不出名次：看区间，别看名次。",
            "Four to ten calls a month are too few to rank people by: look at the interval, not at the order.",
        ),
        Text(
            "致命错误的比例和分数并排报，不要只把分数清零。",
            "Report the share with critical errors beside the score; don't just set the score to zero.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Series(
                    name="weights",
                    label=Text("各项权重", "Weights of the items"),
                    hint=Text("例如 25%, 35%, 25%, 15%", "For example 25%, 35%, 25%, 15%"),
                    item=Number(name="weight", label=Text("权重", "Weight")),
                    most=60,
                ),
                Series(
                    name="scores",
                    label=Text("各项得分（0–100）", "Scores of the items (0–100)"),
                    hint=Text(
                        "次序和权重一样；不适用的写“-”，它的权重摊给其余各项",
                        "In the same order; “-” where one did not apply: the others share its weight",
                    ),
                    item=Number(name="score", label=Text("得分", "Score"), maximum=100),
                    most=60,
                    gaps=True,
                    better="higher",
                ),
                Count(
                    name="critical",
                    label=Text("致命错误", "Critical errors"),
                    hint=Text("评一通：几处；评一批：几通里有", "One contact: how many; a batch: in how many contacts"),
                    optional=True,
                    default=0,
                    better="lower",
                ),
                Count(
                    name="reviewed",
                    label=Text("一共抽查了几通", "Contacts reviewed"),
                    hint=Text("评一批时填，给出致命错误的比例", "For a batch: gives the share with a critical error"),
                    unit="contacts",
                    optional=True,
                ),
            ),
            outputs=(
                Output(name="score", label=Text("质检分", "QA score"), unit="points"),
                Output(
                    name="critical_result",
                    label=Text("致命错误", "Critical errors"),
                    words=(("passes", Text("合格", "passes")), ("fails", Text("不合格", "fails"))),
                ),
                Output(name="items", label=Text("计入的项", "Items that applied")),
                *rate_outputs("critical_pct", Text("有致命错误的比例", "Share with a critical error"), percent=True),
            ),
            compute=_quality,
            rules=(_same_length, _some_weight, _critical_within),
            sentence=_judged,
            working=_item_by_item,
            empty=Text(
                "没有一项适用，或者适用的各项权重都是 0，打不出分。", "no item applied, or those that did weigh nothing, so there is no score."
            ),
            cautions=(
                Caution(
                    Text(
                        "有致命错误：先按致命错误处理，别拿 {score} 说事。",
                        "There was a critical error: deal with that first; the {score} can wait.",
                    ),
                    lambda values, outputs: values["critical"] > 0 and outputs["score"] is not None,
                ),
                Caution(
                    Text(
                        "只抽了 {reviewed} 通，致命错误的比例在 {ci_low_pct}–{ci_high_pct} 之间都说得通，排不出名次。",
                        "Only {reviewed} were reviewed: anything from {ci_low_pct} to {ci_high_pct} with critical errors fits. Don't rank by it.",
                    ),
                    lambda values, _outputs: 0 < (values["reviewed"] or 0) < SMALL_SAMPLE,
                ),
            ),
            examples=(
                Example(
                    {"weights": [0.25, 0.35, 0.25, 0.15], "scores": [90, 80, 100, 60], "critical": 0},
                    {"score": 84.5, "critical_result": "passes"},
                    "constructed; weights inside the ranges of Turnella's scorecard guide",
                ),
                Example(
                    {"weights": [0.25, 0.35, 0.25, 0.15], "scores": [90, None, 100, 60], "critical": 1},
                    {"score": 86.923076923, "critical_result": "fails", "items": 3},
                    "computed: 56.5 ÷ 0.65",
                ),
            ),
        ),
    ),
)


def _strength(kappa: Fraction) -> str:
    """Words of Landis & Koch (1977), Biometrics 33, 159–174."""
    if kappa < 0:
        return "poor"
    fifths = ("slight", "fair", "moderate", "substantial")
    return next((word for i, word in enumerate(fifths, 1) if kappa <= Fraction(i, 5)), "almost perfect")


def _kappa(values: Values) -> Outputs:
    table = values["table"]
    n = sum(map(sum, table))
    nothing: Outputs = {"kappa": None, "ci_low": None, "ci_high": None, "agreement": None, "expected": None, "strength": None, "items": n}
    if not n:
        return nothing
    rows = [Fraction(sum(row), n) for row in table]
    columns = [Fraction(sum(row[i] for row in table), n) for i in range(len(table))]
    agreement = Fraction(sum(table[i][i] for i in range(len(table))), n)
    expected = sum((r * c for r, c in zip(rows, columns, strict=True)), Fraction())
    seen = {**nothing, "agreement": float(agreement), "expected": float(expected)}
    if expected == 1:
        return seen
    kappa = (agreement - expected) / (1 - expected)
    seen |= {"kappa": float(kappa), "strength": _strength(kappa)}
    half = Z95 * sqrt(max(0.0, _variance(table, n, rows, columns, kappa)))
    if not half:  # the formula knows no chance where the two never differed; that they never will is not known
        return seen
    return {**seen, "ci_low": max(-1.0, float(kappa) - half), "ci_high": min(1.0, float(kappa) + half)}


def _kappa_words(_values: Values, outputs: Outputs) -> Text:
    zh, en = ("", "") if outputs["ci_low"] is None else ("，95% 区间 {ci_low} 到 {ci_high}", ", with a 95% interval of {ci_low} to {ci_high}")
    return Text(
        "{items} 件里两人一致的占 {agreement}，碰巧也会有 {expected}：Kappa {kappa}，通常叫“{strength}”" + zh + "。",
        "They agree on {agreement} of {items}; chance alone would give {expected}. Kappa is {kappa}, usually called {strength}" + en + ".",
    )


def _variance(table: tuple[tuple[int, ...], ...], n: int, rows: list[Fraction], columns: list[Fraction], kappa: Fraction) -> float:
    """Large-sample variance of kappa, in fractions because its terms nearly cancel.

    Source: Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323–327, formula 13.
    """
    size = range(len(table))
    expected = sum((rows[i] * columns[i] for i in size), Fraction())
    same = sum((Fraction(table[i][i], n) * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in size), Fraction())
    apart = sum((Fraction(table[i][j], n) * (columns[i] + rows[j]) ** 2 for i, j in product(size, size) if i != j), Fraction())
    return float((same + (1 - kappa) ** 2 * apart - (kappa - expected * (1 - kappa)) ** 2) / ((1 - expected) ** 2 * n))


COHEN_KAPPA = Calculator(
    id="cohen_kappa",
    version=2,
    title=Text("质检校准一致性 Kappa", "QA calibration (Cohen's kappa)"),
    purpose=Text(
        "两个质检员各评同一批录音，扣掉碰巧一样的，他们有多一致。",
        "How far two checkers of the same calls agree, beyond what chance alone would give.",
    ),
    formula=Text(
        "Kappa =（实际一致率 − 机会一致率）÷（1 − 机会一致率）",
        "kappa = (observed agreement − agreement by chance) ÷ (1 − agreement by chance)",
    ),
    group="quality",
    main="kappa",
    better="higher",
    source=Text(
        "算例：easycalculation.com、维基百科。强弱分级：Landis 和 Koch（1977），是约定，不是标准。区间：Fleiss、Cohen、Everitt（1969）",
        "Examples: easycalculation.com, Wikipedia. Words: Landis & Koch (1977), a convention. Interval: Fleiss, Cohen & Everitt (1969)",
    ),
    aliases={
        "zh": ("Kappa", "质检校准", "校准", "一致性", "评分一致", "卡帕系数", "评分员一致性"),
        "en": ("kappa", "Cohen's kappa", "calibration", "inter-rater agreement", "rater reliability"),
    },
    practices=(13, 26),
    assumptions=(
        Text("两个人各评各的，事先不商量，评的是同一批。", "Both judged the same contacts, each alone, without talking first."),
        Text("三个人以上用 Fleiss 的 Kappa 或 Krippendorff 的 alpha。", "With more than two checkers use Fleiss' kappa or Krippendorff's alpha."),
    ),
    ways=(
        Way(
            inputs=(
                Matrix(
                    name="table",
                    label=Text("两人评定的对照表", "Table of both judgements"),
                    hint=Text(
                        "一行一种评定：行是甲的，列是乙的，格里是件数。两种评定就是两行两列",
                        "One line per judgement: rows are the first checker's, columns the second's, cells are counts",
                    ),
                    item=Count(name="count", label=Text("件数", "Count")),
                ),
            ),
            outputs=(
                Output(name="kappa", label=Text("Kappa", "Kappa"), decimals=2),
                Output(name="ci_low", label=LOW, decimals=2),
                Output(name="ci_high", label=HIGH, decimals=2),
                Output(name="agreement", label=Text("实际一致率", "Observed agreement"), unit="proportion"),
                Output(name="expected", label=Text("机会一致率", "Agreement by chance"), unit="proportion"),
                Output(
                    name="strength",
                    label=Text("通常说法", "Usually called"),
                    words=(
                        ("poor", Text("差", "poor")),
                        ("slight", Text("微弱", "slight")),
                        ("fair", Text("一般", "fair")),
                        ("moderate", Text("中等", "moderate")),
                        ("substantial", Text("较强", "substantial")),
                        ("almost perfect", Text("几乎完全一致", "almost perfect")),
                    ),
                ),
                Output(name="items", label=Text("评了几件", "Contacts judged"), unit="cases"),
            ),
            compute=_kappa,
            sentence=_kappa_words,
            working=Text(
                "({agreement} − {expected}) ÷ (100% − {expected}) = {kappa}",
                "({agreement} − {expected}) ÷ (100% − {expected}) = {kappa}",
            ),
            empty=Text(
                "表里要有件数，而且不能全落在同一格：两人只用一种评定时，碰巧一致已是 100%，Kappa 没有意义。",
                "the table needs counts, and not all in one cell: where both only ever gave one judgement, chance alone makes 100%.",
            ),
            cautions=(
                small_sample("items"),
                Caution(
                    Text(
                        "这 {items} 件两人没有一件不同，区间就算不出来；这不等于往后也件件相同，要多评一些才知道。",
                        "They never differed in {items:contact}, so no interval can be given. That doesn't mean they never will: judge more to know.",
                    ),
                    lambda _values, outputs: outputs["kappa"] is not None and outputs["ci_low"] is None,
                ),
                Caution(
                    Text(
                        "绝大多数都是同一种评定，Kappa 会被压低：和一致率 {agreement} 一起看。",
                        "Nearly all fall under one judgement, which depresses kappa: read it together with the agreement of {agreement}.",
                    ),
                    lambda _values, outputs: outputs["kappa"] is not None and isinstance(by := outputs["expected"], float) and by > 0.7,
                ),
            ),
            interval=ends(),
            examples=(
                Example({"table": [[12, 2], [4, 2]]}, {"kappa": 0.210526316}, "easycalculation.com (0.21)"),
                Example({"table": [[20, 5], [10, 15]]}, {"kappa": 0.4, "agreement": 0.7, "expected": 0.5}, "Wikipedia, Cohen's kappa"),
            ),
        ),
    ),
)

CHECKING: tuple[Calculator, ...] = (QA_SCORE, COHEN_KAPPA)
