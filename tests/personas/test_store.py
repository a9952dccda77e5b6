"""Personas that people saved: kept, renamed, deleted; broken files are told and left alone."""

import os
from pathlib import Path

import pytest

from voice.personas import store as store_module
from voice.personas.persona import Persona, PersonaRefused, shipped
from voice.personas.store import PersonaStore, Shelf, clean_name

ANN = Persona("Ann", "You are Ann.", "Hello.", "george", ("Parley",), ("notes",), "patient")


@pytest.fixture
def store(tmp_path: Path) -> PersonaStore:
    return PersonaStore(tmp_path / "personas", tools=("notes",))


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "personas").iterdir())


def test_a_folder_that_is_not_there_is_an_empty_shelf(store: PersonaStore) -> None:
    assert store.load() == Shelf()


def test_what_is_saved_is_found_again_and_nothing_else_is_left_behind(
    store: PersonaStore, tmp_path: Path
) -> None:
    store.save(ANN)
    assert store.load() == Shelf((ANN,))
    assert len(files(tmp_path)) == 1


def test_saving_under_the_same_name_replaces(store: PersonaStore) -> None:
    store.save(ANN)
    store.save(Persona("ANN", "Another."))
    assert store.load().personas == (Persona("ANN", "Another."),)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "CON", "a/b\\c", "ann.json", "日本", "🦜", "-rf", ".", "x" * 40]
)
def test_any_name_is_kept_inside_the_folder(name: str, store: PersonaStore, tmp_path: Path) -> None:
    store.save(Persona(name))
    assert [persona.name for persona in store.load().personas] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["personas"]


def test_names_that_differ_only_in_unsafe_characters_are_two(store: PersonaStore) -> None:
    store.save(Persona("日本"))
    store.save(Persona("本日"))
    assert len(store.load().personas) == 2


def test_renaming_moves(store: PersonaStore, tmp_path: Path) -> None:
    store.save(ANN)
    store.rename(ANN, "Bea")
    assert [persona.name for persona in store.load().personas] == ["Bea"]
    assert len(files(tmp_path)) == 1


def test_a_name_may_change_its_case(store: PersonaStore) -> None:
    store.save(ANN)
    store.rename(ANN, "ANN")
    assert [persona.name for persona in store.load().personas] == ["ANN"]


def test_renaming_never_overwrites(store: PersonaStore) -> None:
    store.save(ANN)
    store.save(Persona("Bea"))
    with pytest.raises(PersonaRefused, match="Another persona"):
        store.rename(ANN, "bea")
    assert [persona.name for persona in store.load().personas] == ["Ann", "Bea"]


def test_deleting_forgets(store: PersonaStore) -> None:
    store.save(ANN)
    store.delete(ANN)
    store.delete(ANN)
    assert store.load() == Shelf()


def test_names_of_parleys_own_are_not_given_away(store: PersonaStore) -> None:
    with pytest.raises(PersonaRefused, match="belongs to Parley"):
        store.save(Persona(shipped()[0].name.upper()))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[1]", "no persona"),
        (b"{}", "no name"),
        (b"x" * 100_001, "too large"),
        (b'{"name": "Ann"}', "rename it to ann-"),
    ],
)
def test_a_broken_file_is_told_and_left_alone(
    content: bytes, told: str, store: PersonaStore, tmp_path: Path
) -> None:
    store.save(Persona("Bea"))
    broken = tmp_path / "personas" / "broken.json"
    broken.write_bytes(content)
    shelf = store.load()
    assert [persona.name for persona in shelf.personas] == ["Bea"]
    (problem,) = shelf.problems
    assert problem.startswith("broken.json: ")
    assert told in problem
    assert broken.read_bytes() == content


def test_a_file_that_is_partly_wrong_is_used_and_told(store: PersonaStore, tmp_path: Path) -> None:
    store.save(ANN)
    (path,) = files(tmp_path)
    path.write_text(path.read_text().replace('"notes"', '"gone"'))
    shelf = store.load()
    assert [persona.name for persona in shelf.personas] == ["Ann"]
    assert "no tool “gone”" in shelf.problems[0]


def test_a_full_shelf_takes_no_more_but_lets_the_old_change(
    store: PersonaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_PERSONAS", 2)
    store.save(Persona("Ann"))
    store.save(Persona("Bea"))
    with pytest.raises(PersonaRefused, match="Delete one"):
        store.save(Persona("Cleo"))
    store.save(Persona("Bea", "Changed."))
    assert store.load().personas == (Persona("Ann"), Persona("Bea", "Changed."))


def test_a_crash_in_the_middle_of_saving_leaves_the_old_one(
    store: PersonaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(ANN)

    def full_disk(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(PersonaRefused, match="No space left"):
        store.save(Persona("Ann", "New."))
    assert store.load().personas == (ANN,)
    assert len(files(tmp_path)) == 1


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PersonaRefused, match="could not be saved"):
        PersonaStore(tmp_path / "file" / "personas", ()).save(ANN)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "Type a name"),
        ("   ", "Type a name"),
        ("x" * 41, "at most 40"),
        ("bea", "Another persona"),
        ("parley", "belongs to Parley"),
        ("unnamed", "belongs to Parley"),
    ],
)
def test_a_name_that_cannot_be_used_is_told(name: str, told: str) -> None:
    with pytest.raises(PersonaRefused, match=told):
        clean_name(name, taken=["Bea"])


def test_a_name_is_tidied() -> None:
    assert clean_name("  My \n agent ") == "My agent"
