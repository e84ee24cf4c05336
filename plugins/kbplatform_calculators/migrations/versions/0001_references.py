"""Which articles name which calculators"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calculators_reference",
        sa.Column("calculator", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("calculator", "slug", "lang", name=op.f("pk_calculators_reference")),
    )
    op.create_index(op.f("ix_calculators_reference_slug"), "calculators_reference", ["slug"])


def downgrade() -> None:
    op.drop_table("calculators_reference")
