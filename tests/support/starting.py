"""A folder to start in, with settings in any of the places that they are read from."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from voice import outbound
from voice.settings import Settings, SettingsError, load_settings

NAMES = [name.upper() for name in Settings.model_fields]
SECRETS = Path(".streamlit/secrets.toml")
_OUTBOUND = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "WS_PROXY", "WSS_PROXY", "SOCKS_PROXY", "NO_PROXY")

Put = Callable[[str, str, pytest.MonkeyPatch], None]


def start_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `folder` the working folder, and the environment one without settings."""
    for name in os.environ:
        if name.upper() in (*NAMES, *_OUTBOUND, "SSL_CERT_FILE"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    (folder / SECRETS).parent.mkdir()


def load() -> Settings:
    """As a process that starts now."""
    load_settings.cache_clear()
    outbound._read.cache_clear()
    outbound._trusted.cache_clear()
    return load_settings()


def refusal() -> str:
    """Why the settings are refused: sentences in which no "canary" is left."""
    with pytest.raises(SettingsError) as refused:
        load()
    said = str(refused.value)
    assert said.endswith(".")
    assert "canary" not in said.lower()
    assert refused.value.__cause__ is None
    return said


def in_environment(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)


def in_dotenv(name: str, value: str, _monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"{name}={value}\n", encoding="utf-8", errors="surrogateescape", newline="")


def in_secrets(name: str, value: str, _monkeypatch: pytest.MonkeyPatch) -> None:
    escaped = "".join(f"\\U{ord(char):08x}" for char in value)
    SECRETS.write_text(f'{name} = "{escaped}"\n')
