"""Content gaps: questions without an answer, and who asked them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.db import UtcDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kb_gap',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('query', sa.String(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('meaning_version', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('first_asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('answer_slug', sa.String(), nullable=False),
    sa.Column('answer_section', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('merged_into', sa.Integer(), nullable=True),
    sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['merged_into'], ['kb_gap.id'], name=op.f('fk_kb_gap_merged_into')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_gap'))
    )
    op.create_index(op.f('ix_kb_gap_meaning_version'), 'kb_gap', ['meaning_version'], unique=False)
    op.create_index(op.f('ix_kb_gap_merged_into'), 'kb_gap', ['merged_into'], unique=False)
    op.create_index('ix_kb_gap_state_asked', 'kb_gap', ['state', 'asked', 'id'], unique=False)
    op.create_index('ix_kb_gap_state_last', 'kb_gap', ['state', 'last_asked_at', 'id'], unique=False)
    op.create_table('kb_gap_term',
    sa.Column('term', sa.String(), nullable=False),
    sa.Column('gap_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['gap_id'], ['kb_gap.id'], name=op.f('fk_kb_gap_term_gap_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('term', 'gap_id', name=op.f('pk_kb_gap_term'))
    )
    op.create_index(op.f('ix_kb_gap_term_gap_id'), 'kb_gap_term', ['gap_id'], unique=False)
    op.create_table('kb_gap_wording',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('gap_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('signature', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['gap_id'], ['kb_gap.id'], name=op.f('fk_kb_gap_wording_gap_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_gap_wording'))
    )
    op.create_index(op.f('ix_kb_gap_wording_gap_id'), 'kb_gap_wording', ['gap_id'], unique=False)
    op.create_index(op.f('ix_kb_gap_wording_signature'), 'kb_gap_wording', ['signature'], unique=False)
    op.create_table('kb_gap_ask',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('gap_id', sa.Integer(), nullable=False),
    sa.Column('wording_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('visitor', sa.String(), nullable=True),
    sa.Column('context', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['gap_id'], ['kb_gap.id'], name=op.f('fk_kb_gap_ask_gap_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_gap_ask_user_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['wording_id'], ['kb_gap_wording.id'], name=op.f('fk_kb_gap_ask_wording_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_gap_ask'))
    )
    op.create_index('ix_kb_gap_ask_gap_id_at', 'kb_gap_ask', ['gap_id', 'at'], unique=False)
    op.create_index(op.f('ix_kb_gap_ask_user_id'), 'kb_gap_ask', ['user_id'], unique=False)
    op.create_index(op.f('ix_kb_gap_ask_wording_id'), 'kb_gap_ask', ['wording_id'], unique=False)


def downgrade() -> None:
    for table in ('kb_gap_ask', 'kb_gap_wording', 'kb_gap_term', 'kb_gap'):
        op.drop_table(table)
