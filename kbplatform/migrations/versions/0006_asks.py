"""How people ask for a page"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('kb_revision') as batch:
        batch.add_column(sa.Column('asks', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('kb_revision') as batch:
        batch.drop_column('asks')
