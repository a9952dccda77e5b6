"""The personas that people saved: one JSON file each, in one folder. Whoever is given the folder shares them.

A file that can't be read is told about and left alone. Files are replaced in one step, so that a crash
leaves the old or the new one.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from voice.personas.checking import UNNAMED, Checked, check
from voice.personas.persona import MAX_NAME_CHARS, Persona, PersonaRefused, shipped

MAX_PERSONAS = 100
# The largest persona that can be saved takes about 40 kB, all characters outside ASCII.
_MAX_FILE_BYTES = 100_000
_MAX_SLUG_CHARS = 40
_DIGEST_CHARS = 10


class Shelf(msgspec.Struct, frozen=True):
    """What a folder holds: personas by name, and a sentence for each file with something wrong."""

    personas: tuple[Persona, ...] = ()
    problems: tuple[str, ...] = ()

    def find(self, name: str) -> Persona | None:
        """The persona of this name, however its letters are cased."""
        return next((persona for persona in self.personas if persona.key == name.casefold()), None)


class PersonaStore:
    """The folder `folder`, made when something is first saved. `tools` are the tools there are."""

    def __init__(self, folder: Path, tools: Collection[str]) -> None:
        self._folder = folder
        self._tools = tools

    def load(self) -> Shelf:
        """Everything saved, by name. Never raises: what can't be read is among the problems."""
        personas: dict[str, Persona] = {}
        problems: list[str] = []
        for path in self._paths()[: 2 * MAX_PERSONAS]:
            try:
                found = self._read(path)
            except PersonaRefused as refusal:
                problems.append(f"{path.name}: {refusal}")
                continue
            personas.setdefault(found.persona.key, found.persona)
            problems += [f"{path.name}: {problem}" for problem in found.problems]
        by_name = sorted(personas.values(), key=lambda persona: persona.key)
        return Shelf(tuple(by_name[:MAX_PERSONAS]), tuple(problems))

    def save(self, persona: Persona) -> None:
        """Keep a persona, over the one of the same name. Raises `PersonaRefused` if it can't be kept."""
        others = [path for path in self._paths() if path != self._path(persona.name)]
        _require_name(persona.name)
        if len(others) >= MAX_PERSONAS:
            raise PersonaRefused(f"There are {MAX_PERSONAS} personas already. Delete one first.")
        try:
            self._write(persona)
        except OSError as error:
            raise PersonaRefused(f"The persona could not be saved: {error.strerror}.") from error

    def rename(self, persona: Persona, name: str) -> Persona:
        """Give a saved persona another name. Raises `PersonaRefused` if another one has it."""
        renamed = msgspec.structs.replace(persona, name=name)
        if renamed.key != persona.key and self.load().find(name) is not None:
            raise PersonaRefused("Another persona has this name. Choose another, or delete that one.")
        self.save(renamed)
        if renamed.key != persona.key:
            self.delete(persona)
        return renamed

    def delete(self, persona: Persona) -> None:
        """Forget a persona. Raises `PersonaRefused` if its file stays."""
        try:
            self._path(persona.name).unlink(missing_ok=True)
        except OSError as error:
            raise PersonaRefused(f"The persona could not be deleted: {error.strerror}.") from error

    def _paths(self) -> list[Path]:
        with suppress(OSError):
            return sorted(self._folder.glob("*.json"))
        return []

    def _path(self, name: str) -> Path:
        # The digest tells names apart that look alike once only safe characters are left.
        key = name.casefold()
        slug = re.sub(r"[^a-z0-9]+", "-", key).strip("-")[:_MAX_SLUG_CHARS]
        digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_CHARS]
        return self._folder / f"{slug or 'persona'}-{digest}.json"

    def _read(self, path: Path) -> Checked:
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_FILE_BYTES + 1)
        except OSError as error:
            raise PersonaRefused(f"This file can't be read: {error.strerror}.") from error
        if len(content) > _MAX_FILE_BYTES:
            raise PersonaRefused("This file is too large for a persona. It is left as it is.")
        try:
            raw = msgspec.json.decode(content)
        except (ValueError, RecursionError):
            raise PersonaRefused("This file is not valid JSON. It is left as it is.") from None
        found = check(raw, tools=self._tools)
        if found.persona.name == UNNAMED:
            raise PersonaRefused("The persona in this file has no name. It is left as it is.")
        expected = self._path(found.persona.name).name
        if path.name != expected:
            # It could be neither replaced nor deleted from the page.
            raise PersonaRefused(f"To use this file, rename it to {expected}.")
        return found

    def _write(self, persona: Persona) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(persona), indent=2))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path(persona.name))
        except OSError:
            with suppress(OSError):
                Path(temporary).unlink()
            raise


def clean_name(name: str, taken: Iterable[str] = ()) -> str:
    """A name that a persona may be saved under. Raises `PersonaRefused` with what is wrong with it."""
    tidy = check({"name": name[: MAX_NAME_CHARS + 1]}, tools=()).persona.name
    if not name.strip():
        raise PersonaRefused("Type a name first.")
    if len(name.strip()) > MAX_NAME_CHARS:
        raise PersonaRefused(f"A name has at most {MAX_NAME_CHARS} characters. Shorten it.")
    if tidy.casefold() in {other.casefold() for other in taken}:
        raise PersonaRefused("Another persona has this name. Choose another.")
    _require_name(tidy)
    return tidy


def _require_name(name: str) -> None:
    if name.casefold() in {UNNAMED.casefold(), *(persona.key for persona in shipped())}:
        raise PersonaRefused("This name belongs to Parley itself. Choose another.")
