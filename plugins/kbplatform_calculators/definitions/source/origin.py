"""What all formulae of the source have in common: where they come from, how their digits are shown, what "after" is called.

The arithmetic of this package is the source's own, operation by operation, so that every digit it prints comes out
again, rounding noise included. Whatever it computes without asking is computed here too (more resolved than
received, say), with a caution. Only where its program would stop on a division by zero is the answer None, in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import Caution, Outputs, Values

if TYPE_CHECKING:
    from kbplatform_calculators.figures import Figure
    from kbplatform_calculators.inputs import Input

    Field = TypeVar("Field", bound=Input)

ORIGIN = Text("三十条实践原文所附的示例程序，照原样计算", "The example programs of the thirty practices, computed as they stand")
EXACT = 17
"""Decimals to which these examples must agree: to the last digit of a float."""
SMALL = 30
UNUSED = Text("原文没用上，可以不填", "The source never uses it; may be left empty")
_ZERO = Text("分母是 0 的那一项算不出来；原文的程序会在这里报错退出。", "What is divided by zero has no answer; the source's program stops here.")


def after(field: Field, ending: str) -> Field:
    """The same input for the second state, named as the source names it: ``…_improved`` or ``…_optimized``."""
    label = Text(f"{field.label.zh}（改进后）", f"{field.label.en}, afterwards")
    return replace(field, name=f"{field.name}_{ending}", label=label)


def title(zh: str, en: str) -> Text:
    """A title that says first whose formula it is."""
    return Text(f"来源公式：{zh}", f"As in the source: {en}")


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``; None for nothing. A part above its whole gives more than 1, as in the source."""
    return part / whole if whole else None


def printed(*steps: tuple[str, str]) -> Callable[[Values, Outputs], Text]:
    """Working in the digits of the source's program. Each step is an expression over inputs, and the output it gives."""

    def working(values: Values, outputs: Outputs) -> Text:
        figures = {name: digits(figure) for name, figure in (*values.items(), *outputs.items())}
        lines = [f"{expression.format_map(figures)} = {figures[name]}" for expression, name in steps]
        return Text("；".join(lines), "; ".join(lines))

    return working


def digits(figure: Figure) -> str:
    """A figure as Python prints it; a dash for None."""
    return "–" if figure is None else str(figure)


def divided_by_zero(*names: str) -> Caution:
    """Said where one of these outputs has no answer."""
    return Caution(_ZERO, lambda _values, outputs: any(outputs[name] is None for name in names))


def more_than_all(part: str, whole: str) -> Caution:
    """Said where a part is more than its whole: the source computes all the same."""
    return Caution(
        Text(
            "部分比整体还多，数据有问题；原文照算不误。", "The part is more than the whole, so something is wrong; the source computes all the same."
        ),
        lambda values, _outputs: values[part] > values[whole],
    )


def few(count: str) -> Caution:
    """Said where a rate rests on few cases: the source gives no interval."""
    return Caution(
        Text(
            f"不到 {SMALL} 个，比率一碰就大起大落；原文不给区间，可靠的算法会给。",
            f"Fewer than {SMALL}: the rate swings widely. The source gives no interval; the sound calculator does.",
        ),
        lambda values, _outputs: 0 < values[count] < SMALL,
    )
