"""What was answered to a flag, and which text of its file a question was kept against"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quizzes_flag", sa.Column("answer", sa.String(), nullable=True))
    op.add_column("quizzes_question", sa.Column("kept_against", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("quizzes_question") as table:
        table.drop_column("kept_against")
    with op.batch_alter_table("quizzes_flag") as table:
        table.drop_column("answer")
