"""Pictures that came in with questions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quizzes_attachment",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_quizzes_attachment")),
    )


def downgrade() -> None:
    op.drop_table("quizzes_attachment")
