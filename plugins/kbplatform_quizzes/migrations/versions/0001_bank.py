"""The question bank: files taken in, questions, their texts over time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quizzes_sheet",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_quizzes_sheet")),
    )
    op.create_table(
        "quizzes_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_question")),
        sa.UniqueConstraint("slug", "key", name=op.f("uq_quizzes_question_slug")),
    )
    op.create_table(
        "quizzes_version",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["quizzes_question.id"], name=op.f("fk_quizzes_version_question_id_quizzes_question")),
        sa.PrimaryKeyConstraint("question_id", "version", name=op.f("pk_quizzes_version")),
    )


def downgrade() -> None:
    op.drop_table("quizzes_version")
    op.drop_table("quizzes_question")
    op.drop_table("quizzes_sheet")
