"""Settings are read in one order, checked once, and never shown."""

from pathlib import Path

import pytest

from voice.settings import Settings, SettingsError, load_settings

KEY = "canary-key"


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    load_settings.cache_clear()
    return tmp_path


def test_with_nothing_set_the_local_agent_is_used() -> None:
    assert load_settings().uses_local_agent


def test_a_key_alone_means_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", KEY)
    assert not load_settings().uses_local_agent


def test_an_empty_key_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "")
    assert load_settings().uses_local_agent


def test_the_environment_wins_over_dotenv_and_that_over_secrets(
    empty_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_place / ".streamlit").mkdir()
    secrets = empty_place / ".streamlit" / "secrets.toml"
    secrets.write_text(
        'VOICE_MAX_CALLS = 1\nVOICE_AGENT_AUTH = "token"\nASSEMBLYAI_API_KEY = "from secrets"\n'
    )
    (empty_place / ".env").write_text("VOICE_MAX_CALLS=2\nASSEMBLYAI_API_KEY=from-dotenv\n")
    monkeypatch.setenv("VOICE_MAX_CALLS", "3")
    settings = load_settings()
    assert settings.voice_max_calls == 3
    assert settings.voice_agent_auth == "token"
    assert settings.assemblyai_api_key is not None
    assert settings.assemblyai_api_key.get_secret_value() == "from-dotenv"


def test_ice_servers_come_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "VOICE_ICE_SERVERS", '[{"urls": "turn:example.com", "username": "u", "credential": "canary"}]'
    )
    (server,) = load_settings().voice_ice_servers
    assert server.urls == "turn:example.com"
    assert "canary" not in repr(server)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOICE_MAX_CALLS", "many"),
        ("VOICE_MAX_CALLS", "0"),
        ("VOICE_AGENT_URL", "https://example.com"),
        ("VOICE_AGENT_AUTH", "password"),
        ("VOICE_DATABASE_URL", "mysql://user:canary@example.com/calls"),
        ("VOICE_DATABASE_URL", "calls.sqlite"),
        ("VOICE_RECORD", "perhaps"),
        ("VOICE_RETENTION_DAYS", "-1"),
        ("VOICE_ICE_SERVERS", "stun:example.com"),
        ("VOICE_ICE_SERVERS", '[{"url": "stun:example.com"}]'),
    ],
)
def test_a_wrong_setting_is_named_without_quoting_it(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as wrong:
        load_settings()
    assert "Some settings are wrong" in str(wrong.value)
    assert "canary" not in str(wrong.value)


def test_a_broken_secrets_file_is_named_without_quoting_it(empty_place: Path) -> None:
    (empty_place / ".streamlit").mkdir()
    (empty_place / ".streamlit" / "secrets.toml").write_text(f'ASSEMBLYAI_API_KEY = "{KEY}\n')
    with pytest.raises(SettingsError, match=r"secrets\.toml is not valid TOML") as wrong:
        load_settings()
    assert KEY not in str(wrong.value)


def test_what_is_kept_goes_to_the_users_data_folder_unless_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().voice_data_dir.name == "parley"
    load_settings.cache_clear()
    monkeypatch.setenv("VOICE_DATA_DIR", str(tmp_path / "kept"))
    assert load_settings().voice_data_dir == tmp_path / "kept"
