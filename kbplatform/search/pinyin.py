"""Pinyin without pypinyin's 55 MB: a small table which the indexer writes and every worker reads.

The table knows the usual reading of each character and, for words where a character is read
otherwise (还款 is huan kuan, not hai kuan), the reading of the whole word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from kbplatform.search.analysis import is_han

FORMAT = 1
KEPT_AS = "pinyin.json"
"""Under which name the table stands beside the index."""
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@dataclass(slots=True)
class PinyinTable:
    """``chars``: character → syllable; ``words``: word → syllables, only where they differ from ``chars``.

    Syllables are lower-case letters without tones; ü is written v.
    """

    chars: dict[str, str] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def syllables(self, word: str) -> tuple[str, ...]:
        """The reading of a word, one syllable a character; empty where a character is unknown."""
        special = self.words.get(word)
        if special:
            return special
        chars = self.chars
        try:
            return tuple([chars[c] for c in word])
        except KeyError:
            return ()

    def learn(self, words: Iterable[str], overrides: dict[str, tuple[str, ...]] | None = None) -> bool:
        """Read words with pypinyin and keep what the characters alone don't tell. True if anything is new.

        Only the indexer calls this: it is what loads pypinyin.
        """
        if overrides:
            _correct(overrides)
        fresh = sorted({w for w in words if is_han(w)} - self.known)
        changed = bool(fresh)
        if fresh:
            self._read(fresh)
        for word, reading in (overrides or {}).items():
            if len(reading) == len(word) and self.words.get(word) != reading:
                self.words[word] = reading
                changed = True
        return changed

    def _read(self, words: list[str]) -> None:
        missing = sorted({c for w in words for c in w} - self.chars.keys())
        for char in missing:
            self.chars[char] = _spoken(char)[0]
        for word in words:
            self.known.add(word)
            if len(word) > 1:
                reading = _spoken(word)
                if len(reading) == len(word) and reading != tuple(self.chars[c] for c in word):
                    self.words[word] = reading

    @classmethod
    def build(cls, words: Iterable[str] = (), overrides: dict[str, tuple[str, ...]] | None = None) -> PinyinTable:
        """A table of the everyday characters (GB 2312) and those of ``words``."""
        table = cls()
        table._read(sorted(_gb2312()))
        table.learn(words, overrides)
        return table

    def dumps(self) -> str:
        """The table as text."""
        by_syllable: dict[str, list[str]] = {}
        for char, syllable in sorted(self.chars.items()):
            by_syllable.setdefault(syllable, []).append(char)
        data = {
            "format": FORMAT,
            "chars": {s: "".join(chars) for s, chars in by_syllable.items()},
            "words": {w: " ".join(r) for w, r in sorted(self.words.items())},
        }
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> PinyinTable:
        """The table that :meth:`dumps` wrote; an empty one where it cannot be read: search then works
        without pinyin until the indexer has written it anew."""
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                return cls()
            chars = {c: syllable for syllable, text in data["chars"].items() for c in text}
            words = {w: tuple(reading.split()) for w, reading in data["words"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()
        return cls(chars, words, set())


@lru_cache(maxsize=20_000)
def _spoken(word: str) -> tuple[str, ...]:
    """As pypinyin reads it, which for the words of one rebuild of the bundled content takes a quarter of a second."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - 55 MB, wanted in the indexer only

    return tuple(lazy_pinyin(word))


def _correct(overrides: dict[str, tuple[str, ...]]) -> None:
    """Tell pypinyin, so that longer words are read right as well: 还款 corrects 还款日."""
    from pypinyin import load_phrases_dict  # noqa: PLC0415 - as in _spoken

    fresh = {word: reading for word, reading in overrides.items() if len(word) == len(reading) > 1 and _told.get(word) != reading}
    if fresh:
        load_phrases_dict({word: [[s] for s in reading] for word, reading in fresh.items()})
        _told.update(fresh)
        _spoken.cache_clear()


_told: dict[str, tuple[str, ...]] = {}
"""What pypinyin, which is one for the whole process, has been told."""


def _gb2312() -> set[str]:
    found: set[str] = set()
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            char = bytes((high, low)).decode("gb2312", "ignore")
            if char and is_han(char):
                found.add(char)
    return found


def initials(syllables: Iterable[str]) -> str:
    """First letters: ``("tou", "su")`` → ``ts``."""
    return "".join(s[0] for s in syllables if s)


def fuzzy(letters: str) -> str:
    """Letters with the distinctions removed that many speakers don't make: zh/z, ch/c, sh/s, -ng/-n, ü/u."""
    for sound, plain in (*_FUZZY, *_FINALS):
        letters = letters.replace(sound, plain)
    return letters.replace("v", "u")
