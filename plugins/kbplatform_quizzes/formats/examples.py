"""The rows of the template: one good question of each type a table can hold."""

from __future__ import annotations

from decimal import Decimal

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds.arranging import Matching, Ordering, Pair
from kbplatform_quizzes.kinds.choice import Multiple, Option, Single, TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Accepted, Criterion, Essay, Numerical, ShortAnswer, Span, Unit
from kbplatform_quizzes.question import Question

_FIRST_SENTENCE = Single((
    Option(
        Text("麻烦您先报一下订单号。", "May I have your order number, please?"),
        why=Text("他的事还没人接住，只好再说一遍。", "Nobody has taken it in yet. He will say it again."),
    ),
    Option(Text("对不住您。外箱破没破？", "I'm sorry. Was the box damaged?"), right=True),
    Option(
        Text("收到是碎的，都可以退。", "Things that arrive broken can be returned."),
        why=Text("没认事就报政策，听着像打发人。", "Policy before an apology sounds like being sent away."),
    ),
))  # fmt: skip
_NOTES = Multiple(
    (
        Option(Text("对方说的原话", "What they said, in their words"), right=True),
        Option(Text("答应了什么、几点前", "What was promised, and by when"), right=True),
        Option(Text("你觉得他是什么人", "What you think of them"), why=Text("客户能调看记录，写感受会惹祸。", "Customers may ask for their record.")),
    ),
    "part",
)
EXAMPLES: tuple[Question, ...] = (
    Question(
        "example-single",
        Text("“杯子到手就是碎的！”第一句说什么？", "“The mug came in pieces!” What is your first sentence?"),
        _FIRST_SENTENCE,
        tags=("situation",),
    ),
    Question("example-multiple", Text("交接单上写什么？", "What goes into a hand-over note?"), _NOTES),
    Question(
        "example-truefalse",
        Text("客户没问，就不用说什么时候回电。", "If nobody asks, there is no need to say when you'll call back."),
        TrueFalse(right=False, why_true=Text("他会一直等，再打来问。", "They wait, then call again.")),
    ),
    Question(
        "example-shortanswer",
        Text("首次联系解决率的英文缩写是？", "What is first contact resolution called for short?"),
        ShortAnswer((Accepted(Text("FCR", "FCR")),)),
    ),
    Question(
        "example-numerical",
        Text("40 通来电，30 通一次解决，解决率是百分之几？", "40 calls, 30 solved at once. What per cent is that?"),
        Numerical((Span(Decimal("74.5"), Decimal("75.5")),), (Unit(Text("%", "%")),)),
        difficulty=1,
    ),
    Question(
        "example-matching",
        Text("谁来管？", "Whose is it?"),
        Matching(
            (Pair(Text("要退款", "A refund"), Text("售后", "After-sales")), Pair(Text("要发票", "An invoice"), Text("财务", "Finance"))),
            (Text("前台", "The front desk"),),
        ),
    ),
    Question(
        "example-ordering",
        Text("接投诉的次序", "Taking a complaint, in order"),
        Ordering((Text("听完", "Hear them out"), Text("认事", "Say what went wrong"), Text("给办法和时间", "Offer a way and a time"))),
    ),
    Question(
        "example-essay",
        Text("写一段回复：快递丢了，客户明天要用。", "Write the reply: the parcel is lost and they need it tomorrow."),
        Essay((Criterion(Text("先认事", "Owns it first"), 2), Criterion(Text("给得了的办法和时间", "A way and a time that can be kept"), 3))),
    ),
    Question("example-description", Text("下面两题说的是同一通电话。", "The next two questions are about one call."), Description()),
)
