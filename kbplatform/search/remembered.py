"""Answers of an object's method, remembered for as long as the object lives and no longer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TypeVar
from weakref import WeakMethod

Answer = TypeVar("Answer")


def remembered(method: Callable[..., Answer], most: int) -> Callable[..., Answer]:
    """``lru_cache`` for a bound method, to be kept at its own object.

    With a plain one the object would refer to itself: vocabularies of megabytes, replaced after each edit, would stay until
    Python's garbage collector comes by, which a settled one seldom does (see :mod:`kbplatform.collector`).
    """
    own = WeakMethod(method)

    @lru_cache(maxsize=most)
    def ask(*arguments: Hashable, **named: Hashable) -> Answer:
        asked = own()
        assert asked is not None  # noqa: S101 - who asks holds the object
        return asked(*arguments, **named)

    return ask
