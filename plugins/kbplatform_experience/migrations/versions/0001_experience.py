"""Entries, what colleagues do with them, moderation, promotion"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.sdk import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('experience_draft',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', 'key', name=op.f('pk_experience_draft'))
    )
    op.create_index(op.f('ix_experience_draft_saved_at'), 'experience_draft', ['saved_at'], unique=False)
    op.create_table('experience_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('lesson', sa.String(), nullable=False),
    sa.Column('situation', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('result', sa.String(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('team', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('unnamed', sa.Boolean(), nullable=False),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.Column('thanks', sa.Integer(), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('comments', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_entry'))
    )
    op.create_index('ix_experience_entry_article', 'experience_entry', ['slug', 'state', 'at'], unique=False)
    op.create_index('ix_experience_entry_feed', 'experience_entry', ['state', 'at', 'id'], unique=False)
    op.create_index('ix_experience_entry_team', 'experience_entry', ['team', 'state', 'at'], unique=False)
    op.create_index('ix_experience_entry_used', 'experience_entry', ['state', 'uses', 'id'], unique=False)
    op.create_index(op.f('ix_experience_entry_user_id'), 'experience_entry', ['user_id'], unique=False)
    op.create_table('experience_follow',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('user_id', 'kind', 'key', name=op.f('pk_experience_follow'))
    )
    op.create_table('experience_attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('mime', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_attachment_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_attachment'))
    )
    op.create_index(op.f('ix_experience_attachment_entry_id'), 'experience_attachment', ['entry_id'], unique=False)
    op.create_table('experience_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_comment_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_comment'))
    )
    op.create_index('ix_experience_comment_entry_id_at', 'experience_comment', ['entry_id', 'at'], unique=False)
    op.create_index(op.f('ix_experience_comment_user_id'), 'experience_comment', ['user_id'], unique=False)
    op.create_table('experience_notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('seen_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_notice_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_notice'))
    )
    op.create_index('ix_experience_notice_user_id_seen', 'experience_notice', ['user_id', 'seen_at', 'at'], unique=False)
    op.create_table('experience_promotion',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_promotion_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('entry_id', 'proposal_id', name=op.f('pk_experience_promotion'))
    )
    op.create_index(op.f('ix_experience_promotion_proposal_id'), 'experience_promotion', ['proposal_id'], unique=False)
    op.create_table('experience_reaction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('helped', sa.Boolean(), nullable=True),
    sa.Column('result', sa.String(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_reaction_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_reaction')),
    sa.UniqueConstraint('entry_id', 'user_id', 'kind', name='uq_experience_reaction_entry_id')
    )
    op.create_index(op.f('ix_experience_reaction_user_id'), 'experience_reaction', ['user_id'], unique=False)
    op.create_table('experience_tag',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('tag', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_tag_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('entry_id', 'tag', name=op.f('pk_experience_tag'))
    )
    op.create_index('ix_experience_tag_tag', 'experience_tag', ['tag', 'entry_id'], unique=False)
    op.create_table('experience_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['experience_comment.id'], name=op.f('fk_experience_decision_comment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_decision_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_decision'))
    )
    op.create_index(op.f('ix_experience_decision_entry_id'), 'experience_decision', ['entry_id'], unique=False)
    op.create_table('experience_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.Column('settled_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['comment_id'], ['experience_comment.id'], name=op.f('fk_experience_report_comment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['entry_id'], ['experience_entry.id'], name=op.f('fk_experience_report_entry_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_report'))
    )
    op.create_index('ix_experience_report_open', 'experience_report', ['settled_at', 'entry_id'], unique=False)



def downgrade() -> None:

    op.drop_index('ix_experience_report_open', table_name='experience_report')
    op.drop_table('experience_report')
    op.drop_index(op.f('ix_experience_decision_entry_id'), table_name='experience_decision')
    op.drop_table('experience_decision')
    op.drop_index('ix_experience_tag_tag', table_name='experience_tag')
    op.drop_table('experience_tag')
    op.drop_index(op.f('ix_experience_reaction_user_id'), table_name='experience_reaction')
    op.drop_table('experience_reaction')
    op.drop_index(op.f('ix_experience_promotion_proposal_id'), table_name='experience_promotion')
    op.drop_table('experience_promotion')
    op.drop_index('ix_experience_notice_user_id_seen', table_name='experience_notice')
    op.drop_table('experience_notice')
    op.drop_index(op.f('ix_experience_comment_user_id'), table_name='experience_comment')
    op.drop_index('ix_experience_comment_entry_id_at', table_name='experience_comment')
    op.drop_table('experience_comment')
    op.drop_index(op.f('ix_experience_attachment_entry_id'), table_name='experience_attachment')
    op.drop_table('experience_attachment')
    op.drop_table('experience_follow')
    op.drop_index(op.f('ix_experience_entry_user_id'), table_name='experience_entry')
    op.drop_index('ix_experience_entry_used', table_name='experience_entry')
    op.drop_index('ix_experience_entry_team', table_name='experience_entry')
    op.drop_index('ix_experience_entry_feed', table_name='experience_entry')
    op.drop_index('ix_experience_entry_article', table_name='experience_entry')
    op.drop_table('experience_entry')
    op.drop_index(op.f('ix_experience_draft_saved_at'), table_name='experience_draft')
    op.drop_table('experience_draft')

