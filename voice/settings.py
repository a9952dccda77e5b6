"""Deployment settings: environment first, then `.env`, then `.streamlit/secrets.toml`; validated once.

Secrets are `SecretStr`, so that no log or traceback shows them.
"""

import logging
import re
from functools import cache
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import (
    AnyUrl,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from voice.history.database_url import FORM
from voice.outbound import OutboundProblem, check_outbound
from voice.settings_sources import Given, read_sources
from voice.settings_values import (
    BaseUrl,
    Count,
    DatabaseUrl,
    Folder,
    HttpUrl,
    IceServers,
    Key,
    WebSocketUrl,
)

_log = logging.getLogger(__name__)

SERVICE_URL = "wss://agents.assemblyai.com/v1/ws"
SERVICE_TOKEN_URL = "https://agents.assemblyai.com/v1/token"  # noqa: S105 - an address, not a secret

_MAX_NAME_CHARS = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_TEXT = re.compile(r"[\x00\ud800-\udfff]")
# JSON may go over several lines, and the check of a key tells more.
_CHECKED_ELSEWHERE = ("voice_ice_servers", "assemblyai_api_key", "voice_llm_api_key")


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what it takes, without quoting its value."""


class Settings(BaseModel):
    """Everything that is decided by whoever installs Parley; see the README's table.

    A description completes "NAME must be …".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    assemblyai_api_key: Key | None = Field(default=None, description="the key in quotes")
    voice_agent_url: WebSocketUrl | None = Field(
        default=None, description=f"a WebSocket address like {SERVICE_URL}, with ws:// or wss:// at its start"
    )
    voice_agent_auth: Literal["key", "token"] = Field(default="key", description="key or token")
    voice_agent_token_url: HttpUrl = Field(
        default=AnyUrl(SERVICE_TOKEN_URL), description=f"an address like {SERVICE_TOKEN_URL}"
    )
    voice_data_dir: Folder = Field(
        default_factory=lambda: user_data_path("parley", appauthor=False),
        validate_default=True,
        description="a folder like ~/parley",
    )
    voice_database_url: DatabaseUrl | None = Field(default=None, description=FORM)
    voice_record: bool = Field(default=True, description="true or false")
    voice_retention_days: Count = Field(
        default=30, ge=0, le=36_500, description="a whole number of days from 0 to 36500; 0 keeps all calls"
    )
    voice_max_calls: Count = Field(default=8, ge=1, le=100, description="a whole number from 1 to 100")
    voice_llm_url: BaseUrl | None = Field(
        default=None, description="an address like http://localhost:11434/v1"
    )
    voice_llm_model: Annotated[str, StringConstraints(max_length=_MAX_NAME_CHARS)] | None = Field(
        default=None, description=f"the name of a model, of at most {_MAX_NAME_CHARS} characters"
    )
    voice_llm_api_key: Key | None = Field(default=None, description="the key in quotes")
    voice_ice_servers: IceServers = Field(
        default=[], description='a JSON list like [{"urls": "stun:stun.example.com:3478"}]'
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_plain_text(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, str):
            if _NOT_TEXT.search(given):
                raise ValueError("is not valid UTF-8 text")
            if _CONTROL.search(given) and info.field_name not in _CHECKED_ELSEWHERE:
                raise ValueError("has a line break or control character in it")
        return given

    @property
    def uses_local_agent(self) -> bool:
        """Neither a key nor an address is set."""
        return self.assemblyai_api_key is None and self.voice_agent_url is None


@cache
def load_settings() -> Settings:
    """Read the settings of this process. Raises `SettingsError` with a sentence for whoever installs it."""
    sources = read_sources([name.upper() for name in Settings.model_fields])
    for warning in sources.warnings:
        _log.warning("%s", warning)
    problems = sources.problems
    settings = None
    try:
        settings = Settings.model_validate(
            {name.lower(): given.value for name, given in sources.given.items()}
        )
    except ValidationError as error:
        problems += _explained(error, sources.given)
    try:
        check_outbound()
    except OutboundProblem as problem:
        problems.append(str(problem))
    if problems or settings is None:
        raise SettingsError(" ".join(problems))
    return settings


def _explained(error: ValidationError, given: dict[str, Given]) -> list[str]:
    """A sentence for each setting, without its value: a mistyped key must not be printed."""
    first: dict[str, ErrorDetails] = {}
    for details in error.errors(include_input=False):
        first.setdefault(str(details["loc"][0]), details)
    return [_sentence(name, details, given) for name, details in first.items()]


def _sentence(field: str, details: ErrorDetails, given: dict[str, Given]) -> str:
    name = field.upper()
    place = given[name].place if name in given else "not set"
    is_ours = details["type"] == "value_error"
    what = details["ctx"]["error"] if is_ours else f"must be {Settings.model_fields[field].description}"
    return f"{name} ({place}) {what}."
