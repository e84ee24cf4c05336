"""The advisory locks of PostgreSQL, in one place so that no two share a number."""

from __future__ import annotations

from enum import IntEnum, unique

_OURS = 0x6B62_0000


@unique
class AdvisoryLock(IntEnum):
    """What is done by one process at a time. The numbers are ours in the whole database: another program must not use them."""

    OUTBOX = _OURS + 1
    """Writing the outbox, so that the order of its rows is that of the commits."""
    MIGRATION = _OURS + 2
    """Upgrading the schema."""
    CONTENT = _OURS + 3
    """Taking in a content pack."""
    PEOPLE = _OURS + 4
    """Taking names, giving, changing and deleting roles: who comes second sees what the first one did."""
    FIRST_OWNER = _OURS + 5
    """Making the first account."""
    GAPS = _OURS + 6
    """Joining and deciding content gaps."""
    CODES = _OURS + 7
    """Giving spoken codes."""
    INDEXER = _OURS + 8
    """Writing the search index: held for as long as a process is the indexer."""
    INDEX_TABLES = _OURS + 9
    """Creating the tables of the search index."""
    PROPOSALS = _OURS + 10
    """Counting somebody's open proposals before another is added."""
