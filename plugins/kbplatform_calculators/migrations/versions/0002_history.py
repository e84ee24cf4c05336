"""Saved runs, and the outcomes of files until they are fetched"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calculators_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calculator", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calculators_run")),
    )
    op.create_index("ix_calculators_run_trend", "calculators_run", ["calculator", "team", "ends_on"])
    op.create_index("ix_calculators_run_team", "calculators_run", ["team", "ends_on"])
    op.create_index("ix_calculators_run_author_id", "calculators_run", ["author_id", "ends_on"])
    op.create_table(
        "calculators_batch",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_calculators_batch")),
    )
    op.create_index(op.f("ix_calculators_batch_author_id"), "calculators_batch", ["author_id"])
    op.create_index(op.f("ix_calculators_batch_expires_at"), "calculators_batch", ["expires_at"])


def downgrade() -> None:
    op.drop_table("calculators_batch")
    op.drop_table("calculators_run")
