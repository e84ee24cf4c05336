"""The words of the index, found by sound, by beginning and by near spelling.

Built in every worker from the engine's vocabulary and the pinyin table; a query is read against
it, so that a mistyped word becomes one that was really written somewhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kbplatform.search.analysis import is_han
from kbplatform.search.pinyin import PinyinTable, fuzzy, initials
from kbplatform.search.remembered import remembered

LONGEST_READING = 30
LONGEST_MISTYPED = 5
STANDS_OUT = 1.5
"""How much likelier than the next a word must be to be taken for what a mistyped one meant."""
_SKIP_COST = 3.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of a query and the words of the index that sound like it, likeliest first.

    ``start:end`` are units of what was asked: letters, or characters of a Chinese run.
    """

    words: tuple[str, ...]
    start: int
    end: int


class Lexicon:
    """``words``: terms of the combined field with their document counts, ``head`` those of titles and keywords,
    ``spelling`` unstemmed Latin words, ``shorthand`` pinyin initials of phrases."""

    def __init__(
        self,
        *,
        words: Mapping[str, int],
        head: Mapping[str, int],
        spelling: Mapping[str, int],
        shorthand: Mapping[str, int],
        pinyin: PinyinTable,
        stem: Callable[[str], str],
        count: int,
    ) -> None:
        self.words, self.head, self.spelling, self.shorthand = words, head, spelling, shorthand
        self.count = max(count, 1)
        self.pinyin = pinyin
        self._stem = stem
        self._han = sorted(w for w in words if is_han(w))
        self._latin = sorted(spelling)
        self._latin_of_length = {n: list(found) for n, found in groupby(sorted(self._latin, key=len), key=len)}
        self._spoken: dict[str, list[str]] = {}
        self._short: dict[str, list[str]] = {}
        self._vague: dict[str, list[str]] = {}
        for word in self._han:
            reading = pinyin.syllables(word)
            if reading:
                self._spoken.setdefault("".join(reading), []).append(word)
                if len(word) > 1:
                    self._short.setdefault(initials(reading), []).append(word)
        for index in (self._spoken, self._short):
            for found in index.values():
                found.sort(key=self.prior, reverse=True)
        for letters, found in self._spoken.items():
            if len(found[0]) > 1:
                self._vague.setdefault(fuzzy(letters), []).extend(w for w in found if len(w) > 1)
        self._inside: dict[str, list[str]] = {}
        for word in sorted(self._han, key=self.prior, reverse=True):
            for char in set(word[1:]):
                self._inside.setdefault(char, []).append(word)
        self._readings = sorted(self._spoken)
        self._mistyped = _by_pattern(w for w in self._han if w in head)
        self.near = remembered(self._near, 2000)
        self.spoken = remembered(self._spoken_as, 1000)

    def prior(self, word: str) -> float:
        """How likely somebody means this word: where it stands in titles counts most."""
        return 5 * self.head.get(word, 0) + min(self.words.get(word, 0), 20) + len(word)

    def knows(self, term: str) -> bool:
        """True where a document holds the term."""
        return term in self.words

    def by_initials(self, letters: str, limit: int = 6) -> list[str]:
        """Chinese words of two characters and more with these initials."""
        return self._short.get(letters, [])[:limit]

    def short_words(self, letters: str, limit: int = 4) -> list[tuple[str, list[str]]]:
        """Letters as the initials of two words that follow each other (``ys|bh`` → 隐私, 保护); empty where they aren't."""
        cuts = [(letters[:i], letters[i:]) for i in range(2, len(letters) - 1)] if 4 <= len(letters) <= 8 else []
        known = [[(part, self.by_initials(part, limit)) for part in cut] for cut in cuts if all(part in self._short for part in cut)]
        return max(known, key=lambda cut: min(self.prior(words[0]) for _, words in cut), default=[])

    def starting_with(self, text: str, limit: int = 8) -> list[str]:
        """Terms that begin with ``text`` and are longer."""
        if is_han(text):
            found = [w for w in _span(self._han, text) if w != text]
        else:
            found = list(dict.fromkeys(self._stem(w) for w in _span(self._latin, text) if w != text))
        return sorted(found, key=self.prior, reverse=True)[:limit]

    def holding(self, char: str, limit: int = 6) -> list[str]:
        """Chinese words with this character in them, not at the beginning."""
        return self._inside.get(char, [])[:limit]

    def sounding_begun(self, letters: str, limit: int = 6) -> list[str]:
        """Chinese words of two characters and more whose pinyin begins with these letters."""
        found = [w for r in _span(self._readings, letters) if r != letters for w in self._spoken[r] if len(w) > 1]
        return sorted(found, key=self.prior, reverse=True)[:limit]

    def _near(self, word: str) -> tuple[tuple[str, int], ...]:
        """Latin words within one edit (from 4 letters) or two (from 8), nearest and commonest first."""
        if len(word) < 4:
            return ()
        cutoff = 2 if len(word) >= 8 else 1
        found: list[tuple[int, str]] = []
        for length in range(len(word) - cutoff, len(word) + cutoff + 1):  # of any other length it takes more edits
            words = self._latin_of_length.get(length, ())
            found += [(int(d), w) for w, d, _ in process.extract(word, words, scorer=OSA.distance, score_cutoff=cutoff, limit=12)]
        hits = [(w, d) for d, w in sorted(found)[:12] if w != word and (len(word) >= 6 or w[0] == word[0])]
        hits.sort(key=lambda hit: (hit[1], hit[0][0] != word[0], -self.spelling[hit[0]]))
        best = hits[0][1] if hits else 0
        return tuple(hit for hit in hits if hit[1] == best)[:4]

    def mistyped(self, word: str) -> str:
        """The word of our titles and keywords that this is but for two characters swapped, or for one wrong; empty where none stands out."""
        if not 2 <= len(word) <= LONGEST_MISTYPED or word in self.words:
            return ""
        for patterns in (_swapped(word), _one_wrong(word)):
            found = {w for p in patterns for w in self._mistyped.get(p, ()) if w != word}
            ranked = sorted(found, key=self.prior, reverse=True)
            if ranked and (len(ranked) == 1 or self.prior(ranked[0]) >= STANDS_OUT * self.prior(ranked[1])):
                return ranked[0]
        return ""

    def _spoken_as(self, letters: str) -> tuple[Sound, ...]:
        """The words that letters without tones spell (``kehumanyidu``); empty where they don't."""
        if not 2 <= len(letters) <= 2 * LONGEST_READING:
            return ()
        cuts = set(range(len(letters) + 1))
        for index, plain in ((self._spoken, letters), (self._vague, fuzzy(letters))):
            sounds = self._cheapest(plain, cuts if plain == letters else set(range(len(plain) + 1)), index, None)
            if sounds:
                return tuple(sounds)
        return ()

    def heard(self, run: str) -> list[Sound]:
        """A Chinese run reread by its sound (头诉 → 投诉), or but for one slip of the keys (投拆, 诉投); empty where too little fits."""
        syllables = [self.pinyin.syllables(c) for c in run]
        if not 2 <= len(run) <= LONGEST_READING or not all(syllables):
            return []
        starts = [0]
        for (syllable,) in syllables:
            starts.append(starts[-1] + len(syllable))
        letters = "".join(s for (s,) in syllables)
        position = {start: i for i, start in enumerate(starts)}
        sounds = self._cheapest(letters, set(starts), self._spoken, (run, position))
        return [Sound(s.words, position[s.start], position[s.end]) for s in sounds]

    def _cheapest(
        self, letters: str, cuts: set[int], index: Mapping[str, list[str]], said: tuple[str, dict[int, int]] | None
    ) -> list[Sound]:
        """Shortest path over the letters: few, long, well-known words win; a skipped character is dear."""
        size = len(letters)
        best: list[tuple[float, int, tuple[str, ...]] | None] = [None] * (size + 1)
        best[0] = (0.0, 0, ())
        for start in range(size):
            here = best[start]
            if here is None or start not in cuts:
                continue
            for end in range(start + 1, min(start + LONGEST_READING, size) + 1):
                if end not in cuts:
                    continue
                cost, words = self._cost(letters, start, end, index, said)
                total = here[0] + cost
                known = best[end]
                if cost < _SKIP_COST + 1 and (known is None or total < known[0]):
                    best[end] = (total, start, words)
        return _walk(best, size)

    def _cost(
        self, letters: str, start: int, end: int, index: Mapping[str, list[str]], said: tuple[str, dict[int, int]] | None
    ) -> tuple[float, tuple[str, ...]]:
        found = index.get(letters[start:end], [])
        if said is None:
            wanted = [w for w in found if len(w) > 1] or [w for w in found if w in self.head]
            if not wanted:
                return 99.0, ()
            single = 1.5 if len(wanted[0]) == 1 else 0.0
            return 1.0 + single + 1 / (1 + self.prior(wanted[0])), tuple(wanted[:4])
        run, position = said
        surface = run[position[start] : position[end]]
        if surface in self.words:
            return 1.0 + (0.8 if len(surface) == 1 else 0.0), (surface,)
        heard = [w for w in found if len(w) == len(surface) > 1]
        if heard:
            return 1.25 + 1 / (1 + self.prior(heard[0])), tuple(heard[:3])
        meant = self.mistyped(surface)
        if meant:
            return 1.8 + 1 / (1 + self.prior(meant)), (meant,)
        return (_SKIP_COST, ()) if len(surface) == 1 else (99.0, ())


def _walk(best: list[tuple[float, int, tuple[str, ...]] | None], size: int) -> list[Sound]:
    sounds: list[Sound] = []
    end = size
    while end > 0:
        step = best[end]
        if step is None:
            return []
        _, start, words = step
        sounds.append(Sound(words, start, end))
        end = start
    return sounds[::-1]


def _swapped(word: str) -> list[str]:
    return ["".join(sorted(word))]


def _one_wrong(word: str) -> list[str]:
    return [f"{word[:i]}?{word[i + 1 :]}" for i in range(len(word))]


def _by_pattern(words: Iterable[str]) -> dict[str, list[str]]:
    """Words by their characters in order of code, and by all but one of them."""
    found: dict[str, list[str]] = {}
    for word in words:
        if 2 <= len(word) <= LONGEST_MISTYPED:
            for pattern in _swapped(word) + _one_wrong(word):
                found.setdefault(pattern, []).append(word)
    return found


def _span(sorted_words: list[str], prefix: str) -> list[str]:
    low = bisect_left(sorted_words, prefix)
    high = bisect_left(sorted_words, prefix + "\U0010ffff")
    return sorted_words[low : min(high, low + 200)]
