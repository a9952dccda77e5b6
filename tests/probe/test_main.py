"""The command: what it says first, whom it asks, what it writes and gives back."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.probe import __main__ as command
from voice.probe.bench import Bench
from voice.probe.rows import ROWS, Scene
from voice.probe.run import OpenApi
from voice.probe.table import WIDTH
from voice.settings import Settings, SettingsError

KEY = "canary-key-0123456789"
Output = pytest.CaptureFixture[str]
Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with a key set; `differing` rows differ, and `answer` is typed where it asks."""

    def run(
        *arguments: str, answer: str | None = None, differing: tuple[str, ...] = (), stop: bool = False
    ) -> int:
        async def played(bench: Bench, _open_api: OpenApi, _tell: Callable[[Scene], None]) -> None:
            bench.sessions.append("sess_1")
            for row in ROWS:
                bench.check(row.id, row.id not in differing, f"seen {KEY}")
            if stop:
                raise KeyboardInterrupt
            bench.deleted.append("sess_1")
            bench.budget.spend(40.0)

        stdin = io.StringIO(f"{answer}\n")
        stdin.isatty = lambda: answer is not None  # type: ignore[method-assign]
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr(
            command, "load_settings", lambda: Settings.model_validate({"assemblyai_api_key": KEY})
        )
        monkeypatch.setattr(command, "run_probe", played)
        return command.main(list(arguments))

    return run


def test_it_says_the_cost_first_and_runs_when_the_person_agrees(run: Run, capsys: Output) -> None:
    assert run(answer="y") == command.PASSED
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= WIDTH
    assert said.index("at most $0.099") < said.index("Go on?") < said.index("Check ")
    assert "Cost: $0.050." in said
    assert KEY not in said


@pytest.mark.parametrize("answer", ["", "n", "no", "what?"])
def test_it_does_nothing_without_a_yes(run: Run, capsys: Output, answer: str) -> None:
    assert run(answer=answer) == command.DID_NOT_RUN
    assert capsys.readouterr().err == "Nothing was done.\n"


def test_where_nobody_can_be_asked_it_wants_the_flag(run: Run, capsys: Output) -> None:
    assert run() == command.DID_NOT_RUN
    assert capsys.readouterr().err == "Nobody can be asked here. Add --yes to agree to the cost.\n"
    assert run("--yes") == command.PASSED


def test_what_parley_relies_on_fails_it_and_what_informs_does_not(run: Run) -> None:
    relied, informing = (next(row.id for row in ROWS if row.relied_on is wanted) for wanted in (True, False))
    assert run("--yes", differing=(informing,)) == command.PASSED
    assert run("--yes", differing=(relied,)) == command.FAILED


def test_the_report_is_json_without_secrets(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "probe.json"
    assert run("--yes", "--report", str(report)) == command.PASSED
    assert KEY not in report.read_text()
    plain = json.loads(report.read_bytes())
    assert plain["agent"] == "wss://agents.assemblyai.com/v1/ws"
    assert (plain["passed"], plain["open_socket_s"], plain["usd"]) == (True, 40.0, 0.05)
    assert len(plain["results"]) == len(ROWS)


def test_a_report_that_can_not_be_written_is_said_before_it_costs_anything(
    run: Run, capsys: Output, tmp_path: Path
) -> None:
    assert run("--yes", "--report", str(tmp_path / "no" / "probe.json")) == command.DID_NOT_RUN
    said = capsys.readouterr()
    assert "probe.json can't be written: No such file or directory." in said.err
    assert "Check " not in said.out


def test_a_run_that_is_stopped_tells_what_it_has_seen_and_what_is_left(
    run: Run, capsys: Output, tmp_path: Path
) -> None:
    report = tmp_path / "probe.json"
    assert run("--yes", "--report", str(report), stop=True) == command.STOPPED
    said = capsys.readouterr().out
    assert "Check " in said
    assert "Not deleted: sess_1" in said
    assert json.loads(report.read_bytes())["not_deleted"] == ["sess_1"]


def test_wrong_settings_are_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def wrong() -> Settings:
        raise SettingsError("Some settings are wrong.")

    monkeypatch.setattr(command, "load_settings", wrong)
    assert command.main([]) == command.DID_NOT_RUN
    assert capsys.readouterr().err == "Some settings are wrong.\n"
