"""Questions added or changed on the site itself, and pictures that came in with questions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quizzes_question") as batch:
        batch.add_column(sa.Column("here", sa.Boolean(), nullable=False, server_default=sa.false()))
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
    with op.batch_alter_table("quizzes_question") as batch:
        batch.drop_column("here")
