"""The one pipeline from text to tokens, for every engine.

NFKC → casefold → traditional to simplified → Chinese words (rjieba) and Latin stems (Snowball).
Engines store and match what comes out of here and never analyse again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import opencc
import rjieba
import Stemmer

from kbplatform.bilingual import HAN_RANGE
from kbplatform.search.cantonese import in_mandarin

ANALYSIS_VERSION = "4"
"""Part of the index's schema version: raise it whenever tokens change."""

Script = Literal["han", "latin"]
_LATIN_CHAR = rf"[^\W_{HAN_RANGE}]"
_RUN = re.compile(rf"(?P<han>[{HAN_RANGE}]+)|(?P<latin>{_LATIN_CHAR}+(?:['’]{_LATIN_CHAR}+)*)")
_HAN = re.compile(rf"[{HAN_RANGE}]")
_POSSESSIVE = re.compile(r"['’]s$|['’]")
_BRITISH = re.compile(r"(?<=[a-z]{3})is(e|es|ed|er|ers|ing|ation|ations)$")
_WORDS_AT_ONCE = 20_000
_PLAIN = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，：；？！（）％～／＋＝")
"""What NFKC changes in nearly every Chinese text, one character for one: without them it has nothing to do there."""


@dataclass(slots=True, unsafe_hash=True)
class Token:
    """A unit of matching. ``term`` is what the index holds, ``surface`` what stood in the normalised
    text at ``start:end`` (code points).

    Nobody changes one. It is not frozen because a frozen one is slower to make, and a search makes thousands.
    """

    term: str
    surface: str
    start: int
    end: int
    script: Script


@dataclass(frozen=True, slots=True)
class Normalised:
    """Normalised text; ``offsets[i]`` is the position in the original of normalised character ``i``.

    ``offsets`` is None where both texts have the same length, character by character.
    """

    text: str
    offsets: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original text that ``start:end`` came from."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


class Analyzer:
    """Turns text into tokens. One per process: the segmenter's dictionary is global to it."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._t2s = opencc.OpenCC("t2s")
        self._mainland = opencc.OpenCC("tw2sp")
        self._stemmer = Stemmer.Stemmer("english")
        for word in sorted({self.normalise(w) for w in words}):
            if len(word) > 1 and _HAN.fullmatch(word[0]) and is_han(word):
                _teach(word)
        self._stem = lru_cache(maxsize=50_000)(self._stem_uncached)
        self._char = lru_cache(maxsize=20_000)(self.normalise)
        self.parts = lru_cache(maxsize=20_000)(self._parts_uncached)
        self.substance = lru_cache(maxsize=20_000)(_substance)

    def normalise(self, text: str) -> str:
        """NFKC, casefolded, simplified. Idempotent for the text of one language."""
        return self._simplified(_compatible(text).casefold())

    def _simplified(self, folded: str) -> str:
        return folded if folded.isascii() else self._t2s.convert(folded)

    def wordings(self, text: str) -> tuple[str, ...]:
        """A query, normalised. What is written in traditional characters comes in mainland words first (資訊 → 信息), then
        with its own: Taiwan's 指標 is only a pointer (指针) where it is about programs."""
        normal = self.normalise(text)
        folded = _compatible(text).casefold()
        written = (normal,) if normal == folded else (self._mainland.convert(folded), normal)
        return tuple(dict.fromkeys(map(in_mandarin, written)))

    def align(self, text: str) -> Normalised:
        """:meth:`normalise`, with the way back to the original's positions."""
        plain = _plain(text)
        if unicodedata.is_normalized("NFKC", plain):
            normal = self._simplified(plain.casefold())
            if len(normal) == len(text):
                return Normalised(normal, None)
        pieces = [self._char(char) for char in text]
        lengths = [len(piece) for piece in pieces]
        if set(lengths) == {1}:
            return Normalised("".join(pieces), None)
        return Normalised("".join(pieces), tuple(at for at, length in enumerate(lengths) for _ in range(length)))

    def align_all(self, texts: Sequence[str]) -> list[Normalised]:
        """:meth:`align` for texts without line breaks, together: each call has a price of its own."""
        plain = _plain("\n".join(texts)).split("\n") if texts else []
        usual = [unicodedata.is_normalized("NFKC", text) for text in plain]
        together = "\n".join(text for text, is_usual in zip(plain, usual, strict=True) if is_usual)
        lines = iter(self._simplified(together.casefold()).split("\n"))
        normal = [next(lines) if is_usual else None for is_usual in usual]
        return [
            Normalised(line, None) if line is not None and len(line) == len(text) else self.align(text)
            for line, text in zip(normal, texts, strict=True)
        ]

    def index_tokens(self, normal: str) -> list[Token]:
        """Every token of normalised text, long Chinese words also in their parts (search mode)."""
        return self._tokens(normal, "search")

    def spans(self, normal: str) -> dict[str, list[tuple[int, int]]]:
        """Where each term of normalised text stands: what :meth:`index_tokens` says, several times as fast."""
        found: dict[str, list[tuple[int, int]]] = {}
        for term, start, end in self.words_at(normal):
            found.setdefault(term, []).append((start, end))
        return found

    def words_at(self, normal: str) -> list[tuple[str, int, int]]:
        """Each term of normalised text with where it stands, one after the other."""
        found: list[tuple[str, int, int]] = []
        for run in _RUN.finditer(normal):
            start, text = run.start(), run.group()
            if run.lastgroup == "han":
                found += [(word, start + low, start + high) for word, low, high in _segment(text, "search")]
            elif surface := _POSSESSIVE.sub("", text):
                found.append((self._stem(surface), start, start + len(text)))
        return found

    def query_tokens(self, normal: str) -> list[Token]:
        """The longest words of normalised text, without overlap."""
        return self._tokens(normal, "default")

    def terms(self, text: str) -> list[str]:
        """The terms an index holds for raw ``text``."""
        found: list[str] = []
        for run in _RUN.finditer(self.normalise(text)):
            if run.lastgroup == "han":
                found += [word for word, _, _ in _segment(run.group(), "search")]
            elif surface := _POSSESSIVE.sub("", run.group()):
                found.append(self._stem(surface))
        return found

    def _tokens(self, normal: str, mode: str) -> list[Token]:
        tokens: list[Token] = []
        for run in _RUN.finditer(normal):
            start, text = run.start(), run.group()
            if run.lastgroup == "han":
                tokens += [Token(w, w, start + s, start + e, "han") for w, s, e in _segment(text, mode)]
            else:
                tokens += self._latin(text, start)
        return tokens

    def _latin(self, text: str, start: int) -> list[Token]:
        """Latin runs; Chinese digits aside, any other script's words pass through here unstemmed."""
        surface = _POSSESSIVE.sub("", text)
        if not surface:
            return []
        return [Token(self._stem(surface), surface, start, start + len(text), "latin")]

    def stem(self, word: str) -> str:
        """The term of one normalised Latin word."""
        return self._stem(word)

    def _stem_uncached(self, word: str) -> str:
        if not word.isascii() or len(word) < 3 or any(c.isdigit() for c in word):
            return word
        stemmed: str = self._stemmer.stemWord(_BRITISH.sub(r"iz\1", word))
        return stemmed

    def _parts_uncached(self, word: str) -> tuple[str, ...]:
        """The shorter words inside a long Chinese word that cover it best; empty when there are none."""
        if len(word) < 3:
            return ()
        pieces = {(s, e) for w, s, e in _segment(word, "search") if w != word and e - s > 1}
        best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]  # characters covered, minus words, the words
        for end in range(1, len(word) + 1):
            ending = [(best[s][0] + end - s, best[s][1] - 1, (*best[s][2], word[s:end])) for s, e in pieces if e == end]
            best.append(max([best[end - 1], *ending]))
        return best[-1][2]


def _plain(text: str) -> str:
    """As NFKC makes it, if there is nothing in it but the commonest of what that changes."""
    for wide, narrow in _PLAIN:
        text = text.replace(wide, narrow)
    return text


def _compatible(text: str) -> str:
    """NFKC, which is slow where it finds anything to do."""
    plain = text if text.isascii() else _plain(text)
    return plain if unicodedata.is_normalized("NFKC", plain) else unicodedata.normalize("NFKC", plain)


def _teach(word: str) -> None:
    if word not in _taught:
        rjieba.add_word(word, None, None)
        _taught.add(word)


_taught: set[str] = set()


def taught() -> int:
    """How many words the segmenter, which is one for the whole process, has been taught so far."""
    return len(_taught)


def _segment(text: str, mode: str) -> Sequence[tuple[str, int, int]]:
    """Words with positions. HMM is off: guessed words differ between a query and its document."""
    if len(text) <= _WORDS_AT_ONCE:
        return rjieba.tokenize(text, mode, False)
    out: list[tuple[str, int, int]] = []
    for at in range(0, len(text), _WORDS_AT_ONCE):
        out += [(w, s + at, e + at) for w, s, e in rjieba.tokenize(text[at : at + _WORDS_AT_ONCE], mode, False)]
    return out


def _substance(word: str) -> float:
    """How far a word names something, 0–1, by its part of speech: a noun does, a verb half, an adverb hardly.

    The tags are those of the ICTCLAS set that the segmenter's dictionary uses. Latin words count as nouns.
    """
    tags: list[tuple[str, str]] = rjieba.tag(word, False)
    return max((_SUBSTANCE.get(tag[:2], _SUBSTANCE.get(tag[:1], 1.0)) for _, tag in tags), default=1.0)


_SUBSTANCE = {
    **dict.fromkeys(("v", "a", "i", "l", "z", "b"), 0.6),
    **dict.fromkeys(("r", "d", "p", "c", "u", "y", "m", "q", "f", "t", "x", "zg", "e", "o", "k", "h"), 0.25),
    "vn": 1.0,
    "an": 1.0,
}


def pairs(tokens: Sequence[Token]) -> list[str]:
    """Words that follow each other without more than a blank or a hyphen between, as one term each (``绩效_激励``)."""
    return [f"{a.term}_{b.term}" for a, b in pairwise(tokens) if b.start - a.end <= 1]


def is_han(text: str) -> bool:
    """True where every character is a Chinese one."""
    return bool(text) and all(_HAN.match(c) for c in text)


def has_han(text: str) -> bool:
    """True where any character is a Chinese one."""
    return _HAN.search(text) is not None


def clean_query(text: str, limit: int = 200) -> str:
    """A query without control characters, blanks squeezed, at most ``limit`` characters."""
    head = text[: limit * 4]
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in head)
    return " ".join(kept.split())[:limit].strip()
