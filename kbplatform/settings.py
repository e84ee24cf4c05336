"""Settings: defaults, then the TOML file, then ``KBPLATFORM_*``, then the command line."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kbplatform.bilingual import Text
from kbplatform.errors import SettingsError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


class Settings(BaseSettings):
    """Everything an operator can set. Paths are absolute after loading."""

    model_config = SettingsConfigDict(env_prefix="KBPLATFORM_", env_ignore_empty=True, extra="forbid", frozen=True)

    data_dir: Path = Path(".kbplatform")
    """Where the database, the index and the secret key live."""
    database_url: str = ""
    """SQLAlchemy URL; empty means a SQLite file in the data directory."""
    search_engine: str = "auto"
    """``auto``: PostgreSQL where the database is, else ``whoosh``; or ``memory``, or the name of a plugin's engine."""
    content_dir: Path | None = None
    """A content pack to serve instead of the bundled one."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    threads: int = Field(default=8, ge=1, le=256)
    public_url: str = ""
    """How browsers reach the site, for example ``https://kb.example.com``."""
    allowed_hosts: list[str] = Field(default_factory=list)
    """Host names answered besides loopback, ``host`` and the one in ``public_url``."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies stand in front and set ``X-Forwarded-*``."""
    secret_key: str = ""
    """Signs cookies; empty means one is made on first start and kept in the data directory."""
    read_access: Literal["auto", "everyone", "signed-in"] = "auto"
    """Who may read. ``auto``: what the owner chose; until then everyone, as long as this machine alone sees the site and has no accounts."""
    smtp_host: str = ""
    """Mail server; empty means that mails are printed to the log."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = "kbplatform@localhost"
    sso_create: bool = True
    """Whether somebody whom a provider vouches for gets an account at their first sign-in."""
    sso_link_by_email: bool = False
    """Whether a provider's verified address leads into the account that has it already."""
    sso_roles: dict[str, str] = Field(default_factory=dict)
    """Group of the provider → role. A role named here is held by those alone whose groups give it."""
    sso_teams: dict[str, str] = Field(default_factory=dict)
    """Group of the provider → key of a team, in the same way."""
    oidc_issuer: str = ""
    """OpenID Connect: the provider's address, such as ``https://login.example.com``; empty means there is none."""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_label: str = ""
    """What the button says the provider is called."""
    oidc_groups_claim: str = "groups"
    oidc_scopes: str = "openid profile email"
    gaps_keep_days: int = Field(default=730, ge=0, le=36_500)
    """Answered and declined content gaps are forgotten when nobody has asked for this long; 0 keeps them for good."""
    experience_review: Literal["after", "first"] = "after"
    """``first``: moderators look at an entry of experience before colleagues see it."""
    experience_digest: Literal["asked", "everyone", "off"] = "asked"
    """Who gets the week in experience by mail: those who asked for it, all who did not refuse it, or nobody."""
    masking_file: Path | None = None
    """What the site masks besides personal data of the usual kinds; empty means ``masking.toml`` in the data directory, if it is there."""
    site_name: str = ""
    default_lang: Literal["zh", "en"] = "zh"
    disabled_plugins: list[str] = Field(default_factory=list)
    strict_plugins: bool = False
    """Stop at start when a plugin cannot be loaded, instead of leaving it out."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"

    @field_validator("data_dir", "content_dir", "masking_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().resolve() if value else value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            msg = "accepted: http://host or https://host, with an optional port and no path"
            raise ValueError(msg)
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("search_engine")
    @classmethod
    def _search_engine(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", value):
            msg = "accepted: auto, whoosh, postgres, memory, or the name of a plugin's engine"
            raise ValueError(msg)
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _oidc_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and not (parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))):
            msg = "accepted: https://host, with an optional path (http:// only on this machine)"
            raise ValueError(msg)
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _oidc_scopes(cls, value: str) -> str:
        if "openid" not in value.split():
            msg = "accepted: scopes with spaces between them, openid among them"
            raise ValueError(msg)
        return value

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str) -> str:
        if value.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + value.split("://", 1)[1]
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            msg = "accepted: sqlite:///PATH or postgresql://user:password@host/name"
            raise ValueError(msg)
        return value

    @property
    def resolved_database_url(self) -> str:
        """The URL the engine is made with."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'kbplatform.db').as_posix()}"

    @property
    def masking_path(self) -> Path | None:
        """The file of masking rules that is read: the one set, else the one in the data directory where it is there."""
        own = self.data_dir / "masking.toml"
        return self.masking_file or (own if own.is_file() else None)

    @property
    def hosts(self) -> frozenset[str]:
        """Host names (without port, lower case) that requests may name."""
        named = {h.lower() for h in self.allowed_hosts} | ({self.host.lower()} - {"0.0.0.0", "::"})  # noqa: S104 - compared, not bound
        if self.public_url:
            named.add((urlsplit(self.public_url).hostname or "").lower())
        return frozenset(named | {"127.0.0.1", "localhost", "::1"})

    @property
    def on_loopback(self) -> bool:
        """True while nobody but this machine can reach the site."""
        public = (urlsplit(self.public_url).hostname or "").lower() if self.public_url else "localhost"
        return self.host.lower() in LOOPBACK and public in LOOPBACK and self.trusted_proxies == 0

    @property
    def base_url(self) -> str:
        """How browsers reach the site, without a slash at the end."""
        if self.public_url:
            return self.public_url
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not a source here
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not a source here
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, _TomlSource(settings_cls))


class _TomlSource(PydanticBaseSettingsSource):
    """Reads ``KBPLATFORM_CONFIG``, else ``kbplatform.toml`` in the data directory."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ANN401, ARG002 - pydantic's interface
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        path = config_path(self.current_state.get("data_dir"))
        if not path.is_file():
            if os.environ.get("KBPLATFORM_CONFIG"):
                raise SettingsError(Text(f"KBPLATFORM_CONFIG：没有 {path} 这个文件", f"KBPLATFORM_CONFIG: there is no file {path}"))
            return {}
        try:
            return tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(Text(f"{path} 不是有效的 TOML：{error}", f"{path} is not valid TOML: {error}")) from error


def config_path(data_dir: object = None) -> Path:
    """The settings file that would be read."""
    named = os.environ.get("KBPLATFORM_CONFIG")
    if named:
        return Path(named)
    return Path(str(data_dir or os.environ.get("KBPLATFORM_DATA_DIR") or ".kbplatform")) / "kbplatform.toml"


def load_settings(**overrides: object) -> Settings:
    """Settings from all sources; ``overrides`` win. None means "not given".

    Raises SettingsError that names each wrong setting, its value and what is accepted.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # validated by pydantic itself
    except ValidationError as error:
        lines = [_explain(e["loc"], e["msg"], e.get("input")) for e in error.errors()]
        raise SettingsError(Text("；".join(lines), "; ".join(lines))) from error
    except SettingsError:
        raise
    except Exception as error:  # pydantic-settings raises its own SettingsError for unreadable lists
        raise SettingsError(Text(str(error), f"{error} (lists are written as JSON: [\"a\", \"b\"])")) from error


def _explain(loc: tuple[int | str, ...], message: str, value: object) -> str:
    name = f"KBPLATFORM_{str(loc[0]).upper()}" if loc else "settings"
    if message.startswith("Extra inputs"):
        known = ", ".join(sorted(Settings.model_fields))
        return f"{name}: there is no such setting; known: {known}"
    shown = "***" if loc and loc[0] in {"secret_key", "database_url", "smtp_password", "oidc_client_secret"} else repr(value)
    return f"{name} = {shown}: {message.removeprefix('Value error, ')}"
