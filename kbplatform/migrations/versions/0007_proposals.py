"""Edit proposals, what speaks for them, and whose experience a section holds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.db import UtcDateTime

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kb_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('heading', sa.String(), nullable=False),
    sa.Column('base_revision', sa.Integer(), nullable=False),
    sa.Column('base_text', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('accepted_revision', sa.Integer(), nullable=True),
    sa.Column('accepted_text', sa.String(), nullable=False),
    sa.Column('plugin', sa.String(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['kb_article.id'], name=op.f('fk_kb_proposal_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['kb_user.id'], name=op.f('fk_kb_proposal_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['decided_by'], ['kb_user.id'], name=op.f('fk_kb_proposal_decided_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_proposal'))
    )
    op.create_index('ix_kb_proposal_article_state', 'kb_proposal', ['article_id', 'lang', 'state'], unique=False)
    op.create_index(op.f('ix_kb_proposal_created_by'), 'kb_proposal', ['created_by'], unique=False)
    op.create_index(op.f('ix_kb_proposal_decided_by'), 'kb_proposal', ['decided_by'], unique=False)
    op.create_index('ix_kb_proposal_origin', 'kb_proposal', ['plugin', 'ref'], unique=False)
    op.create_index('ix_kb_proposal_state_id', 'kb_proposal', ['state', 'id'], unique=False)
    op.create_table('kb_credit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('erased', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['kb_article.id'], name=op.f('fk_kb_credit_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['proposal_id'], ['kb_proposal.id'], name=op.f('fk_kb_credit_proposal_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_credit_user_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_credit'))
    )
    op.create_index(op.f('ix_kb_credit_proposal_id'), 'kb_credit', ['proposal_id'], unique=False)
    op.create_index('ix_kb_credit_ref', 'kb_credit', ['ref'], unique=False)
    op.create_index('ix_kb_credit_section', 'kb_credit', ['article_id', 'lang', 'section'], unique=False)
    op.create_index(op.f('ix_kb_credit_user_id'), 'kb_credit', ['user_id'], unique=False)
    op.create_table('kb_proposal_evidence',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('zh', sa.String(), nullable=False),
    sa.Column('en', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('number', sa.Float(), nullable=True),
    sa.Column('link', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['proposal_id'], ['kb_proposal.id'], name=op.f('fk_kb_proposal_evidence_proposal_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('proposal_id', 'position', name=op.f('pk_kb_proposal_evidence'))
    )


def downgrade() -> None:
    for table in ('kb_proposal_evidence', 'kb_credit', 'kb_proposal'):
        op.drop_table(table)
