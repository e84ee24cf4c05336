"""Reading a query: each of its words becomes a group of alternatives that the index really holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kbplatform.search.analysis import Analyzer, Token, clean_query, has_han, is_han, pairs
from kbplatform.search.engine import Alternative, Group, MatchKind, idf
from kbplatform.search.lexicon import Lexicon, Sound
from kbplatform.search.pinyin import initials
from kbplatform.search.remembered import remembered
from kbplatform.search.stopwords import is_stop
from kbplatform.search.thesaurus import Mention, Thesaurus

MOST_GROUPS = 16
MOST_ALTERNATIVES = 14
NAME_WEIGHT = 0.8
SYNONYM_WEIGHT = 0.6
RELATED_WEIGHT = 0.35
WHOLE_WEIGHT, PART_WEIGHT = 0.9, 0.3
LOOSE_CHARACTER = 0.5
"""How far a character between other words may stand for words that hold it: it is rather a mistyped one."""
BEGUN_AMONG_OTHERS = 5
"""Fewest letters that are taken for the beginning of a word's pinyin beside other words, where anything may be typed in pinyin."""
OFF_TOPIC = 0.7
"""What a word counts that stands in no title and no keywords."""
UNKNOWN_SHARE = 3.0
"""What a word nobody ever wrote counts in a query's meaning; about that of a word on two pages of sixty."""
_WORDS_KEPT = 1_000
"""Words of queries whose reading is remembered, about a kilobyte each."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a query. ``only_stops``: it names nothing (怎么办), so no answer to it is sure."""

    groups: tuple[Group, ...]
    only_stops: bool = False
    pairs: tuple[str, ...] = ()


class QueryReader:
    """Reads queries against one generation of the index."""

    def __init__(self, analyzer: Analyzer, thesaurus: Thesaurus, lexicon: Lexicon) -> None:
        self._analyzer = analyzer
        self._thesaurus = thesaurus
        self._lexicon = lexicon
        self._word = remembered(self._read_word, _WORDS_KEPT)
        self._sound_group = remembered(self._read_sound, _WORDS_KEPT)
        self._worded = remembered(self._read_wording, 100)
        self._short_names: dict[str, list[tuple[str, ...]]] = {}
        for form in thesaurus.forms():
            letters = initials(s for term in form for s in lexicon.pinyin.syllables(term))
            if len(letters) == sum(map(len, form)) > 2:
                self._short_names.setdefault(letters, []).append(form)

    def read(self, text: str, strange: frozenset[str] = frozenset()) -> Reading:
        """The plain reading: words as typed, unknown ones by pinyin, beginning or near spelling.

        ``strange`` are words to take for unknown: they stand only in documents that may not be found this time, or in
        running text as an example (``tousu`` in a page on how to search).
        """
        tokens = [replace(t, term="") if t.surface in strange else t for t in self._worded(text)[1]]
        content = [t for t in tokens if not is_stop(t.surface)]
        only_stops = not content
        tokens = tokens[: MOST_GROUPS * 2] if only_stops else tokens
        groups: list[Group] = []
        at = 0
        mentions = self._thesaurus.mentions([t.term for t in tokens])
        named = frozenset(tokens[m.start] for m in mentions if m.end - m.start == 1)
        for mention in [*(m for m in mentions if m.end - m.start > 1), None]:
            for piece in self._pieces(tokens[at : mention.start if mention else len(tokens)]):
                groups += self._piece(piece, named, keep_stops=only_stops, alone=len(content) == 1)
            if mention:
                groups.append(self._phrase(tokens[mention.start : mention.end], mention))
                at = mention.end
        return Reading(tuple(groups[:MOST_GROUPS]), only_stops, tuple(dict.fromkeys(pairs(content[:MOST_GROUPS]))))

    def reread(self, text: str) -> Reading | None:
        """Chinese words taken by their sound (头诉 → 投诉) or for a slip of the keys (投拆); None where that changes nothing."""
        changed = False
        groups: list[Group] = []
        for script, run in groupby(_numbered(self._worded(text)[1]), key=lambda item: (item[1].script, item[1].start - item[0])):
            pieces = [t for _, t in run]
            surface = "".join(t.surface for t in pieces)
            sounds = self._lexicon.heard(surface) if script[0] == "han" else []
            if not sounds:
                groups += [g for t in pieces for g in self._piece([t], frozenset(), keep_stops=False)]
                continue
            for sound in sounds:
                said = surface[sound.start : sound.end]
                if is_stop(said) and said in sound.words:
                    continue
                changed = changed or bool(sound.words and said not in sound.words)
                groups.append(self._sound_group(said, sound, "word" if said in sound.words else "typo"))
        return Reading(tuple(groups[:MOST_GROUPS])) if changed else None

    def wording(self, text: str) -> str:
        """The query as it is read: normalised, and of its wordings the one whose words are known best."""
        return self._worded(text)[0]

    def _read_wording(self, text: str) -> tuple[str, tuple[Token, ...]]:
        wordings = [(w, tuple(self._analyzer.query_tokens(w))) for w in self._analyzer.wordings(clean_query(text))]
        return min(wordings, key=lambda worded: sum(len(t.surface) for t in worded[1] if not (self._known(t) or is_stop(t.surface))))

    # ------------------------------------------------------------------ pieces: what is typed without a blank

    def _pieces(self, tokens: list[Token]) -> list[list[Token]]:
        pieces: list[list[Token]] = []
        for token in tokens:
            if pieces and pieces[-1][-1].end == token.start:
                pieces[-1].append(token)
            else:
                pieces.append([token])
        return self._join_syllables(pieces)

    def _join_syllables(self, pieces: list[list[Token]]) -> list[list[Token]]:
        """``ke hu man yi du``: Latin pieces that only make sense together become one token."""
        joined: list[list[Token]] = []
        for latin, run in groupby(pieces, key=lambda p: len(p) == 1 and p[0].script == "latin"):
            items = list(run)
            unknown = [p for p in items if latin and not self._known(p[0]) and not self._spells_words(p[0].surface)]
            letters = "".join(p[0].surface for p in items) if unknown and len(items) > 1 else ""
            if letters and max(len(p[0].surface) for p in items) <= 6 and self._lexicon.spoken(letters):
                joined.append([Token(letters, letters, items[0][0].start, items[-1][0].end, "latin")])
            else:
                joined += items
        return joined

    def _spells_words(self, letters: str) -> bool:
        """Whether letters are the pinyin of whole words; that of a single character is a piece of one."""
        sounds = self._lexicon.spoken(letters)
        return bool(sounds) and all(len(s.words[0]) > 1 for s in sounds)

    def _piece(self, piece: list[Token], named: frozenset[Token], *, keep_stops: bool, alone: bool = False) -> list[Group]:
        mixed = self._mixed(piece)
        if mixed:
            return mixed
        groups: list[Group] = []
        trust = 1.0 if sum(not is_stop(t.surface) for t in piece) < 2 else LOOSE_CHARACTER
        for token in piece:
            if keep_stops or not is_stop(token.surface):
                groups += self._word(token.surface, token.term, token.script, trust, named=token in named, alone=alone)
        return groups

    def _mixed(self, piece: list[Token]) -> list[Group]:
        """``优化liucheng``, ``个xing化``: characters and pinyin typed as one."""
        latin = [t for t in piece if t.script == "latin"]
        if not latin or len(latin) == len(piece) or all(self._known(t) for t in latin):
            return []
        letters: list[str] = []
        for token in piece:
            reading = self._lexicon.pinyin.syllables(token.surface)
            letters.append(token.surface if token.script == "latin" else "".join(reading))
        sounds = self._lexicon.spoken("".join(letters)) if all(letters) else ()
        typed = {c for t in piece if t.script == "han" for c in t.surface}
        groups: list[Group] = []
        for sound in sounds:
            words = sorted(sound.words, key=lambda w: -len(typed & set(w)))
            groups.append(self._sound_group("".join(letters)[sound.start : sound.end], replace(sound, words=tuple(words)), "pinyin"))
        return groups

    def _known(self, token: Token) -> bool:
        return self._lexicon.knows(token.term) or token.term in self._thesaurus.vocabulary

    # ------------------------------------------------------------------ words

    def _read_word(self, surface: str, term: str, script: str, trust: float, *, named: bool, alone: bool) -> tuple[Group, ...]:
        """What one word means; ``named``: the glossary has it, and not as part of a longer term that was typed."""
        synonyms = [a for m in self._thesaurus.mentions([term]) for a in _alternatives(m)] if named else []
        if script == "han":
            known = named or self._lexicon.knows(term)
            found = [*self._han(surface, trust), *synonyms]
            return (self._group(surface, found),) if known or not self._analyzer.parts(surface) else self._in_parts(surface)
        own = [Alternative((term,))] if self._lexicon.knows(term) else []
        if own or synonyms:
            shorthand = self._shorthand(surface, 0.8) if own and not _has_vowel(surface) else []
            return (self._group(surface, [*own, *shorthand, *synonyms]),)
        sounds = self._lexicon.spoken(surface)
        if sounds:
            return tuple(self._sound_group(surface[s.start : s.end], s, "pinyin") for s in sounds)
        guesses = self._guesses(surface, alone=alone)
        pieces = [] if guesses else self._lexicon.short_words(surface)
        if pieces:
            return tuple(self._group(letters, [Alternative((w,), "initials") for w in words]) for letters, words in pieces)
        trust = max((a.weight for a in guesses if a.kind == "typo"), default=1.0)
        return (replace(self._group(surface, guesses), trust=trust),)

    def _han(self, word: str, trust: float = 1.0) -> list[Alternative]:
        """A Chinese word as written, in its parts, or begun; ``trust`` is how far a lone character may be a beginning."""
        lexicon = self._lexicon
        found: list[Alternative] = [Alternative((word,))] if lexicon.knows(word) else []
        parts = self._analyzer.parts(word)
        if parts and all(lexicon.knows(p) for p in parts) and set("".join(parts)) == set(word):
            found.append(Alternative(parts, weight=0.9))
        if len(word) == 1:
            found += [Alternative((w,), "prefix", 0.6 * trust) for w in lexicon.starting_with(word)]
            found += [Alternative((w,), "prefix", 0.4 * trust) for w in lexicon.holding(word)]
        elif not found:
            found += [Alternative((w,), "prefix", 0.8) for w in lexicon.starting_with(word, 5)]
        return found

    def _in_parts(self, word: str) -> tuple[Group, ...]:
        """A long Chinese word that nobody wrote (紧急状况) by those of its parts that somebody did."""
        groups: list[Group] = []
        parts = self._analyzer.parts(word)
        for part in (p for p in parts if not is_stop(p)):
            synonyms = [a for m in self._thesaurus.mentions([part]) for a in _alternatives(m)]
            groups.append(self._group(part, [*self._han(part), *synonyms]))
        rest = len(word) - sum(map(len, parts))
        if rest or not any(g.alternatives for g in groups):
            groups.append(Group(word, (), self._unknown(word) * rest / len(word), topical=False))
        return tuple(groups)

    def _guesses(self, word: str, *, alone: bool) -> list[Alternative]:
        """What a Latin word that nobody wrote may stand for, likeliest first; ``alone``: it is the whole query, still being typed."""
        lexicon = self._lexicon
        found = self._shorthand(word, 1.0)
        if len(word) >= 3:
            found += [Alternative((t,), "prefix", 0.8) for t in lexicon.starting_with(word, 5)]
        if len(word) >= (3 if alone else BEGUN_AMONG_OTHERS):
            found += [Alternative((w,), "pinyin", 0.7) for w in lexicon.sounding_begun(word, 4)]
        if not found or not any(a.kind == "prefix" for a in found):
            for near, distance in lexicon.near(word):
                meant = self._analyzer.stem(near)
                found.append(Alternative((meant,), "typo", 1 - 1.6 * distance / len(word)))
                found += self._named(meant, "typo")
        return found

    def _named(self, term: str, kind: MatchKind) -> list[Alternative]:
        """Other names of what one word names, when that word itself was read from something else (``kind``)."""
        found = (a for m in self._thesaurus.mentions([term]) for a in _alternatives(m))
        return [replace(a, kind=kind, weight=a.weight * 0.8) for a in found if a.weight > RELATED_WEIGHT]

    def _shorthand(self, word: str, weight: float) -> list[Alternative]:
        if not 2 <= len(word) <= 8 or not word.isascii() or not word.isalpha():
            return []
        found: list[Alternative] = []
        if word in self._lexicon.shorthand:
            found.append(Alternative((word,), "initials", weight, "initials"))
        found += [Alternative((w,), "initials", 0.5 * weight) for w in self._lexicon.by_initials(word, 4)]
        for form in self._short_names.get(word, []):
            found.append(Alternative(form, "initials", weight))
            found += [replace(a, kind="initials", weight=a.weight * weight) for m in self._thesaurus.mentions(form) for a in _alternatives(m)]
        return found

    def _read_sound(self, surface: str, sound: Sound, kind: MatchKind) -> Group:
        found = [Alternative((w,), kind, 1.0 if i == 0 else 0.85) for i, w in enumerate(sound.words)]
        for word in sound.words[:1]:
            found += self._named(word, kind)
        return self._group(surface, found)

    # ------------------------------------------------------------------ groups

    def _phrase(self, tokens: list[Token], mention: Mention) -> Group:
        """A term of several words (``negative feedback``): together, by another name, or, for little, in part."""
        terms = tuple(dict.fromkeys(t.term for t in tokens if not is_stop(t.surface))) or tuple(t.term for t in tokens)
        whole = Alternative(terms, weight=WHOLE_WEIGHT * len(terms) ** 0.5)  # _group takes the root off again
        parts = [Alternative((t,), weight=PART_WEIGHT) for t in terms] if len(terms) > 1 else []
        return self._group(" ".join(t.surface for t in tokens), [whole, *_alternatives(mention), *parts])

    def _group(self, surface: str, alternatives: list[Alternative]) -> Group:
        lexicon = self._lexicon
        usable = [
            replace(a, weight=a.weight / len(a.terms) ** 0.5) if len(a.terms) > 1 else a
            for a in alternatives
            if a.field != "all" or all(lexicon.knows(t) for t in a.terms)
        ]
        kept, share = self._levelled(list(dict.fromkeys(usable))[:MOST_ALTERNATIVES])
        if self._topical(kept):
            return Group(surface, kept, share)
        kept = tuple(replace(a, weight=a.weight * OFF_TOPIC) for a in kept)
        return Group(surface, kept, share * OFF_TOPIC if kept else self._unknown(surface), topical=False)

    def _unknown(self, word: str) -> float:
        """What a word nobody ever wrote counts: much where it names something."""
        return UNKNOWN_SHARE * (self._analyzer.substance(word) if is_han(word) else 1.0)

    def _topical(self, alternatives: tuple[Alternative, ...]) -> bool:
        """Whether this is something pages are about, not just a word that happens to stand in one."""
        head = self._lexicon.head
        telling = (a for a in alternatives if (a.kind != "prefix" or a.weight > 0.5) and not _one_syllable(a))
        return any(a.field == "initials" or all(t in head for t in a.terms) for a in telling)

    def _levelled(self, alternatives: list[Alternative]) -> tuple[tuple[Alternative, ...], float]:
        """One meaning, one idf: a rare way to say something common weighs no more than the common way.

        Returns the alternatives with their weights lowered to that, and that idf.
        """
        counts = self._lexicon.words
        frequency = {a: min(counts.get(t, 0) for t in a.terms) for a in alternatives if a.field == "all"}
        proper = [n for a, n in frequency.items() if a.weight >= NAME_WEIGHT * 0.8]
        if alternatives and alternatives[0].field == "initials":
            return tuple(alternatives), self._idf(self._lexicon.shorthand.get(alternatives[0].terms[0], 0))
        if not proper:
            return tuple(alternatives), self._idf(2 * max(frequency.values(), default=0))
        ceiling = self._idf(max(sum(proper), 2 * proper[0]))
        lowered = {a: replace(a, weight=a.weight * min(1.0, ceiling / self._idf(n))) for a, n in frequency.items()}
        return tuple(lowered.get(a, a) for a in alternatives), ceiling

    def _idf(self, frequency: int) -> float:
        return max(idf(self._lexicon.count, min(frequency, self._lexicon.count)), 0.05)


def _alternatives(mention: Mention) -> list[Alternative]:
    names = [Alternative(s, "synonym", NAME_WEIGHT) for s in mention.names]
    synonyms = [Alternative(s, "synonym", SYNONYM_WEIGHT) for s in mention.synonyms]
    return names + synonyms + [Alternative(s, "synonym", RELATED_WEIGHT) for s in mention.related]


def _numbered(tokens: Sequence[Token]) -> list[tuple[int, Token]]:
    """Tokens with the length of Chinese text before them, so that unbroken runs share start minus that."""
    out: list[tuple[int, Token]] = []
    length = 0
    for token in tokens:
        out.append((length, token))
        length += len(token.surface)
    return out


def _one_syllable(alternative: Alternative) -> bool:
    """A single character that was only heard: there are dozens of each sound."""
    return alternative.kind == "pinyin" and len(alternative.terms[0]) == 1


def _has_vowel(word: str) -> bool:
    return any(c in "aeiouv" for c in word) or has_han(word)
