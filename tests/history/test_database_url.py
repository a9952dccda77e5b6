"""Which database an address names, and that a wrong one is refused without a part of its password."""

import logging
from pathlib import Path

import pytest

from voice.history.database_url import FILE_NAME, database_url, place_of
from voice.history.records import HistoryProblem
from voice.history.store import Store

HERE = Path("/kept")


@pytest.mark.parametrize(
    ("given", "place", "password"),
    [
        ("postgresql://me:canary@db.test/calls", "db.test/calls", "canary"),
        ("postgres://me:canary@db.test:5433/calls", "db.test/calls", "canary"),
        ("postgresql+psycopg://me:canary@db.test/calls", "db.test/calls", "canary"),
        ("PostgreSQL://me:canary@db.test/calls", "db.test/calls", "canary"),
        ("postgresql://me:can%40ary@db.test/calls", "db.test/calls", "can@ary"),
        ("postgresql://me:c%25:a/n?a#ry@db.test/calls", "db.test/calls", "c%:a/n?a#ry"),
        ("postgresql://me:canary@[::1]:5432/calls", "::1/calls", "canary"),
        ("postgresql:///calls", "this machine/calls", None),
        ("postgresql:///calls?host=/var/run/postgresql", "this machine/calls", None),
        ("postgresql://a.test/calls?host=b.test:1&host=c.test:2", "a.test/calls", None),
        ("postgresql://db.test/calls?sslmode=verify-full&sslrootcert=system", "db.test/calls", None),
        ("postgresql://db.test/calls?connect_timeout=30&application_name=parley", "db.test/calls", None),
    ],
)
def test_postgresql_is_named_in_each_of_its_spellings(given: str, place: str, password: str | None) -> None:
    url = database_url(given, HERE)
    assert url.drivername == "postgresql+psycopg"
    assert place_of(url) == place
    assert url.password == password


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("", f"/kept/{FILE_NAME}"),
        ("sqlite:////elsewhere/calls.db", "/elsewhere/calls.db"),
        ("sqlite+pysqlite:////elsewhere/calls.db", "/elsewhere/calls.db"),
        ("sqlite:///calls.db", "{here}/calls.db"),
        ("sqlite:///~/calls.db", "{here}/home/calls.db"),
        ("sqlite:///$HOME/calls.db", "{here}/home/calls.db"),
        ("sqlite:///file:/elsewhere/calls.db?mode=ro&uri=true", "file:/elsewhere/calls.db"),
    ],
)
def test_a_sqlite_file_is_named_as_in_a_shell(
    given: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert place_of(database_url(given, HERE)) == path.format(here=tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("postgresql://me:can@ary@db.test:1/calls", "write @ as %40"),
        ("postgresql://c@n:ary@db.test/calls", "write @ as %40"),
        ("postgresql://me:can@ary/can@db.test/calls", "write @ as %40"),
        ("postgresql://me:can@db.test/calls?password=can@ary", "write @ as %40"),
        ("postgresql://m/e:canary@db.test/calls", "write / as %2F"),
        ("postgresql://me:can%ary@db.test/calls", "write % as %25"),
        ("postgresql://me:canary/calls", "must have a port from 1 to 65535, or none"),
        ("postgresql://me:p@db.test:canary/calls", "must have a port from 1 to 65535, or none"),
        ("postgresql://db.test:0/calls", "must have a port from 1 to 65535, or none"),
        ("postgresql://db.test:65536/calls", "must have a port from 1 to 65535, or none"),
        ("postgresql://db.test:/calls", "must have a port from 1 to 65535, or none"),
        ("postgresql://a.test:1,b.test:2/calls", "must have a port from 1 to 65535, or none"),
        ("postgresql://me:canary@db.test", "names no database"),
        ("postgresql://me:canary@db.test/", "names no database"),
        ("postgresql://", "names no database"),
        ("postgresql://me@%2Fvar%2Frun/calls", "write the folder of a socket as ?host=/folder"),
        ("postgresql://d b/calls", "has a host that is not a name"),
        ("postgresql+asyncpg://me:canary@db.test/calls", "names the driver asyncpg"),
        ("postgres+psycopg2://me:canary@db.test/calls", "names the driver psycopg2"),
        ("sqlite+aiosqlite:////calls.db", "names the driver aiosqlite"),
        ("mysql://me:canary@db.test/calls", "names a mysql database"),
        ("mysql+pymysql://me:canary@db.test/calls", "names a mysql database"),
        ("jdbc:postgresql://db.test/calls?password=canary", "must be like postgresql://"),
        ("host=db.test password=canary", "must be like postgresql://"),
        ("postgresql:/me:canary@db.test/calls", "must be like postgresql://"),
        ("canary", "must be like postgresql://"),
        (
            "postgresql://db.test/calls?pgbouncer=true",
            "has the parameter pgbouncer, which PostgreSQL does not",
        ),
        ("postgresql://me:p@db.test/calls?can ary=1", "has a parameter, which PostgreSQL does not know"),
        ("postgresql://db.test/calls?sslmode=on", "has a wrong sslmode; it is one of disable, allow, prefer"),
        ("postgresql://db.test/calls?target_session_attrs=x", "has a wrong target_session_attrs"),
        ("postgresql://db.test/calls?connect_timeout=soon", "has a wrong connect_timeout"),
        ("postgresql://db.test/calls?sslmode=require&sslmode=allow", "has the parameter sslmode twice"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite://folder/calls.db", "must have three slashes"),
        ("sqlite:////calls.db?timeout=5", "takes no parameters"),
        ("sqlite:///$NO_SUCH_NAME/calls.db", "uses $NO_SUCH_NAME"),
    ],
)
def test_a_wrong_address_is_refused_with_what_to_do_and_no_part_of_a_password(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z]") as refused:
        database_url(given, HERE)
    assert said in str(refused.value)
    assert refused.value.__cause__ is None
    assert not any(part in str(refused.value) for part in ("can@", "c@n", "nary", "@db"))


@pytest.mark.parametrize("parameters", ["", "?keepalives=1&load_balance_hosts=canary", "?sslcertmode=canary"])
def test_a_server_that_cant_be_asked_is_named_without_its_password(
    parameters: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(f"postgresql://me:can%40ary@127.0.0.1:1/calls{parameters}", tmp_path)
    with caplog.at_level(logging.DEBUG), pytest.raises(HistoryProblem) as problem:
        store.open()
    wrong = "a parameter in VOICE_DATABASE_URL has a wrong value" if parameters else "can't be reached"
    assert wrong in problem.value.sentence
    assert "127.0.0.1/calls" in problem.value.sentence
    told = f"{problem.value}{problem.value.next_step}{store.place}{caplog.text}"
    assert not any(part in told for part in ("can@ary", "can%40ary", "ary@"))


def test_the_address_says_how_long_to_wait_for_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[object] = []

    def connect(*_args: object, **options: object) -> None:
        waits.append(options["connect_timeout"])
        raise OSError("enough")

    monkeypatch.setattr("psycopg.connect", connect)
    for parameters in ("", "?connect_timeout=30"):
        with pytest.raises(HistoryProblem):
            Store(f"postgresql://127.0.0.1:1/calls{parameters}", tmp_path).open()
    assert waits == ["5", "30"]
