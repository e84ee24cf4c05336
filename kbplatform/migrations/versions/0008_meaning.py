"""Whether an accepted proposal changed its section in meaning; when a conflict with a pack was settled"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.db import UtcDateTime

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('kb_proposal', sa.Column('in_meaning', sa.Boolean(), nullable=True))
    op.add_column('kb_sync_conflict', sa.Column('settled_at', UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('kb_sync_conflict', 'settled_at')
    op.drop_column('kb_proposal', 'in_meaning')  # not as a batch: that rebuilds the table, and its credits go with the old one
