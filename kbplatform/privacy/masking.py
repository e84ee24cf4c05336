"""Personal data is taken out of a text before it is stored; what remains is still a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from kbplatform.bilingual import Lang
from kbplatform.privacy.finder import find
from kbplatform.privacy.findings import HIDDEN, Finding
from kbplatform.privacy.rules import STANDARD, Rules


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that may be stored; ``hidden``: something was taken out of it. ``findings`` are places in the text before that."""

    text: str
    hidden: bool
    findings: tuple[Finding, ...] = ()


def mask(
    text: str, limit: int | None = None, *, lang: Lang | None = None, rules: Rules = STANDARD, keep: Collection[str] = ()
) -> Masked:
    """``text`` with a word in the place of everything that :func:`find` finds: ``〔手机号〕``, ``[mobile number]``.

    ``lang`` is the language of these words; without one they are three stars. ``keep`` holds the keys of findings that
    the writer says are not personal: heeded where a finding is ``correctable``, never for a valid mobile or ID number.
    ``findings`` of the result are all that was found, those kept included.

    With a ``limit`` the result is one line: control characters and blanks squeezed, looked at once more for what had stood on
    two lines, then cut at so many characters, so that no half of a number is left at the end.
    Masking what is masked already changes nothing. Time grows with the text's length.
    """
    findings = find(text, rules)
    gone = [f for f in findings if not (f.correctable and f.key in keep)]
    parts, at = [], 0
    for finding in gone:
        parts += [text[at : finding.start], rules.word(finding.kind, lang) if lang else HIDDEN]
        at = finding.end
    whole = "".join([*parts, text[at:]])
    if limit is None:
        return Masked(whole, bool(gone), findings)
    joined = mask(_one_line(whole), lang=lang, rules=rules, keep=keep)
    return Masked(joined.text[:limit].strip(), bool(gone) or joined.hidden, findings)


def _one_line(text: str) -> str:
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())
