"""The house: articles, revisions, site facts, outbox"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.db import UtcDateTime

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kb_group',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('zh', sa.String(), nullable=False),
    sa.Column('en', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_group'))
    )
    op.create_table('kb_outbox',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_kb_outbox')),
    sqlite_autoincrement=True
    )
    op.create_table('kb_outbox_cursor',
    sa.Column('consumer', sa.String(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('consumer', name=op.f('pk_kb_outbox_cursor'))
    )
    op.create_table('kb_site_fact',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('updated_at', UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', 'lang', name=op.f('pk_kb_site_fact'))
    )
    op.create_table('kb_article',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.String(), nullable=True),
    sa.Column('related', sa.JSON(), nullable=False),
    sa.Column('moment', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('verify_days', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['kb_group.id'], name=op.f('fk_kb_article_group_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_article')),
    sa.UniqueConstraint('slug', name=op.f('uq_kb_article_slug'))
    )
    with op.batch_alter_table('kb_article', schema=None) as batch_op:
        batch_op.create_index('ix_kb_article_kind_number', ['kind', 'number'], unique=False)

    op.create_table('kb_translation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('pack_hash', sa.String(), nullable=True),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('updated_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['kb_article.id'], name=op.f('fk_kb_translation_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_translation')),
    sa.UniqueConstraint('article_id', 'lang', name=op.f('uq_kb_translation_article_id_lang'))
    )
    with op.batch_alter_table('kb_translation', schema=None) as batch_op:
        batch_op.create_index('ix_kb_translation_updated_at', ['updated_at'], unique=False)

    op.create_table('kb_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('translation_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('source_hash', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('angle', sa.String(), nullable=False),
    sa.Column('summary', sa.String(), nullable=False),
    sa.Column('aliases', sa.JSON(), nullable=False),
    sa.Column('renderer_version', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['translation_id'], ['kb_translation.id'], name=op.f('fk_kb_revision_translation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_revision')),
    sa.UniqueConstraint('translation_id', 'number', name=op.f('uq_kb_revision_translation_id_number'))
    )
    op.create_table('kb_sync_conflict',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('translation_id', sa.Integer(), nullable=False),
    sa.Column('pack_hash', sa.String(), nullable=False),
    sa.Column('pack_source', sa.String(), nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['translation_id'], ['kb_translation.id'], name=op.f('fk_kb_sync_conflict_translation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_sync_conflict')),
    sa.UniqueConstraint('translation_id', 'pack_hash', name=op.f('uq_kb_sync_conflict_translation_id_pack_hash'))
    )
    op.create_table('kb_section',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('heading', sa.String(), nullable=False),
    sa.Column('html', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['revision_id'], ['kb_revision.id'], name=op.f('fk_kb_section_revision_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_section')),
    sa.UniqueConstraint('revision_id', 'position', name=op.f('uq_kb_section_revision_id_position'))
    )


def downgrade() -> None:
    op.drop_table('kb_section')
    op.drop_table('kb_sync_conflict')
    op.drop_table('kb_revision')
    with op.batch_alter_table('kb_translation', schema=None) as batch_op:
        batch_op.drop_index('ix_kb_translation_updated_at')

    op.drop_table('kb_translation')
    with op.batch_alter_table('kb_article', schema=None) as batch_op:
        batch_op.drop_index('ix_kb_article_kind_number')

    op.drop_table('kb_article')
    op.drop_table('kb_site_fact')
    op.drop_table('kb_outbox_cursor')
    op.drop_table('kb_outbox')
    op.drop_table('kb_group')
