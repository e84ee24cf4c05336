"""An index that finds the best entries of an article without reading them"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_experience_entry_best", "experience_entry", ["slug", "state", "section", "kind", "uses", "thanks", "at", "id"])


def downgrade() -> None:
    op.drop_index("ix_experience_entry_best", table_name="experience_entry")
