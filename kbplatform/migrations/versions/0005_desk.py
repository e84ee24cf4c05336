"""The call desk: uses, pins, spoken codes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.db import UtcDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

FIRST_FREE = 101

article = sa.table('kb_article', sa.column('id'), sa.column('kind'), sa.column('number'))
translation = sa.table('kb_translation', sa.column('id'), sa.column('article_id'), sa.column('lang'), sa.column('revision_number'))
revision_ = sa.table('kb_revision', sa.column('id'), sa.column('translation_id'), sa.column('number'))
section = sa.table('kb_section', sa.column('revision_id'), sa.column('position'), sa.column('key'))


def upgrade() -> None:
    op.create_table('kb_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('lang', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('call', sa.String(), nullable=False),
    sa.Column('ticket', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['kb_article.id'], name=op.f('fk_kb_use_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_use_user_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_use')),
    sa.UniqueConstraint('call', 'article_id', name=op.f('uq_kb_use_call_article_id'))
    )
    op.create_index('ix_kb_use_article_id_at', 'kb_use', ['article_id', 'at'], unique=False)
    op.create_index(op.f('ix_kb_use_user_id'), 'kb_use', ['user_id'], unique=False)
    op.create_table('kb_pin',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['kb_article.id'], name=op.f('fk_kb_pin_article_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_pin_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'article_id', name=op.f('pk_kb_pin'))
    )
    article_code = op.create_table('kb_article_code',
    sa.Column('code', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['kb_article.id'], name=op.f('fk_kb_article_code_article_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_kb_article_code')),
    sa.UniqueConstraint('article_id', name=op.f('uq_kb_article_code_article_id'))
    )
    section_code = op.create_table('kb_section_code',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['kb_article.id'], name=op.f('fk_kb_section_code_article_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('article_id', 'number', name=op.f('pk_kb_section_code')),
    sa.UniqueConstraint('article_id', 'key', name=op.f('uq_kb_section_code_article_id_key'))
    )
    _code_what_is_there(article_code, section_code)


def _code_what_is_there(article_code: sa.Table, section_code: sa.Table) -> None:
    """Articles by their number where it is free, the others from 101 on; sections as they stand, Chinese first."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(article.c.id, article.c.kind, article.c.number).order_by(article.c.id)).all()
    codes: dict[int, int] = {}
    for article_id, kind, number in rows:
        if kind == 'practice' and number and number not in codes:
            codes[number] = article_id
    done, free = set(codes.values()), FIRST_FREE
    for article_id, _kind, _number in rows:
        if article_id not in done:
            while free in codes:
                free += 1
            codes[free] = article_id
    keys: dict[int, list[str]] = {}
    current = sa.and_(revision_.c.translation_id == translation.c.id, revision_.c.number == translation.c.revision_number)
    standing = (
        sa.select(translation.c.article_id, section.c.key)
        .select_from(translation.join(revision_, current).join(section, section.c.revision_id == revision_.c.id))
        .where(section.c.key != '')
        .order_by(translation.c.article_id, translation.c.lang.desc(), section.c.position)
    )
    for article_id, key in connection.execute(standing):
        if key not in keys.setdefault(article_id, []):
            keys[article_id].append(key)
    if codes:
        op.bulk_insert(article_code, [{'code': code, 'article_id': article_id} for code, article_id in codes.items()])
    sections = [{'article_id': i, 'number': n, 'key': key} for i, found in keys.items() for n, key in enumerate(found, 1)]
    if sections:
        op.bulk_insert(section_code, sections)


def downgrade() -> None:
    for table in ('kb_section_code', 'kb_article_code', 'kb_pin', 'kb_use'):
        op.drop_table(table)
