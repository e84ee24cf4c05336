"""What an entry may be: a tip, something that failed, words that helped, a question."""

from __future__ import annotations

from dataclasses import dataclass

from kbplatform.sdk import Text


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of entry. ``hint`` says under the field what its one line is about; ``name`` is stored and never changes."""

    name: str
    label: Text
    hint: Text


BUILT_IN = (
    EntryKind("tip", Text("通话技巧", "Call tip"), Text("怎么做更管用？一句话。", "What works better? One line.")),
    EntryKind(
        "failed",
        Text("没走通的路", "Failed attempt"),
        Text("试了什么、为什么不行？别人就不用再试。", "What did you try, and why did it fail? It saves others the try."),
    ),
    EntryKind(
        "phrase",
        Text("管用的话", "Words that helped"),
        Text("客户听了就好了的那句话，照原样写。", "The words that turned the call, as you said them."),
    ),
    EntryKind("question", Text("想请教", "Question"), Text("哪里不知道怎么办？", "What don’t you know how to handle?")),
)
