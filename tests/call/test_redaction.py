"""What a person may look at holds no secret, however it was written or cut."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL

from voice.call.redaction import REDACTED, Redactor, secrets_of, secrets_of_url
from voice.settings import Settings

KEY = "canary-key-0123456789"
AWKWARD = 'p/a+"s\\s=wörd'


def test_every_secret_of_the_settings_is_known_without_being_named() -> None:
    settings = Settings.model_validate(
        {
            "assemblyai_api_key": KEY,
            "voice_agent_url": "wss://who:canary%2Fpassword@agent.test/v1?session=canary-query",
            "voice_database_url": "postgresql://me:canary%20database@db.test/calls",
            "voice_llm_url": "http://llm.test/v1",
            "voice_llm_api_key": "canary-llm",
            "voice_ice_servers": [{"urls": "turn:t.test", "username": "me", "credential": "canary-turn"}],
        }
    )
    assert set(secrets_of(settings)) == {
        KEY,
        "canary/password",
        "canary%2Fpassword",
        "canary-query",
        "postgresql://me:canary%20database@db.test/calls",
        "canary database",
        "canary%20database",
        "canary-llm",
        "canary-turn",
    }


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://me:can%2fary@db.test/calls", {"can/ary", "can%2fary"}),
        ("postgresql://me:ca/n?a#ry@db.test/calls", {"ca/n?a#ry"}),
        ("postgresql://me@db.test/calls?sslmode=require&sslpassword=can%20ary", {"can ary"}),
        ("postgresql:///calls?password=canary&host=/run", {"canary"}),
        ("postgresql://db.test/calls", set()),
    ],
)
def test_the_passwords_of_a_database_are_known_decoded_and_as_they_were_written(
    url: str, secrets: set[str]
) -> None:
    settings = Settings.model_validate({"voice_database_url": url})
    assert set(secrets_of(settings)) == {url} | secrets


@pytest.mark.parametrize(
    ("proxy", "secrets"),
    [
        ("http://me:can%40ary@proxy.test:3128", {"can@ary", "can%40ary"}),
        ("socks5h://me:canary@proxy.test", {"canary"}),
        ("me:can@ary@proxy.test:3128", {"can@ary"}),
        ("http://canary@proxy.test", {"canary"}),
        ("http://proxy.test:3128", set()),
    ],
)
def test_the_passwords_of_proxies_are_known_too(
    proxy: str, secrets: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert set(secrets_of(Settings())) == secrets


def test_a_user_name_alone_is_a_secret() -> None:
    assert secrets_of_url("http://canary@llm.test/v1") == ("canary",)


@pytest.mark.parametrize("written", ["{}\n", " {}", "\ufeff{}", '"{}"', "'{}\r\n'"])
def test_a_secret_is_known_without_what_copying_left_around_it(written: str) -> None:
    assert Redactor((written.format(KEY),)).text(f"bad key {KEY}") == f"bad key {REDACTED}"


def test_an_address_without_credentials_has_no_secrets() -> None:
    assert secrets_of_url("wss://agent.test/v1/ws") == ()


@pytest.mark.parametrize("secret", [KEY, AWKWARD])
@pytest.mark.parametrize(
    "written",
    [
        lambda secret: secret,
        lambda secret: f"my key is {secret}, please",
        lambda secret: secret * 3,
        lambda secret: f"https://a.test/?key={quote(secret, safe='')}",
        lambda secret: json.dumps({"result": secret}),
        lambda secret: json.dumps({"result": secret}, ensure_ascii=False),
        lambda secret: repr({"result": secret}),
        lambda secret: URL.create("postgresql", "me", secret, "db.test").render_as_string(
            hide_password=False
        ),
    ],
)
def test_a_secret_is_found_as_it_is_and_as_it_looks_when_quoted(secret: str, written: object) -> None:
    text = Redactor((secret,)).text(written(secret))  # type: ignore[operator]
    assert REDACTED in text
    assert secret not in text
    assert quote(secret, safe="") not in text
    assert json.dumps(secret)[1:-1] not in text


@given(before=st.text("ab -", max_size=60), after=st.text("ab -", max_size=60), limit=st.integers(0, 80))
def test_no_part_of_a_secret_is_left_at_a_cut(before: str, after: str, limit: int) -> None:
    shown = Redactor((KEY,)).text(before + KEY + after, limit)
    assert len(shown) <= limit
    assert not any(part in shown for part in ("can", "nar", "key", "0123", "89"))


def test_the_head_of_a_secret_at_the_end_of_a_text_was_cut_elsewhere_and_is_hidden() -> None:
    redactor = Redactor((KEY,))
    assert redactor.value({"quoted": f"it is {KEY[:12]}"}) == {"quoted": f"it is {REDACTED}"}
    assert redactor.text(f"{KEY[:12]} is the head") == f"{KEY[:12]} is the head"
    assert redactor.text("a canary") == "a canary"


def test_a_text_without_secrets_stays_as_it_is_up_to_the_cut() -> None:
    assert Redactor(()).text("hello there", 5) == "hello"
    assert Redactor((KEY,)).text("hello there") == "hello there"


def test_fields_named_for_credentials_are_hidden_whatever_they_hold() -> None:
    shown = Redactor(()).value(
        {
            "resume_token": "abc",
            "Authorization": ["Bearer x"],
            "http": {"headers": {"X-Thing": "abc"}, "url": "https://a.test"},
            "token": "",
            "credential": None,
            "keyterms": ["token"],
        }
    )
    assert shown == {
        "resume_token": REDACTED,
        "Authorization": REDACTED,
        "http": {"headers": {"X-Thing": REDACTED}, "url": "https://a.test"},
        "token": "",
        "credential": None,
        "keyterms": ["token"],
    }


def test_names_of_fields_are_looked_through_too() -> None:
    assert Redactor((KEY,)).value({KEY: [{KEY: 1}]}) == {REDACTED: [{REDACTED: 1}]}


def test_what_is_learned_later_is_hidden_from_then_on_and_does_not_pile_up() -> None:
    redactor = Redactor((KEY,))
    redactor.learn("temporary-token")
    assert redactor.text("temporary-token") == REDACTED
    redactor.learn(*(f"another-token-{number}" for number in range(64)))
    assert redactor.text("temporary-token") == "temporary-token"
    assert redactor.text(f"another-token-63 {KEY}") == f"{REDACTED} {REDACTED}"


def test_a_placeholder_for_a_key_does_not_black_out_words() -> None:
    assert Redactor(("key", "x")).text("the key is next") == "the key is next"
