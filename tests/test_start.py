"""What a person sees when Parley can't start: a sentence in the terminal, and an exit code."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.dashboard import ROOT
from tests.support.starting import NAMES

_TIMEOUT_S = 120


def test_a_start_that_fails_says_why_without_a_traceback_or_a_secret(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(
        "VOICE_MAX_CALLS=canary\nVOICE_RECROD=no\nVOICE_DATABASE_URL=postgresql://me:can@ary@db/calls\n".encode(
            "utf-16"
        )
    )
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    ended = subprocess.run(  # noqa: S603 - our own program
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            ROOT / "app.py",
            "--server.headless=true",
            "--server.port=0",
        ],
        cwd=tmp_path,
        env={**inherited, "ASSEMBLYAI_API_KEY": "can\u200bary", "ALL_PROXY": "http://canary:canary"},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert "Parley can't start. ASSEMBLYAI_API_KEY (environment) has a character that no key has" in said
    assert "VOICE_MAX_CALLS (.env, line 1) must be a whole number from 1 to 100." in said
    assert "VOICE_DATABASE_URL (.env, line 3) has more than one @" in said
    assert "ALL_PROXY is not a proxy that Parley can use" in said
    assert (
        "VOICE_RECROD (.env, line 2) is not a setting and has no effect. Did you mean VOICE_RECORD?" in said
    )
    assert "Traceback" not in said
    assert not any(part in said for part in ("can@", "ary@", "canary", "anary"))
