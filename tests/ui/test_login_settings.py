"""Login is set up as it can work, or Parley does not start: it never shows all to everybody instead."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from voice.settings import Settings, SettingsError, load_settings
from voice.ui.login_settings import check_login, login_is_set_up, providers

SECRET = "canary-" + "x" * 32
ONE = 'client_id = "a"\nclient_secret = "canary"\nserver_metadata_url = "https://provider.test/x"\n'
SHARED = f'[auth]\nredirect_uri = "http://localhost:8501/oauth2callback"\ncookie_secret = "{SECRET}"\n'

Write = Callable[[str], None]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes the secrets, where both Streamlit and the settings look for them."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    # It depends on the folder in which it is asked for.
    before = config.get_option("secrets.files")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / ".streamlit" / "secrets.toml"
    path.parent.mkdir()
    config.set_option("secrets.files", [str(path)])
    secrets_singleton._reset()

    def write(text: str) -> None:
        path.write_text(text)

    yield write
    secrets_singleton._reset()
    config.set_option("secrets.files", before)


@pytest.mark.usefixtures("written")
def test_without_a_file_nobody_logs_in() -> None:
    check_login()
    assert not login_is_set_up()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SHARED + ONE, ["default"]),
        (SHARED + ONE + 'client_kwargs = { prompt = "login" }\n', ["default"]),
        (f"{SHARED}[auth.google]\n{ONE}[auth.okta]\n{ONE}", ["google", "okta"]),
        (f"{SHARED}{ONE}[auth.okta]\n{ONE}", ["default", "okta"]),
    ],
)
def test_the_providers_are_those_that_people_can_choose(written: Write, text: str, names: list[str]) -> None:
    written(text)
    check_login()
    assert login_is_set_up()
    assert providers() == names


def test_parleys_own_settings_stand_beside_it(written: Write) -> None:
    written(f'VOICE_MAX_CALLS = 3\nASSEMBLYAI_API_KEY = "canary-key"\n{SHARED}{ONE}')
    check_login()
    settings = load_settings()
    assert settings.voice_max_calls == 3
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[auth]\n", "redirect_uri"),
        (SHARED, "missing"),
        (SHARED + ONE.replace("client_secret", "client_sekret"), "client_secret"),
        (SHARED.replace(SECRET, "canary-short") + ONE, "32 characters"),
        (SHARED.replace("/oauth2callback", "/callback") + ONE, "redirect_uri"),
        (SHARED.replace("/oauth2callback", "/parley/oauth2callback") + ONE, "server.baseUrlPath"),
        (f"{SHARED}[auth.my_company]\n{ONE}", "underscore"),
        ('auth = "canary"\n', "section"),
        ("[auth\n", "can't be read"),
    ],
)
def test_a_login_that_cannot_work_is_told_without_its_secrets(written: Write, text: str, said: str) -> None:
    written(text)
    with pytest.raises(SettingsError, match="is set up wrongly") as refused:
        check_login()
    assert said in str(refused.value)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("base_path", ["parley"], indirect=True)
@pytest.mark.usefixtures("base_path")
def test_below_a_path_the_provider_leads_back_below_it(written: Write) -> None:
    written(SHARED.replace("/oauth2callback", "/parley/oauth2callback") + ONE)
    check_login()
    written(SHARED + ONE)
    secrets_singleton._reset()
    with pytest.raises(SettingsError, match="/parley/oauth2callback"):
        check_login()


def test_secrets_that_may_not_be_read_are_not_taken_for_none(written: Write, tmp_path: Path) -> None:
    (tmp_path / ".streamlit" / "secrets.toml").mkdir()
    with pytest.raises(SettingsError):
        check_login()
    with pytest.raises(SettingsError):
        login_is_set_up()
