"""People, roles, teams, sessions, tokens, audit"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kbplatform.db import UtcDateTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# A row of the audit is never changed, not even by us.
_SQLITE = """
CREATE TRIGGER kb_audit_no_{lower} BEFORE {upper} ON kb_audit
BEGIN SELECT RAISE(ABORT, 'kb_audit is append-only'); END
"""
_SQLITE_REPLACE = """
CREATE TRIGGER kb_audit_no_replace BEFORE INSERT ON kb_audit WHEN EXISTS (SELECT 1 FROM kb_audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'kb_audit is append-only'); END
"""
_POSTGRES = (
    """
CREATE FUNCTION kb_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'kb_audit is append-only'; END $$
""",
    "CREATE TRIGGER kb_audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON kb_audit FOR EACH STATEMENT EXECUTE FUNCTION kb_audit_refuse()",
)


def upgrade() -> None:
    op.create_table('kb_audit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('object_kind', sa.String(), nullable=False),
    sa.Column('object_id', sa.String(), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_audit'))
    )
    op.create_index('ix_kb_audit_action', 'kb_audit', ['action', 'id'], unique=False)
    op.create_index('ix_kb_audit_actor_id', 'kb_audit', ['actor_id', 'id'], unique=False)
    op.create_index('ix_kb_audit_object', 'kb_audit', ['object_kind', 'object_id', 'id'], unique=False)
    op.create_table('kb_role',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('zh', sa.String(), nullable=False),
    sa.Column('en', sa.String(), nullable=False),
    sa.Column('second_factor', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_kb_role'))
    )
    op.create_table('kb_role_permission',
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('permission', sa.String(), nullable=False),
    sa.Column('allowed', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('role', 'permission', name=op.f('pk_kb_role_permission'))
    )
    op.create_table('kb_site_choice',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_kb_site_choice'))
    )
    op.create_table('kb_team',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_key', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_team')),
    sa.UniqueConstraint('key', name=op.f('uq_kb_team_key')),
    sa.UniqueConstraint('name_key', name=op.f('uq_kb_team_name_key'))
    )
    op.create_table('kb_tries',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('last_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('blocked_until', UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_kb_tries'))
    )
    op.create_table('kb_user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_key', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('email_key', sa.String(), nullable=True),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('totp_secret', sa.String(), nullable=True),
    sa.Column('totp_step', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('password_changed_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('erased_at', UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_user')),
    sa.UniqueConstraint('email_key', name=op.f('uq_kb_user_email_key')),
    sa.UniqueConstraint('name_key', name=op.f('uq_kb_user_name_key'))
    )
    op.create_table('kb_api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('hint', sa.String(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_api_token_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_kb_api_token_token_hash'))
    )
    op.create_index(op.f('ix_kb_api_token_user_id'), 'kb_api_token', ['user_id'], unique=False)
    op.create_table('kb_one_time_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_one_time_link_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_one_time_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_kb_one_time_link_token_hash'))
    )
    op.create_index(op.f('ix_kb_one_time_link_user_id'), 'kb_one_time_link', ['user_id'], unique=False)
    op.create_table('kb_recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('used_at', UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_recovery_code_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_recovery_code'))
    )
    op.create_index(op.f('ix_kb_recovery_code_user_id'), 'kb_recovery_code', ['user_id'], unique=False)
    op.create_table('kb_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('user_agent', sa.String(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_session_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_kb_session_token_hash'))
    )
    op.create_index(op.f('ix_kb_session_user_id'), 'kb_session', ['user_id'], unique=False)
    op.create_table('kb_team_member',
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['team_id'], ['kb_team.id'], name=op.f('fk_kb_team_member_team_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_team_member_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('team_id', 'user_id', name=op.f('pk_kb_team_member'))
    )
    op.create_index(op.f('ix_kb_team_member_user_id'), 'kb_team_member', ['user_id'], unique=False)
    op.create_table('kb_user_role',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_user_role_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'role', name=op.f('pk_kb_user_role'))
    )

    op.create_table('kb_passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('credential_id', sa.String(), nullable=False),
    sa.Column('public_key', sa.String(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['kb_user.id'], name=op.f('fk_kb_passkey_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kb_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_kb_passkey_credential_id'))
    )
    op.create_index(op.f('ix_kb_passkey_user_id'), 'kb_passkey', ['user_id'], unique=False)
    with op.batch_alter_table('kb_article', schema=None) as batch_op:
        batch_op.add_column(sa.Column('audience_set', sa.Boolean(), server_default=sa.false(), nullable=False))
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('update', 'delete'):
            op.execute(_SQLITE.format(lower=what, upper=what.upper()))
        op.execute(_SQLITE_REPLACE)
    else:
        for statement in _POSTGRES:
            op.execute(statement)


def downgrade() -> None:
    op.drop_table('kb_passkey')
    with op.batch_alter_table('kb_article', schema=None) as batch_op:
        batch_op.drop_column('audience_set')
    if op.get_bind().dialect.name != 'sqlite':
        op.execute('DROP TRIGGER kb_audit_no_change ON kb_audit')
        op.execute('DROP FUNCTION kb_audit_refuse')
    op.drop_table('kb_user_role')
    op.drop_table('kb_team_member')
    op.drop_table('kb_session')
    op.drop_table('kb_recovery_code')
    op.drop_table('kb_one_time_link')
    op.drop_table('kb_api_token')
    op.drop_table('kb_user')
    op.drop_table('kb_tries')
    op.drop_table('kb_team')
    op.drop_table('kb_site_choice')
    op.drop_table('kb_role_permission')
    op.drop_table('kb_role')
    op.drop_table('kb_audit')
