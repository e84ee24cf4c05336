"""The database: one engine, two kinds of transaction, typed models."""

from kbplatform.db.engine import Database, one_at_a_time
from kbplatform.db.locks import AdvisoryLock
from kbplatform.db.models import Base, UtcDateTime, utcnow

__all__ = ["AdvisoryLock", "Base", "Database", "UtcDateTime", "one_at_a_time", "utcnow"]
