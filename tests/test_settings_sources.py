"""Settings are read in one order from three places, whatever their files look like."""

import logging
from pathlib import Path

import pytest

from tests.support.starting import SECRETS, load, refusal, start_in

KEY = "canary-key"
DOTENV = Path(".env")


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_in(tmp_path, monkeypatch)


@pytest.mark.parametrize("value", ["", " ", "\n", "\ufeff"])
def test_a_blank_key_is_no_key_wherever_it_is(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    SECRETS.write_text('ASSEMBLYAI_API_KEY = " "\n')
    DOTENV.write_text("ASSEMBLYAI_API_KEY=\n")
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", value)
    assert load().uses_local_agent


def test_the_environment_wins_over_dotenv_and_that_over_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    SECRETS.write_text(
        'VOICE_MAX_CALLS = 1\nVOICE_AGENT_AUTH = "token"\nASSEMBLYAI_API_KEY = "from-secrets"\n'
    )
    DOTENV.write_text("VOICE_MAX_CALLS=2\nASSEMBLYAI_API_KEY=from-dotenv\n")
    monkeypatch.setenv("VOICE_MAX_CALLS", "3")
    settings = load()
    assert settings.voice_max_calls == 3
    assert settings.voice_agent_auth == "token"
    assert settings.assemblyai_api_key is not None
    assert settings.assemblyai_api_key.get_secret_value() == "from-dotenv"


def test_every_wrong_setting_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICE_MAX_CALLS", "canary")
    DOTENV.write_text("# mine\n\n  export VOICE_RECORD=canary\n")
    SECRETS.write_text('VOICE_AGENT_AUTH = "canary"\n')
    monkeypatch.setenv("HTTPS_PROXY", "http://canary:canary")
    said = refusal()
    for place in ("MAX_CALLS (environment)", "RECORD (.env, line 3)", "AGENT_AUTH (.streamlit/secrets.toml)"):
        assert f"VOICE_{place} must be" in said
    assert "HTTPS_PROXY is not a proxy that Parley can use" in said


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_dotenv_is_read_in_every_encoding_that_says_which_it_is(encoding: str, line_end: str) -> None:
    mark = "\ufeff" if encoding.endswith(("-le", "-be")) else ""
    text = line_end.join(["# für mich", f"ASSEMBLYAI_API_KEY={KEY}", "VOICE_MAX_CALLS=3", ""])
    DOTENV.write_bytes((mark + text).encode(encoding))
    settings = load()
    assert settings.voice_max_calls == 3
    assert settings.assemblyai_api_key is not None
    assert settings.assemblyai_api_key.get_secret_value() == KEY


def test_a_comment_in_another_encoding_hurts_nothing() -> None:
    DOTENV.write_bytes("# für mich\nVOICE_MAX_CALLS=3\n".encode("latin-1"))
    assert load().voice_max_calls == 3


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\n\nVOICE_LLM_MODEL=gr\xfcn\n", ".env, line 3, is not in UTF-8; save the file as UTF-8."),
        ("VOICE_RECORD=no\n".encode("utf-16-le"), ".env is not a text file in UTF-8. Save it as UTF-8."),
        (b"\xff\xfeV", "line 1, is not a setting"),
        (b"ASSEMBLYAI_API_KEY: canary\n", ".env, line 1, is not a setting; write it as NAME=value"),
        (b"\n# a\nASSEMBLYAI_API_KEY:canary\n", ".env, line 3, is not a setting; write it as NAME=value"),
        (b"A=1\nASSEMBLYAI_API_KEY canary\n", ".env, line 2, is not a setting; write it as NAME=value"),
        (b"A=1\n\n\n  canary\n", ".env, line 4, is not a setting; write it as NAME=value"),
        (b"set ASSEMBLYAI_API_KEY=canary\n", ".env, line 1, is not a setting; write it as NAME=value"),
        (b'$env:KEY = "canary"\n', ".env, line 1, is not a setting; write it as NAME=value"),
        (b'\nASSEMBLYAI_API_KEY="canary\n', ".env, line 2, is not a setting; write it as NAME=value"),
        (b'{"ASSEMBLYAI_API_KEY": "canary"}\n', ".env, line 1, is not a setting; write it as NAME=value"),
    ],
)
def test_a_line_of_dotenv_that_is_no_setting_is_named(raw: bytes, said: str) -> None:
    DOTENV.write_bytes(raw)
    assert said in refusal()


def test_a_folder_called_dotenv_is_a_virtual_environment() -> None:
    DOTENV.mkdir()
    assert load().uses_local_agent


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (f'ASSEMBLYAI_API_KEY = "{KEY}\n'.encode(), "secrets.toml is not valid TOML: "),
        (b"A = 1\nASSEMBLYAI_API_KEY = canary\n", "(at line 2, column 22). Text needs double quotes."),
        (b"ASSEMBLYAI_API_KEY: canary\n", "secrets.toml is not valid TOML: "),
        (b'\n# f\xfcr\nA = "canary"\n', "secrets.toml, line 2, is not in UTF-8"),
        ('A = "canary"'.encode("utf-16"), "secrets.toml, line 1, begins with a byte order mark"),
        ('A = "canary"'.encode("utf-8-sig"), "secrets.toml, line 1, begins with a byte order mark"),
        ('A = "canary"'.encode("utf-16-le"), "secrets.toml is not valid TOML: "),
        (b"A = " + b"9" * 5_000, "secrets.toml is not valid TOML: a number is too long"),
        (b"A = " + b"[" * 50_000, "lists are too deep"),
        (
            b'[auth]\nclient_id = "a"\nASSEMBLYAI_API_KEY = "canary"\n',
            "ASSEMBLYAI_API_KEY is in section [auth] of .streamlit/secrets.toml, where it has no effect",
        ),
    ],
)
def test_secrets_that_cant_be_read_are_named_without_quoting_them(raw: bytes, said: str) -> None:
    SECRETS.write_bytes(raw)
    assert said in refusal()


def test_a_file_that_may_not_be_read_is_named() -> None:
    SECRETS.mkdir()
    assert ".streamlit/secrets.toml can't be read: Is a directory." in refusal()


def test_sections_of_others_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    SECRETS.write_text(
        'VOICE_MAX_CALLS = 3\n[auth]\nredirect_uri = "x"\n[auth.voice_x]\nclient_id = "y"\n[connections.a]\n'
    )
    assert load().voice_max_calls == 3
    assert caplog.text == ""


def test_names_that_are_no_settings_are_said_with_the_likeliest_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("VOICE_RECROD", "canary")
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    DOTENV.write_text("OTHER=1\nVOCIE_MAX_CALLS=canary\n")
    SECRETS.write_text('VOICE_XYZ = "canary"\n')
    with caplog.at_level(logging.WARNING):
        load()
    assert caplog.messages == [
        "VOICE_RECROD (environment) is not a setting and has no effect. Did you mean VOICE_RECORD?",
        "VOCIE_MAX_CALLS (.env, line 2) is not a setting and has no effect. Did you mean VOICE_MAX_CALLS?",
        "VOICE_XYZ (.streamlit/secrets.toml) is not a setting and has no effect.",
    ]
