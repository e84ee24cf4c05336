"""How people ask for a page"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('kb_revision', sa.Column('asks', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    op.drop_column('kb_revision', 'asks')  # not as a batch: that rebuilds the table, and its sections go with the old one
