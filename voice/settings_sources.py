"""Where settings are read from: the environment, then `.env`, then `.streamlit/secrets.toml`; the first wins.

Owns the files' encodings and forms, and says what of them is ignored. Nothing it says quotes a value.
"""

import codecs
import io
import os
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

ENVIRONMENT = "environment"
DOTENV = Path(".env")
SECRETS = Path(".streamlit/secrets.toml")

# Names meant for Parley. Others in its own files count as misspelled if they are very close to a setting.
_PREFIXES = ("VOICE_", "ASSEMBLYAI_")
_CLOSE = 0.85
_SIMILAR = 0.6
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_INVISIBLE = r"[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
_EDGES = re.compile(rf"^{_INVISIBLE}|{_INVISIBLE}$")
_QUOTES = ("'", '"')
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# UTF-32 before UTF-16, whose mark it begins with.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Given:
    """A value as it was found, and where: "environment", ".env, line 3" or ".streamlit/secrets.toml"."""

    value: object = field(repr=False)
    place: str


@dataclass
class Sources:
    """What was found for the settings, what stops the start, and what is only worth a warning."""

    given: dict[str, Given] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_sources(known: Collection[str]) -> Sources:
    """Find the settings called `known`, in upper case. A blank value counts as not set."""
    sources = Sources()
    for name, given in (*_environment(), *_dotenv(sources), *_secrets(sources, known)):
        setting = name.upper()
        if setting not in known:
            _warn(sources, name, given, known)
            continue
        value = clean(given.value) if isinstance(given.value, str) else given.value
        if value != "":
            sources.given.setdefault(setting, Given(value, given.place))
    return sources


def clean(text: str) -> str:
    """`text` without blanks, invisible characters and a pair of straight quotes around it."""
    text = _EDGES.sub("", text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        text = _EDGES.sub("", text[1:-1])
    return text


def _environment() -> Iterator[tuple[str, Given]]:
    for name, value in os.environ.items():
        yield name, Given(value, ENVIRONMENT)


def _dotenv(sources: Sources) -> list[tuple[str, Given]]:
    # A folder of that name is a virtual environment.
    raw = None if os.path.isdir(DOTENV) else _bytes_of(DOTENV, sources)
    if raw is None:
        return []
    text = _decoded(raw)
    if "\0" in text:
        sources.problems.append(f"{DOTENV} is not a text file in UTF-8. Save it as UTF-8.")
        return []
    lines: dict[str, int] = {}
    for binding in parse_stream(io.StringIO(text)):
        written = binding.original.string
        line = binding.original.line + _lines(written[: len(written) - len(written.lstrip())])
        if problem := _problem_of(binding):
            sources.problems.append(f"{DOTENV}, line {line}, {problem}.")
        elif binding.key is not None:
            lines[binding.key] = line
    if sources.problems:
        return []
    values = dotenv_values(stream=io.StringIO(text))
    return [(name, Given(values[name], f"{DOTENV}, line {line}")) for name, line in lines.items()]


def _problem_of(binding: Binding) -> str | None:
    is_setting = binding.key is not None and binding.value is not None and _NAME.fullmatch(binding.key)
    if binding.error or (binding.key is not None and not is_setting):
        return "is not a setting; write it as NAME=value, or put # before it"
    if is_setting and _SURROGATE.search(binding.original.string):
        return "is not in UTF-8; save the file as UTF-8"
    return None


def _secrets(sources: Sources, known: Collection[str]) -> list[tuple[str, Given]]:
    raw = _bytes_of(SECRETS, sources)
    if raw is None:
        return []
    # Streamlit reads the login from the same file, and only as plain UTF-8.
    if any(raw.startswith(mark) for mark, _ in _MARKS):
        sources.problems.append(f"{SECRETS}, line 1, begins with a byte order mark; save it as plain UTF-8.")
        return []
    try:
        found = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = 1 + raw.count(b"\n", 0, error.start)
        sources.problems.append(f"{SECRETS}, line {line}, is not in UTF-8; save the file as UTF-8.")
        return []
    except tomllib.TOMLDecodeError as error:
        sources.problems.append(f"{SECRETS} is not valid TOML: {error}. Text needs double quotes.")
        return []
    except (ValueError, RecursionError):
        sources.problems.append(f"{SECRETS} is not valid TOML: a number is too long or lists are too deep.")
        return []
    for section, value in found.items():
        inside = value if isinstance(value, dict) and section.upper() not in known else {}
        sources.problems += [
            f"{name} is in section [{section}] of {SECRETS}, where it has no effect; move it above the first "
            "section."
            for name in inside
            if name.upper() in known
        ]
    return [(name, Given(value, str(SECRETS))) for name, value in found.items()]


def _bytes_of(path: Path, sources: Sources) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        sources.problems.append(f"{path} can't be read: {error.strerror}.")
        return None


def _decoded(raw: bytes) -> str:
    """The text; bytes that are none are kept as lone surrogates, so that their line can be named."""
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), "utf-8")
    return raw.decode(encoding, "surrogateescape" if encoding.startswith("utf-8") else "replace")


def _lines(text: str) -> int:
    return len(re.findall(r"\r\n|\n|\r", text))


def _warn(sources: Sources, name: str, given: Given, known: Collection[str]) -> None:
    is_ours = name.upper().startswith(_PREFIXES)
    # The environment and the sections of secrets.toml are shared with other programs.
    if isinstance(given.value, dict) or (given.place == ENVIRONMENT and not is_ours):
        return
    close = get_close_matches(name.upper(), known, 1, _SIMILAR if is_ours else _CLOSE)
    if is_ours or close:
        hint = f" Did you mean {close[0]}?" if close else ""
        sources.warnings.append(f"{name} ({given.place}) is not a setting and has no effect.{hint}")
