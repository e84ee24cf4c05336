"""Alembic scripts of the core; plugins keep theirs in ``<plugin>/migrations/versions``."""
