"""The same question in other words: what changes when another person asks it, or the same one in a hurry."""

from __future__ import annotations

import random
import re

from known_items import slip

from kbplatform.search.analysis import Analyzer, has_han
from kbplatform.search.pinyin import PinyinTable
from kbplatform.search.stopwords import is_stop

VARIANTS = ("politely", "function words", "another order", "slip of the keys")
POLITE_ZH = ("请问{}", "{}呢", "帮我查一下{}", "你好，{}", "那个，{}", "想问一下{}")
POLITE_EN = ("please, {}", "um {}", "hi, {} please", "could you tell me, {}", "so, {}", "quick question: {}")
FUNCTION_ZH = {
    "怎么办": ("咋办", "该怎么处理", "要怎么弄"), "怎么样": ("如何",), "怎么": ("如何", "咋", "怎样"), "怎样": ("怎么", "如何"), "如何": ("怎么", "怎样"),
    "让": ("使", "叫"), "老": ("总是", "一直"), "都": ("全", ""), "以后": ("之后",), "几个": ("一些",), "每个": ("各个",), "跟": ("和", "同"), "的": ("",),
}  # fmt: skip
FUNCTION_EN = {
    "how do i": ("how can we", "what is the way to"), "how do we": ("how can i", "ways to"), "how should we": ("how do i",), "how to": ("how do you", "ways to"),
    "what are good ways to": ("how can we best",), "what makes": ("how do you make",), "can we": ("is it possible to",), "the": ("our", ""), "without": ("with no",),
}  # fmt: skip
SOUNDS = ("pinyin", "typo")
"""Beginnings of kinds that are spelled by sound or mistyped already: they are not mistyped again, nor cut into words."""


class Rephrasing:
    """Variants of queries; the same for the same ``source``."""

    def __init__(self, analyzer: Analyzer, pinyin: PinyinTable, source: random.Random) -> None:
        self._analyzer = analyzer
        self._source = source
        self._pinyin = pinyin
        everyday = bytes(b for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for b in (high, low)).decode("gb2312", "ignore")
        self._sounding: dict[str, list[str]] = {}
        for char in everyday:
            self._sounding.setdefault(pinyin.chars.get(char, ""), []).append(char)

    def of(self, variant: str, row: dict) -> str:
        """The query of a row said so; empty where it can't be, or is no other."""
        text = row["query"]
        ways = {"politely": self._politely, "function words": self._function_words, "another order": self._another_order, "slip of the keys": self._slip}
        if variant in ("another order", "slip of the keys") and row["kind"].startswith(SOUNDS):
            return ""
        said = ways[variant](text)
        return said if said != text else ""

    def _politely(self, text: str) -> str:
        return self._source.choice(POLITE_ZH if has_han(text) else POLITE_EN).format(text)

    def _function_words(self, text: str) -> str:
        table = FUNCTION_ZH if has_han(text) else FUNCTION_EN
        edge = "" if has_han(text) else r"\b"
        pattern = re.compile("|".join(edge + re.escape(word) + edge for word in table), re.IGNORECASE)
        said = pattern.sub(lambda m: self._source.choice(table[m[0].lower()]), text)
        return " ".join(said.split())

    def _another_order(self, text: str) -> str:
        """The words that carry the subject, in another order, with blanks; questions keep their other words in front."""
        tokens = self._analyzer.query_tokens(self._analyzer.normalise(text))
        subject = [t.surface for t in tokens if not is_stop(t.surface)]
        others = [t.surface for t in tokens if is_stop(t.surface)]
        if len(subject) < 2:
            return text
        turned = subject[:]
        while turned == subject:
            self._source.shuffle(turned)
            if len(set(subject)) == 1:
                return text
        return " ".join((*others, *turned))

    def _slip(self, text: str) -> str:
        return self._homophone(text) if has_han(text) else self._mistyped(text)

    def _homophone(self, text: str) -> str:
        """One character of the longest word is another of the same sound."""
        tokens = [t for t in self._analyzer.query_tokens(self._analyzer.normalise(text)) if t.script == "han" and len(t.surface) > 1 and not is_stop(t.surface)]
        if not tokens:
            return text
        token = max(tokens, key=lambda t: len(t.surface))
        place = token.start + self._source.randrange(len(token.surface))
        normal = self._analyzer.normalise(text)
        reading = self._pinyin.syllables(token.surface)
        if not reading:
            return text
        others = [c for c in self._sounding.get(reading[place - token.start], []) if c != normal[place]]
        return normal[:place] + self._source.choice(others) + normal[place + 1 :] if others else text

    def _mistyped(self, text: str) -> str:
        words = text.split(" ")
        longest = max(range(len(words)), key=lambda i: len(words[i]))
        if len(words[longest]) < 5:
            return text
        words[longest] = slip(words[longest], self._source)
        return " ".join(words)
