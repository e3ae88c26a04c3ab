"""Typed settings: read from ``GIS_SERVICE_*`` variables, never at import time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from gis_service.errors import ParameterError


class Settings(BaseSettings):
    """What an installation can change without touching code.

    Each field is also a variable: ``data_dir`` is ``GIS_SERVICE_DATA_DIR``.
    """

    model_config = SettingsConfigDict(env_prefix="GIS_SERVICE_", extra="ignore", frozen=True)

    host: str = Field(default="127.0.0.1", description="Address on which the server listens.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port on which the server listens.")
    data_dir: Path = Field(
        default=Path("data"), description="Folder of the database; made when missing."
    )
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; by default a SQLite file in the data folder."
    )
    working_crs: str = Field(
        default="EPSG:4547", description="Metric CRS in which everything is computed."
    )
    language: Literal["zh", "en"] = Field(
        default="zh", description="Language when nothing else says."
    )
    max_upload_mb: int = Field(
        default=100, ge=1, description="Largest upload, in megabytes (10^6 bytes)."
    )
    max_evidence_mb: int = Field(
        default=20, ge=1, le=2000, description="Largest file of evidence, in megabytes."
    )
    case_number: str = Field(
        default="LH-{year}-{number:04d}",
        description="Pattern of case numbers; {year} and {number} stand in it.",
    )
    named_lines: Path | None = Field(
        default=None,
        description="File of named roads and rivers, for descriptions of how a line runs.",
    )
    load_sample: bool = Field(
        default=True, description="Load the sample when the database is empty."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged."
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+$",
        description="Address under which people reach the service, without a final slash.",
    )
    cors_origins: str = Field(
        default="",
        pattern=r"^(\*|(https?://[^\s/*]+(\s+https?://[^\s/*]+)*)?)$",
        description="Other sites whose pages may read /ogc: origins with blanks between, or *.",
    )
    anonymous: Literal["viewer", "none"] = Field(
        default="viewer", description="What may be read without signing in: pages, or nothing."
    )
    session_hours: int = Field(
        default=12, ge=1, le=24 * 30, description="Longest time between two signings in, hours."
    )
    session_idle_min: int = Field(
        default=120, ge=5, description="Minutes without a request after which a session ends."
    )
    oidc_issuer: str | None = Field(
        default=None, description="Issuer of OpenID Connect; empty: no such signing in."
    )
    oidc_client_id: str = Field(default="", description="Our name at the issuer.")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Our secret at the issuer; empty: a public client."
    )
    oidc_role_claim: str = Field(
        default="roles", description="Claim of the id token that holds groups or roles."
    )
    oidc_roles: dict[str, Literal["viewer", "street", "bureau", "approver", "administrator"]] = (
        Field(
            default_factory=dict,
            description='JSON, value of that claim → role: {"minzheng": "bureau"}.',
        )
    )
    oidc_street_claim: str = Field(
        default="street", description="Claim that holds the street of street staff."
    )

    @field_validator("case_number")
    @classmethod
    def _usable_pattern(cls, pattern: str) -> str:
        """Refuse a pattern that gives one number twice, or one that an address can't hold."""
        try:
            made = [pattern.format(year=y, number=n) for y in (2026, 2027) for n in (1, 2, 12)]
        except (IndexError, KeyError, ValueError, AttributeError) as error:
            raise ValueError(
                "use {year} and {number}, for example LH-{year}-{number:04d}"
            ) from error
        if len(set(made)) < len(made) or not all(re.fullmatch(r"[\w.-]{1,60}", m) for m in made):
            raise ValueError(
                "give {year} and {number}, letters, digits, - and . only, "
                "for example LH-{year}-{number:04d}"
            )
        return pattern

    def sqlalchemy_url(self) -> str:
        """Give the URL of the database: the configured one, or SQLite in the data folder."""
        file = self.data_dir.resolve() / "gis-service.sqlite"
        return self.database_url or f"sqlite:///{quote(file.as_posix())}"


def load_settings(**given: object) -> Settings:
    """Read the settings from the environment, with ``given`` (those not None) on top.

    Raises
    ------
    ParameterError
        Names the variable, its value and what is allowed.
    """
    changes = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**changes)  # type: ignore[arg-type]
    except SettingsError as error:
        raise ParameterError(
            f"设置不可用：{error}。映射类设置（如 GIS_SERVICE_OIDC_ROLES）应为 JSON 对象。",
            f"A setting can't be read: {error}. One that maps names (GIS_SERVICE_OIDC_ROLES) is a "
            "JSON object.",
        ) from error
    except ValidationError as error:
        wrong = error.errors()[0]
        name = f"GIS_SERVICE_{str(wrong['loc'][0]).upper()}"
        raise ParameterError(
            f"设置 {name} 的值 {wrong['input']!r} 不可用：{wrong['msg']}。",
            f"Setting {name} has {wrong['input']!r}: {wrong['msg']}.",
            parameter=name,
        ) from error
