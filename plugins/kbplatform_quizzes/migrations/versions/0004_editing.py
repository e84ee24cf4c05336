"""What was answered to a flag, which text of its file a question was kept against, files waiting to be taken in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quizzes_flag", sa.Column("answer", sa.String(), nullable=True))
    op.add_column("quizzes_question", sa.Column("kept_against", sa.String(), nullable=True))
    op.create_table(
        "quizzes_upload",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_quizzes_upload")),
    )
    op.create_index("ix_quizzes_upload_expires_at", "quizzes_upload", ["expires_at"])


def downgrade() -> None:
    op.drop_table("quizzes_upload")
    with op.batch_alter_table("quizzes_question") as table:
        table.drop_column("kept_against")
    with op.batch_alter_table("quizzes_flag") as table:
        table.drop_column("answer")
