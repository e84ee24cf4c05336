"""Quizzes, attempts with their events, flags, assignments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("quizzes_allowance",
    sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("percent", sa.Integer(), nullable=False),
    sa.Column("by", sa.Integer(), nullable=True),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("user_id", name=op.f("pk_quizzes_allowance"))
    )
    op.create_table("quizzes_quiz",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("key", sa.String(), nullable=False),
    sa.Column("practice", sa.String(), nullable=True),
    sa.Column("zh", sa.String(), nullable=False),
    sa.Column("en", sa.String(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("rule", sa.JSON(), nullable=False),
    sa.Column("own", sa.Boolean(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("by", sa.Integer(), nullable=True),
    sa.Column("changed_at", UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_quiz")),
    sa.UniqueConstraint("key", name=op.f("uq_quizzes_quiz_key"))
    )
    op.create_index(op.f("ix_quizzes_quiz_practice"), "quizzes_quiz", ["practice"])
    op.create_table("quizzes_reading",
    sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("slug", sa.String(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint("user_id", "slug", name=op.f("pk_quizzes_reading"))
    )
    op.create_table("quizzes_section",
    sa.Column("slug", sa.String(), nullable=False),
    sa.Column("lang", sa.String(), nullable=False),
    sa.Column("section", sa.String(), nullable=False),
    sa.Column("hash", sa.String(), nullable=False),
    sa.Column("changed_at", UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint("slug", "lang", "section", name=op.f("pk_quizzes_section"))
    )
    op.create_table("quizzes_assignment",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("quiz_id", sa.Integer(), nullable=True),
    sa.Column("slug", sa.String(), nullable=True),
    sa.Column("user_id", sa.Integer(), nullable=True),
    sa.Column("team", sa.String(), nullable=True),
    sa.Column("due_on", sa.Date(), nullable=True),
    sa.Column("note", sa.String(), nullable=False),
    sa.Column("by", sa.Integer(), nullable=True),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(["quiz_id"], ["quizzes_quiz.id"], name=op.f("fk_quizzes_assignment_quiz_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_assignment"))
    )
    op.create_index("ix_quizzes_assignment_team", "quizzes_assignment", ["team"])
    op.create_index("ix_quizzes_assignment_user", "quizzes_assignment", ["user_id"])
    op.create_table("quizzes_attempt",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("token", sa.String(), nullable=False),
    sa.Column("quiz_id", sa.Integer(), nullable=False),
    sa.Column("user_id", sa.Integer(), nullable=True),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("rule", sa.JSON(), nullable=False),
    sa.Column("seed", sa.String(), nullable=False),
    sa.Column("lang", sa.String(), nullable=False),
    sa.Column("started_at", UtcDateTime(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("deadline_at", UtcDateTime(), nullable=True),
    sa.Column("paused_at", UtcDateTime(), nullable=True),
    sa.Column("ended_at", UtcDateTime(), nullable=True),
    sa.Column("ended_by", sa.String(), nullable=True),
    sa.Column("percent", sa.Float(), nullable=True),
    sa.Column("passed", sa.Boolean(), nullable=True),
    sa.Column("waiting", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["quiz_id"], ["quizzes_quiz.id"], name=op.f("fk_quizzes_attempt_quiz_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_attempt")),
    sa.UniqueConstraint("quiz_id", "user_id", "kind", "number", name=op.f("uq_quizzes_attempt_quiz_id_user_id_kind_number")),
    sa.UniqueConstraint("token", name=op.f("uq_quizzes_attempt_token"))
    )
    op.create_index("ix_quizzes_attempt_due", "quizzes_attempt", ["state", "deadline_at"])
    op.create_index("ix_quizzes_attempt_quiz", "quizzes_attempt", ["quiz_id", "state", "ended_at"])
    op.create_index("ix_quizzes_attempt_user", "quizzes_attempt", ["user_id", "started_at"])
    op.create_index("uq_quizzes_attempt_open", "quizzes_attempt", ["quiz_id", "user_id", "kind"], unique=True, sqlite_where=sa.text("state <> 'done'"), postgresql_where=sa.text("state <> 'done'"))
    op.create_table("quizzes_flag",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("question_id", sa.Integer(), nullable=False),
    sa.Column("reason", sa.String(), nullable=False),
    sa.Column("note", sa.String(), nullable=False),
    sa.Column("by", sa.Integer(), nullable=True),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("settled_at", UtcDateTime(), nullable=True),
    sa.Column("settled_by", sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(["question_id"], ["quizzes_question.id"], name=op.f("fk_quizzes_flag_question_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_flag"))
    )
    op.create_index("ix_quizzes_flag_open", "quizzes_flag", ["settled_at", "question_id"])
    op.create_table("quizzes_event",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("attempt_id", sa.Integer(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=True),
    sa.Column("by", sa.Integer(), nullable=True),
    sa.Column("data", sa.JSON(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(["attempt_id"], ["quizzes_attempt.id"], name=op.f("fk_quizzes_event_attempt_id"), ondelete="CASCADE"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_quizzes_event"))
    )
    op.create_index("ix_quizzes_event_attempt", "quizzes_event", ["attempt_id", "id"])
    op.create_table("quizzes_item",
    sa.Column("attempt_id", sa.Integer(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("question_id", sa.Integer(), nullable=False),
    sa.Column("version", sa.String(), nullable=False),
    sa.Column("points", sa.Float(), nullable=False),
    sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("sent", sa.JSON(), nullable=False),
    sa.Column("rev", sa.Integer(), nullable=False),
    sa.Column("sure", sa.Boolean(), nullable=True),
    sa.Column("fraction", sa.Float(), nullable=True),
    sa.Column("waiting", sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(["attempt_id"], ["quizzes_attempt.id"], name=op.f("fk_quizzes_item_attempt_id"), ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["question_id"], ["quizzes_question.id"], name=op.f("fk_quizzes_item_question_id")),
    sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_quizzes_item"))
    )
    op.create_index("ix_quizzes_item_question", "quizzes_item", ["question_id", "version"])
    op.create_index("ix_quizzes_item_waiting", "quizzes_item", ["waiting", "attempt_id"])
    op.add_column("quizzes_question", sa.Column("file_version", sa.String(), nullable=True))
    op.add_column("quizzes_version", sa.Column("by", sa.Integer(), nullable=True))
    op.execute("UPDATE quizzes_question SET file_version = version")  # until now, every question came from a file


def downgrade() -> None:
    op.drop_column("quizzes_version", "by")
    op.drop_column("quizzes_question", "file_version")
    op.drop_table("quizzes_item")
    op.drop_table("quizzes_event")
    op.drop_table("quizzes_flag")
    op.drop_table("quizzes_attempt")
    op.drop_table("quizzes_assignment")
    op.drop_table("quizzes_section")
    op.drop_table("quizzes_reading")
    op.drop_table("quizzes_quiz")
    op.drop_table("quizzes_allowance")
