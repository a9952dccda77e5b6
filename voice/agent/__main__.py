"""`python -m voice.agent`: the local agent in a process of its own.

Owns the command line. Prints one line on standard output once it listens, `listening ws://…`; the rest
goes to the log on standard error.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable

from voice.agent.brain import RulesBrain
from voice.agent.brain_choice import choose_brain
from voice.agent.models import load_models
from voice.agent.parent_watch import call_when_stdin_ends
from voice.agent.quirks import Quirks
from voice.agent.server import DEFAULT_MAX_SESSIONS, AgentOptions, AgentServer, bind, build_app, ws_url

log = logging.getLogger("voice.agent")

_MAX_PORT = 65_535
_MAX_SESSIONS = 1_000
_MAX_WAIT_MS = 60_000


def main() -> int:
    """Run until a signal, or until standard input ends where that was asked for."""
    arguments = _parse()
    logging.basicConfig(
        level=arguments.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses
    return asyncio.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    try:
        listening = bind(arguments.host, arguments.port)
    except OSError as error:
        log.error("cannot listen on %s port %d: %s", arguments.host, arguments.port, error.strerror)  # noqa: TRY400 - the address is the whole story
        return 1
    models = await asyncio.to_thread(load_models)
    keys = tuple(arguments.api_key or ())
    if not keys and arguments.host not in ("127.0.0.1", "::1", "localhost"):
        log.warning("anyone who can reach %s may talk: give an --api-key", arguments.host)

    def announce() -> None:
        log.info("ready after %.2f s", time.monotonic() - began)
        sys.stdout.write(f"listening {ws_url(listening)}\n")
        sys.stdout.flush()

    async with choose_brain(os.environ) as brain:
        options = AgentOptions(
            api_keys=keys,
            quirks=_quirks(arguments),
            max_sessions=arguments.max_sessions,
            think_ahead=isinstance(brain, RulesBrain),
        )
        server = AgentServer(build_app(models, brain, options), announce)
        if arguments.exit_with_stdin:
            call_when_stdin_ends(server.stop_soon)
        await server.serve([listening])
    models.shut_down()
    return 0


def _quirks(arguments: argparse.Namespace) -> Quirks:
    return Quirks(
        lead_in_ms=arguments.lead_in_ms,
        burst_audio=arguments.burst_audio,
        single_use_tokens=not arguments.reusable_tokens,
        enforce_session_cap=not arguments.no_session_cap,
        enforce_audio_rate=not arguments.no_audio_rate_limit,
        inject_messages=not arguments.ignore_messages,
        tool_hold_ms=arguments.tool_hold_ms,
        artifacts_delay_s=arguments.artifacts_delay_s,
    )


def _from(least: int, most: int) -> Callable[[str], int]:
    def number(given: str) -> int:
        value = int(given)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
        return value

    return number


def _host(given: str) -> str:
    try:
        given.encode("idna")
    except UnicodeError:
        raise argparse.ArgumentTypeError("must be the name or address of this machine") from None
    return given


def _key(given: str) -> str:
    if not given.strip():
        raise argparse.ArgumentTypeError("must not be blank")
    return given.strip()


def _parse() -> argparse.Namespace:
    defaults = Quirks()
    parser = argparse.ArgumentParser(prog="python -m voice.agent", description="Parley's local voice agent.")
    parser.add_argument("--host", type=_host, default="127.0.0.1")
    parser.add_argument("--port", type=_from(0, _MAX_PORT), default=0, help="0 takes a free one (default)")
    parser.add_argument(
        "--api-key",
        action="append",
        type=_key,
        metavar="KEY",
        help="may be given again; without, anyone may connect",
    )
    parser.add_argument("--max-sessions", type=_from(1, _MAX_SESSIONS), default=DEFAULT_MAX_SESSIONS)
    parser.add_argument(
        "--exit-with-stdin",
        action="store_true",
        help="stop when standard input ends, as when the parent dies",
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    parser.add_argument("--lead-in-ms", type=_from(0, _MAX_WAIT_MS), default=defaults.lead_in_ms)
    parser.add_argument("--tool-hold-ms", type=_from(0, _MAX_WAIT_MS), default=defaults.tool_hold_ms)
    parser.add_argument("--artifacts-delay-s", type=float, default=defaults.artifacts_delay_s)
    for flag, meaning in (
        ("--burst-audio", "send reply audio as soon as it is made"),
        ("--reusable-tokens", "a token may open several sessions"),
        ("--no-session-cap", "do not end sessions at the token's cap"),
        ("--no-audio-rate-limit", "accept audio faster than real time"),
        ("--ignore-messages", "conversation.message does not reach the brain"),
    ):
        parser.add_argument(flag, action="store_true", help=meaning)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
