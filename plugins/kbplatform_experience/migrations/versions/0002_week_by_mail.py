"""Who wants the week by mail, and whom it was sent to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('experience_digest_choice',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_experience_digest_choice'))
    )
    op.create_table('experience_digest_mail',
    sa.Column('week', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('week', 'user_id', name=op.f('pk_experience_digest_mail'))
    )
    op.create_index(op.f('ix_experience_digest_mail_user_id'), 'experience_digest_mail', ['user_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_experience_digest_mail_user_id'), table_name='experience_digest_mail')
    op.drop_table('experience_digest_mail')
    op.drop_table('experience_digest_choice')
