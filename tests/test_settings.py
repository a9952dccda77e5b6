"""Whatever is put into a setting, the outcome is a value, or a sentence that names it without quoting it."""

import os
from pathlib import Path

import pytest

from tests.support.starting import (
    NAMES,
    SECRETS,
    Put,
    in_dotenv,
    in_environment,
    in_secrets,
    load,
    refusal,
    start_in,
)
from voice.settings import SettingsError

KEY = "canary-key"
MAX_SENTENCE_CHARS = 300

# What people and their tools may put into any setting. "canary" stands for a secret.
TEXTS = [
    *("", " ", "\t\r\n", "\ufeff", "\u200b", '""', "''", '"', "canary", "canary ", "canary\n", "'canary'"),
    *('"canary"', "\u201ccanary\u201d", "\ufeffcanary", "can\u200bary", "can ary", "can\nary", "can\x07ary"),
    *("c\u0430nary", "\uff18", "\u0663", "-1", "0", "00", "8.0", "8.5", "1e3", "1_0", "+8", "0x10"),
    *("9" * 5_000, "x" * 5_000, "%", "#", "=", "\\"),
    *("NaN", "inf", "true", "False", "yes", "maybe", "null", "None", "[]", "{}", "[[]]", "[" * 5_000),
    *('["canary"]', '{"urls": "canary"}', '[{"urls": 1}]', '[{"urls": []}]'),
    *("canary.example.com/v1/ws", "wss://", "wss:///", "wss://canary@host/", "wss://user:canary@host/ws"),
    *("wss://user:c@nary@host/ws", "wss://[::1]/ws", "wss://::1/ws", "wss://host:0/", "wss://host:99999/"),
    *("wss://host/#canary", "wss://host/a canary", "wss://a..b/", f"wss://{'a' * 70}.test/"),
    *("wss://user:%ff@host/", "https://host", "http://user:canary@host/v1?q=1", "http://h\u00f6st/v1"),
    *("ftp://canary@host", "HTTPS://HOST", "//host", "host:80", "KEY=canary", "\U0001f600"),
    *("postgresql://u:canary@h/d", "postgresql://u:can@ary@h/d", "mysql://u:canary@h/d", "sqlite:///canary"),
    *("~", "~/canary", "~canary/x", "$HOME/x", "$NO_SUCH_NAME/x", "${NO_SUCH_NAME}/x", ".", "..", "/", "a/b"),
    *("/dev/null", "/dev/null/x", "/" + "x" * 300, "\\\\server\\share", "C:\\Parley"),
]
# Only the environment and .env can hold this, and only the files that.
NOT_UTF8 = os.fsdecode(b"can\xffary")
NUL = "can\0ary"
TOML_VALUES = [
    *("1", "-1", "8.5", "inf", "nan", "true", "1979-05-27", "07:32:00", "[]", "{}", '["canary"]', "[1]"),
    *("{a=1}", "[[1]]", '[{urls="canary"}]', '[{urls="stun:a", canary=1}]', "9" * 4_000),
]


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    start_in(tmp_path, monkeypatch)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("put", [in_environment, in_dotenv, in_secrets])
def test_whatever_is_put_into_a_setting_it_is_a_value_or_a_sentence(
    name: str, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    special: dict[Put, list[str]] = {
        in_environment: [NOT_UTF8],
        in_dotenv: [NUL, NOT_UTF8],
        in_secrets: [NUL],
    }
    for value in TEXTS + special[put]:
        put(name, value, monkeypatch)
        try:
            load()
        except SettingsError:
            said = refusal()
            assert len(said) <= MAX_SENTENCE_CHARS
            assert name in said or ".env" in said


@pytest.mark.parametrize("name", NAMES)
def test_whatever_type_a_setting_has_in_secrets_it_is_a_value_or_a_sentence(
    name: str,
) -> None:
    for value in TOML_VALUES:
        SECRETS.write_text(f"{name} = {value}\n")
        try:
            load()
        except SettingsError:
            assert name in refusal()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("VOICE_MAX_CALLS", " 3\r\n", 3),
        ("VOICE_MAX_CALLS", '"3"', 3),
        ("VOICE_MAX_CALLS", "\ufeff3\u200b", 3),
        ("VOICE_RECORD", "'no'", False),
        ("VOICE_RETENTION_DAYS", "0", 0),
        ("VOICE_AGENT_AUTH", " token ", "token"),
        ("VOICE_LLM_MODEL", "gpt 4", "gpt 4"),
        ("VOICE_LLM_MODEL", "  ", None),
        ("ASSEMBLYAI_API_KEY", "  ", None),
        ("ASSEMBLYAI_API_KEY", "\u200b\r\n", None),
        ("ASSEMBLYAI_API_KEY", '""', None),
        ("VOICE_AGENT_URL", " ", None),
        ("VOICE_ICE_SERVERS", " ", []),
        ("VOICE_DATABASE_URL", "\n", None),
    ],
)
def test_blanks_and_quotes_around_a_value_are_not_part_of_it(
    name: str, value: str, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load(), name.lower()) == expected


@pytest.mark.parametrize("around", ["{}\n", " {}\r\n", "\ufeff{}", "{}\u200b", '"{}"', "' {} '"])
@pytest.mark.parametrize("name", ["ASSEMBLYAI_API_KEY", "VOICE_LLM_API_KEY"])
def test_a_key_is_freed_of_what_copying_left_around_it(
    name: str, around: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, around.format(KEY))
    assert getattr(load(), name.lower()).get_secret_value() == KEY


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("cana ry", "a blank or line break at position 5"),
        ("cana\nry", "a blank or line break at position 5"),
        ("can\u200bary", "a character that no key has at position 4"),
        ("c\u0430nary", "a character that no key has at position 2"),
        ("\u201ccanary\u201d", "a character that no key has at position 1"),
        ("can\x07ary", "a character that no key has at position 4"),
        ("canary" * 1_000, "longer than 4096 characters"),
    ],
)
def test_a_key_that_no_header_can_carry_is_refused(
    value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", value)
    assert refusal() == f"ASSEMBLYAI_API_KEY (environment) {refused_with(said)}; copy the key again."


def refused_with(said: str) -> str:
    return f"is {said}" if said.startswith("longer") else f"has {said}"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("VOICE_MAX_CALLS", "many", "must be a whole number from 1 to 100"),
        ("VOICE_MAX_CALLS", "0", "must be a whole number from 1 to 100"),
        ("VOICE_RETENTION_DAYS", "-1", "must be a whole number of days from 0 to 36500; 0 keeps all calls"),
        ("VOICE_RECORD", "perhaps", "must be true or false"),
        ("VOICE_AGENT_AUTH", "password", "must be key or token"),
        ("VOICE_AGENT_URL", "https://canary.test", "with ws:// or wss:// at its start"),
        ("VOICE_AGENT_URL", "canary.test/v1/ws", "with ws:// or wss:// at its start"),
        ("VOICE_AGENT_URL", "wss://canary@host/ws", "has a malformed user name, password or path"),
        ("VOICE_AGENT_URL", "wss://host/v1 /ws", "has a blank in it"),
        ("VOICE_AGENT_URL", "wss://host/#canary", "must not have a # in it"),
        ("VOICE_AGENT_URL", "wss://a..b/ws", "has a host that is not a valid name"),
        ("VOICE_AGENT_URL", "wss://host:0/ws", "must have a port from 1 to 65535, or none"),
        ("VOICE_AGENT_TOKEN_URL", "wss://canary/", "must be an address like https://"),
        ("VOICE_LLM_URL", "http://host/v1?key=canary", "must not have a ? in it"),
        ("VOICE_LLM_MODEL", "x" * 300, "must be the name of a model, of at most 200 characters"),
        ("VOICE_LLM_MODEL", "a\tb", "has a line break or control character in it"),
        ("VOICE_DATABASE_URL", "mysql://user:canary@example.com/calls", "names a mysql database"),
        ("VOICE_DATABASE_URL", "postgresql://u:s3cr@canary@host/db", "write @ as %40"),
        ("VOICE_DATA_DIR", "$NO_SUCH_NAME/x", "uses $NO_SUCH_NAME, which is not set in the environment"),
        ("VOICE_DATA_DIR", "~no-such-user/x", "that home folder is not known"),
        ("VOICE_DATA_DIR", "/dev/null", "names a file; it must be a folder"),
        ("VOICE_DATA_DIR", "/dev/null/x", "can't be used: Not a directory"),
        ("VOICE_DATA_DIR", "/" + "x" * 300, "can't be used: File name too long"),
        ("VOICE_DATA_DIR", NOT_UTF8, "is not valid UTF-8 text"),
        ("VOICE_ICE_SERVERS", "stun:example.com", "must be a JSON list like"),
        ("VOICE_ICE_SERVERS", '[{"url": "stun:example.com"}]', "must be a JSON list like"),
        ("VOICE_ICE_SERVERS", '[{"urls": "http://canary"}]', "has a wrong address in server 1"),
        ("VOICE_ICE_SERVERS", '[{"urls": "stun:a:0"}]', "has a wrong address in server 1"),
        ("VOICE_ICE_SERVERS", '[{"urls": "stun:[::1]:1"}]', "has a wrong address in server 1"),
        ("VOICE_ICE_SERVERS", '[{"urls": "stun:a"}, {"urls": []}]', "has a wrong address in server 2"),
        (
            "VOICE_ICE_SERVERS",
            '[{"urls": "turn:a", "username": "canary"}]',
            "has a TURN server, number 1, without username and credential",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_takes_and_without_quoting_it(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    refused = refusal()
    assert refused.startswith(f"{name} (environment) ")
    assert said in refused


@pytest.mark.parametrize("name", ["ASSEMBLYAI_API_KEY", "VOICE_AGENT_URL"])
def test_a_key_or_an_address_means_another_agent(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "wss://agent.test/ws")
    assert not load().uses_local_agent


def test_with_nothing_set_the_local_agent_is_used() -> None:
    assert load().uses_local_agent


@pytest.mark.parametrize(
    "value",
    [
        '[{"urls": "turn:example.com:3478?transport=tcp", "username": "u", "credential": "canary"}]',
        '[\n  {"urls": ["turns:example.com"],\n   "username": "u", "credential": "canary"}\n]',
    ],
)
def test_ice_servers_come_as_json_over_any_number_of_lines(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_ICE_SERVERS", value)
    (server,) = load().voice_ice_servers
    assert server.credential is not None
    assert server.credential.get_secret_value() == "canary"
    assert "canary" not in repr(server)


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        ("~/kept", "{home}/kept"),
        ("$HOME/kept", "{home}/kept"),
        ("${HOME}/kept", "{home}/kept"),
        ("kept", "{here}/kept"),
        ("./a/../kept", "{here}/kept"),
        ("{here}", "{here}"),
    ],
)
@pytest.mark.parametrize("put", [in_environment, in_dotenv, in_secrets])
def test_the_data_folder_is_written_as_in_a_shell(
    value: str, folder: str, put: Put, empty_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = empty_place / "home"
    monkeypatch.setenv("HOME", str(home))
    places = {"home": str(home), "here": str(empty_place)}
    put("VOICE_DATA_DIR", value.replace("{here}", str(empty_place)), monkeypatch)
    assert load().voice_data_dir == Path(folder.format(**places))
    assert sorted(path.name for path in empty_place.iterdir()) in ([".env", ".streamlit"], [".streamlit"])


def test_what_is_kept_goes_to_the_users_data_folder_unless_set() -> None:
    assert load().voice_data_dir.name == "parley"
    assert load().voice_data_dir.is_absolute()


def test_without_a_home_folder_it_is_said_that_one_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.settings.user_data_path", lambda *_, **__: Path("~/.local/share/parley"))
    monkeypatch.setattr(os.path, "expanduser", str)
    assert refusal().startswith("VOICE_DATA_DIR (not set) starts with ~, but that home folder is not known")


def test_a_folder_that_may_not_be_looked_into_does_not_stop_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stat = os.stat

    def deny(path: int | str | os.PathLike[str]) -> os.stat_result:
        if path == "/private/kept":
            raise PermissionError(13, "Permission denied", path)
        return stat(path)

    monkeypatch.setenv("VOICE_DATA_DIR", "/private/kept")
    monkeypatch.setattr(os, "stat", deny)
    assert load().voice_data_dir == Path("/private/kept")
