"""Did the change do anything? Two rates side by side."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.arithmetic import exact, said
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count
from kbplatform_calculators.rules import SMALL_SAMPLE, within
from kbplatform_calculators.statistics import newcombe

_VERDICTS = (
    ("clearly higher", Text("明显提高", "clearly higher")),
    ("clearly lower", Text("明显降低", "clearly lower")),
    ("no clear change", Text("看不出变化", "no clear change")),
)


def _compare(values: Values) -> Outputs:
    k1, n1, k2, n2 = (values[name] for name in ("k1", "n1", "k2", "n2"))
    rates = {"p1": k1 / n1 if n1 else None, "p2": k2 / n2 if n2 else None}
    if not n1 or not n2:
        return {"diff": None, "low": None, "high": None, "verdict": None, **rates}
    low, high = newcombe(k1, n1, k2, n2)
    verdict = "clearly higher" if low > 0 else "clearly lower" if high < 0 else "no clear change"
    return {"diff": float(exact(k1) / n1 - exact(k2) / n2), "low": low, "high": high, "verdict": verdict, **rates}


def _compare_words(_values: Values, outputs: Outputs) -> Text:
    diff, low, high = (100 * float(outputs[name] or 0) for name in ("diff", "low", "high"))
    size, bottom, top = (said(abs(diff), "percentage points"), said(low, ""), said(high, "percentage points"))
    zh = f"从 {{p2}} 到 {{p1}}，{'高' if diff > 0 else '低'}了 {size.zh}" if diff else "两次都是 {p1}"
    en = f"From {{p2}} to {{p1}}, {size.en} {'up' if diff > 0 else 'down'}" if diff else "{p1} both times"
    if not diff:
        return Text(f"{zh}，差距的 95% 区间是 {bottom.zh} 到 {top.zh}。", f"{en}; the 95% interval of the difference is {bottom.en} to {top.en}.")
    if outputs["verdict"] == "no clear change":
        return Text(
            f"{zh}，但差距的 95% 区间 {bottom.zh} 到 {top.zh}含 0：看不出真有变化。",
            f"{en}, but the 95% interval of the difference, {bottom.en} to {top.en}, holds 0: it may be chance.",
        )
    return Text(
        f"{zh}（95% 区间 {bottom.zh} 到 {top.zh}）：变化明显。",
        f"{en} (95% interval {bottom.en} to {top.en}): a clear change.",
    )


TWO_PROPORTION_COMPARE = Calculator(
    id="two_proportion_compare",
    title=Text("前后对比（两比例差）", "Before/after comparison of two rates"),
    purpose=Text("改了办法，比率从 60% 到 80%：是真的好了，还是碰巧。", "A rate went from 60% to 80%: did the change do it, or chance?"),
    formula=Text(
        "差 = k1 ÷ n1 − k2 ÷ n2；区间按 Newcombe 混合得分法，0 在区间外才算“明显”",
        "difference = k1 ÷ n1 − k2 ÷ n2 with Newcombe's hybrid score interval; clear only if 0 is outside",
    ),
    group="change",
    main="diff",
    better="higher",
    source=Text(
        "R. G. Newcombe（1998），Statistics in Medicine 17, 873–890，方法 10", "R. G. Newcombe (1998), Statistics in Medicine 17, 873–890, method 10"
    ),
    aliases={
        "zh": ("前后对比", "对比", "显著性", "两比例", "AB测试", "有没有变化"),
        "en": ("before and after", "A/B test", "compare two rates", "significance", "two proportions", "Newcombe"),
    },
    practices=(18, 20),
    assumptions=(
        Text(
            "两批是不同的客户。同一批客户问两次，要用配对的方法，这里不适用。",
            "The two groups are different customers. For the same customers asked twice use a paired method, not this.",
        ),
        Text(
            "别的也变了（淡旺季、新产品），差距就不全是这次改的。",
            "If something else changed too (season, product), the difference is not all yours.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(
                    name="k1",
                    label=Text("现在：做到的", "Now: successes"),
                    hint=Text("例如满意的", "For example, satisfied"),
                    unit="cases",
                    better="higher",
                ),
                Count(name="n1", label=Text("现在：一共", "Now: of how many"), unit="cases", better="lower"),
                Count(
                    name="k2",
                    label=Text("以前：做到的", "Before: successes"),
                    hint=Text("或者对照的那一组", "Or the group compared with"),
                    unit="cases",
                    better="lower",
                ),
                Count(name="n2", label=Text("以前：一共", "Before: of how many"), unit="cases", better="higher"),
            ),
            outputs=(
                Output(name="diff", label=Text("差距（现在 − 以前）", "Difference (now − before)"), unit="proportion"),
                Output(name="low", label=Text("95% 区间下端", "95% interval, low end"), unit="proportion"),
                Output(name="high", label=Text("95% 区间上端", "95% interval, high end"), unit="proportion"),
                Output(name="verdict", label=Text("结论", "Verdict"), words=_VERDICTS),
                Output(name="p1", label=Text("现在", "Now"), unit="proportion"),
                Output(name="p2", label=Text("以前", "Before"), unit="proportion"),
            ),
            compute=_compare,
            rules=(
                within("k1", "n1", Text("做到的不能多于一共的", "Can't be more than there were")),
                within("k2", "n2", Text("做到的不能多于一共的", "Can't be more than there were")),
            ),
            sentence=_compare_words,
            working=Text("{k1} ÷ {n1} − {k2} ÷ {n2} = {diff}", "{k1} ÷ {n1} − {k2} ÷ {n2} = {diff}"),
            empty=Text("有一边一个也没有，没法比。", "one side has nothing to compare with."),
            cautions=(
                Caution(
                    Text(f"有一边不到 {SMALL_SAMPLE} 个：先看区间，再看差距。", f"One side has fewer than {SMALL_SAMPLE}: read the interval first."),
                    lambda values, _outputs: 0 < min(values["n1"], values["n2"]) < SMALL_SAMPLE,
                ),
            ),
            interval=("low", "high"),
            examples=(
                Example(
                    {"k1": 56, "n1": 70, "k2": 48, "n2": 80},
                    {"diff": 0.2, "low": 0.052431472, "high": 0.333872654, "verdict": "clearly higher"},
                    "Newcombe 1998, Statistics in Medicine 17:873, method 10",
                ),
            ),
        ),
    ),
)

CHANGE: tuple[Calculator, ...] = (TWO_PROPORTION_COMPARE,)
