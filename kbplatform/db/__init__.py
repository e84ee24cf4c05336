"""The database: one engine, two kinds of transaction, typed models."""

from kbplatform.db.engine import Database
from kbplatform.db.models import Base, UtcDateTime, utcnow

__all__ = ["Base", "Database", "UtcDateTime", "utcnow"]
