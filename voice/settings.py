"""Deployment settings: environment first, then `.env`, then `.streamlit/secrets.toml`; validated once.

Secrets are `SecretStr`, so that no log or traceback shows them.
"""

from functools import cache
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    SecretStr,
    UrlConstraints,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SERVICE_URL = "wss://agents.assemblyai.com/v1/ws"
SERVICE_TOKEN_URL = "https://agents.assemblyai.com/v1/token"  # noqa: S105 - an address, not a secret

WebSocketUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["ws", "wss"], host_required=True)]
HttpUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["http", "https"], host_required=True)]

_DATABASES = ("sqlite", "postgresql", "postgres")


def _is_database(url: SecretStr) -> SecretStr:
    try:
        known = make_url(url.get_secret_value()).drivername.partition("+")[0] in _DATABASES
    except ArgumentError:
        known = False
    if not known:
        # Without the value, which may hold a password.
        raise ValueError("should be like postgresql://user:password@host/name or sqlite:////folder/file")
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(_is_database)]


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what it takes, without quoting its value."""


class IceServer(BaseModel):
    """One STUN or TURN server, as in the browser's `RTCIceServer`."""

    model_config = ConfigDict(extra="forbid")

    urls: str | list[str]
    username: str | None = None
    credential: SecretStr | None = None


class Settings(BaseSettings):
    """Everything that is decided by whoever installs Parley; see the README's table."""

    model_config = SettingsConfigDict(
        env_file=".env",
        toml_file=".streamlit/secrets.toml",
        extra="ignore",
        env_ignore_empty=True,
        frozen=True,
    )

    assemblyai_api_key: SecretStr | None = None
    voice_agent_url: WebSocketUrl | None = None
    voice_agent_auth: Literal["key", "token"] = "key"
    voice_agent_token_url: HttpUrl = AnyUrl(SERVICE_TOKEN_URL)
    voice_data_dir: Path = Field(default_factory=lambda: user_data_path("parley", appauthor=False))
    voice_database_url: DatabaseUrl | None = None
    voice_record: bool = True
    voice_retention_days: int = Field(default=30, ge=0, le=36_500)
    voice_max_calls: int = Field(default=8, ge=1, le=100)
    voice_llm_url: HttpUrl | None = None
    voice_llm_model: str | None = None
    voice_llm_api_key: SecretStr | None = None
    voice_ice_servers: Json[list[IceServer]] | list[IceServer] = []

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add secrets.toml last: what is set nearer to the process wins."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def uses_local_agent(self) -> bool:
        """Neither a key nor an address is set."""
        return self.assemblyai_api_key is None and self.voice_agent_url is None


@cache
def load_settings() -> Settings:
    """Read the settings of this process. Raises `SettingsError` with a sentence for whoever installs it."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    except TOMLDecodeError as error:
        raise SettingsError(f".streamlit/secrets.toml is not valid TOML: {error}.") from None
    except OSError as error:
        raise SettingsError(f"{error.filename} can't be read: {error.strerror}.") from None


def _explain(error: ValidationError) -> str:
    # `msg` quotes a rule, never the value: a mistyped key must not be printed.
    problems = (f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False))
    return "Some settings are wrong. " + "; ".join(problems)
