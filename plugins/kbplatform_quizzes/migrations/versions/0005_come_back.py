"""Which questions of an attempt its taker wants to come back to: they stood in one browser only"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quizzes_item") as table:
        table.add_column(sa.Column("later", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("quizzes_item") as table:
        table.alter_column("later", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("quizzes_item") as table:
        table.drop_column("later")
