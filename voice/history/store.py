"""The store of calls: opened once per process, used from any thread.

Every read and every change names the owner of the calls: "" where nobody logs in. Whatever the database can't
do is raised as `HistoryProblem`, with sentences for a person. Its recordings are files beside it.
"""

import logging
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from voice.history import reading, writing
from voice.history.database import WRITES, check_writable, make_engine, migrate, wait_for_others
from voice.history.database_file import DatabaseFile
from voice.history.database_url import database_url, place_of
from voice.history.entries import Entry
from voice.history.problems import problem_of
from voice.history.processes import Heartbeats, this_process
from voice.history.recordings import (
    imported_call_id,
    is_call_id,
    new_call_id,
    recording_path,
    remove_recording,
    service_recording_path,
)
from voice.history.records import (
    MAX_NOTE_CHARS,
    MAX_RATING,
    MAX_TITLE_CHARS,
    Choices,
    Filters,
    Found,
    FoundCall,
    FullCall,
    HistoryProblem,
    Order,
    SessionRecord,
)
from voice.history.tables import calls
from voice.history.words import wanted_of

_log = logging.getLogger(__name__)

# A page that is opened in the first moment waits so long for the database to be opened.
_OPENING_TIMEOUT_S = 3.0
_NO_FILTERS = Filters()


class Store:
    """`url` is `VOICE_DATABASE_URL` or empty; recordings lie in `data_dir`.

    `replaced` counts how often the open database file was found deleted, or another one in its place.
    """

    def __init__(self, url: str | None, data_dir: Path) -> None:
        self._given_url = url
        self._url = database_url(url, data_dir)
        self._data_dir = data_dir
        self._engine: Engine | None = None
        self._file = DatabaseFile(self._url)
        self._problem: HistoryProblem | None = None
        self._logged = ""
        self._tried = threading.Event()
        self._opening = threading.Lock()
        self.writer = this_process()
        self._heartbeats = Heartbeats(self.writer)
        self.replaced = 0

    @property
    def place(self) -> str:
        """Where the database is, for a person and without a password."""
        return place_of(self._url)

    @property
    def version(self) -> str:
        """Name and version of the database."""
        with self._connection() as connection:
            version = ".".join(map(str, connection.dialect.server_version_info or ()))
            return f"{'SQLite' if connection.dialect.name == 'sqlite' else 'PostgreSQL'} {version}"

    def open(self) -> None:
        """Check the database and bring it up to date, also when its file was deleted since.

        May take seconds; may be tried again if it failed.
        """
        with self._opening:
            if self._engine is not None:
                if self._file.is_same():
                    return
                self.replaced += 1
                self.close()
            engine = make_engine(self._url)
            try:
                if not self._given_url:
                    self._data_dir.mkdir(parents=True, exist_ok=True)
                self._file.remove_old_log()
                migrate(engine, self.place)
                self._file.note()
                self._engine = engine
                self._logged = ""
            except (SQLAlchemyError, OSError, HistoryProblem) as error:
                engine.dispose()
                self._problem = self._told(error)
                raise self._problem from error
            finally:
                self._tried.set()

    def close(self) -> None:
        """Let go of the database."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def recording_path(self, call_id: str) -> Path:
        """Where the recording of a call lies, if it has one. Raises `ValueError` for what is no id."""
        return recording_path(self._data_dir, call_id)

    def service_recording_path(self, call_id: str, number: int) -> Path:
        """Where the service's recording of the call's `number`-th session lies, if it was brought in."""
        return service_recording_path(self._data_dir, call_id, number)

    # Reading.

    def list_calls(
        self,
        owner: str,
        text: str = "",
        filters: Filters = _NO_FILTERS,
        order: Order = "newest",
        offset: int = 0,
        limit: int = 50,
    ) -> Found:
        """The owner's calls that have all words of `text` in title, note or what was said."""
        wanted = wanted_of(text)
        if text.strip() and not wanted:
            return Found([], 0)
        with self._connection() as connection:
            conditions = reading.matching(owner, filters)
            if wanted:
                conditions.append(reading.with_words(connection, wanted, every=True))
            found, total = reading.page_of_calls(
                connection, conditions, order, (offset, limit), self._has_recording
            )
            if not wanted:
                return Found([FoundCall(call) for call in found], total)
            return Found(reading.snippets(connection, found, wanted), total)

    def full_call(self, owner: str, call_id: str) -> FullCall | None:
        """All that is kept of a call; None if this owner has none of that id."""
        with self._connection() as connection:
            full = reading.full_call(connection, owner, call_id, self._has_recording)
        if full is None:
            return None
        heard = (
            replace(session, has_sound=self.service_recording_path(call_id, session.number).exists())
            for session in full.sessions
        )
        return replace(full, sessions=tuple(heard))

    def calls_to_forget(self, owner: str, ids: Sequence[str] | None = None) -> list[FullCall]:
        """The owner's calls that are over, all or those of `ids`; of their parts only the sessions' ids."""
        with self._connection() as connection:
            return reading.calls_with_sessions(connection, owner, ids, self._has_recording)

    def written_at(self, owner: str, call_id: str) -> float | None:
        """When its process last wrote the call or said that it runs; None if this owner has none of that id.

        Much cheaper than reading it: for asking whether there is anything new.
        """
        with self._connection() as connection:
            known = select(calls.c.seen_at).where(calls.c.owner == owner, calls.c.id == call_id)
            return connection.execute(known).scalar_one_or_none()

    def choices(self, owner: str) -> Choices:
        """What there is to filter by."""
        with self._connection() as connection:
            return reading.choices(connection, owner)

    def calls_about(self, owner: str, words: Sequence[str], limit: int) -> list[FullCall]:
        """The owner's calls that are over and have any of the words; those with all of them first."""
        wanted = wanted_of(" ".join(words))
        if not wanted:
            return []
        over = [*reading.matching(owner, Filters()), calls.c.how_ended != "running"]
        with self._connection() as connection:
            ids: dict[str, None] = {}
            for every in (True, False):
                conditions = [*over, reading.with_words(connection, wanted, every=every)]
                found, _ = reading.page_of_calls(
                    connection, conditions, "newest", (0, limit), self._has_recording
                )
                ids |= dict.fromkeys(call.id for call in found)
            full = (
                reading.full_call(connection, owner, id_, self._has_recording) for id_ in list(ids)[:limit]
            )
            return [call for call in full if call is not None]

    def count(self) -> int:
        """How many calls are kept, of all owners."""
        with self._connection() as connection:
            return connection.execute(select(func.count()).select_from(calls)).scalar_one()

    # What people change.

    def rename(self, owner: str, call_id: str, title: str) -> bool:
        """Give a call a title; False if this owner has none of that id."""
        return self._change(owner, call_id, title=" ".join(title.split())[:MAX_TITLE_CHARS])

    def annotate(self, owner: str, call_id: str, note: str) -> bool:
        """Note something about a call."""
        return self._change(owner, call_id, note=note[:MAX_NOTE_CHARS])

    def rate(self, owner: str, call_id: str, rating: int | None) -> bool:
        """Rate a call from 1 to `MAX_RATING`, or take the rating back. Raises `ValueError` for others."""
        if rating is not None and not 1 <= rating <= MAX_RATING:
            raise ValueError(f"a rating is 1 to {MAX_RATING}")
        return self._change(owner, call_id, rating=rating)

    def bring_in(self, owner: str, call_id: str, session: SessionRecord) -> bool:
        """Keep the service's timeline of a session; False if this owner has no such call or session."""
        with self._connection(writes=True) as connection:
            mine = select(calls.c.number).where(calls.c.owner == owner, calls.c.id == call_id)
            number = connection.execute(mine).scalar_one_or_none()
            return number is not None and writing.bring_in(connection, number, session)

    def delete(self, owner: str, call_id: str) -> bool:
        """Delete a call with its recording; False if this owner has none of that id.

        Raises `HistoryProblem` for one that still runs.
        """
        with self._connection(writes=True) as connection:
            known = select(calls.c.how_ended).where(calls.c.owner == owner, calls.c.id == call_id)
            how_ended = connection.execute(known).scalar_one_or_none()
            if how_ended is None:
                return False
            if how_ended == "running":
                raise HistoryProblem("This call is still running.", "Hang up first, then delete it.")
            self._forget(connection, [call_id])
        return True

    def delete_all(self, owner: str) -> int:
        """Delete all the owner's calls with their recordings, but for those that run; gives their number."""
        return self._delete_where(calls.c.owner == owner)

    def purge(self, before: float) -> int:
        """Delete every owner's calls that began before `before`, in epoch seconds; gives their number."""
        return self._delete_where(calls.c.started_at < before)

    def add_imported(self, owner: str, full: FullCall) -> str:
        """Keep a call that comes from a file as the owner's own; gives the id that it has here.

        Raises `HistoryProblem` if the owner has it already.
        """
        call = full.call
        with self._connection(writes=True) as connection:
            wait_for_others(connection)
            id_ = self._free_id(connection, owner, call.id)
            how = "cut_short" if call.how_ended == "running" else call.how_ended
            ended_at = call.started_at if call.ended_at is None else call.ended_at
            own = replace(call, id=id_, owner=owner, how_ended=how, ended_at=ended_at, imported=True)
            writing.write_whole(connection, replace(full, call=own))
        return id_

    def check_writable(self) -> None:
        """Raise `HistoryProblem` if nothing can be written."""
        with self._connection(writes=True) as connection:
            check_writable(connection)

    # What the keeper of running calls does.

    def write(self, call_id: str, entries: Sequence[Entry], now: float) -> None:
        """Keep these entries of a running call, all or none of them. `now` is by the call's own clock."""
        with self._connection(writes=True) as connection:
            writing.write(connection, call_id, entries, self.writer, now)

    def still_here(self, calls_at: Mapping[str, float]) -> None:
        """Tell other processes that these calls, by their ids, still run; each with now by its own clock."""
        with self._connection(writes=True) as connection:
            for call_id, now in calls_at.items():
                running = update(calls).where(calls.c.id == call_id, calls.c.how_ended == "running")
                connection.execute(running.values(seen_at=now))

    def end_orphans(self, mine: Collection[str] = ()) -> int:
        """Mark running calls that nobody writes any more as cut short; gives their number.

        They are those of processes that are gone, and of this one all but `mine`, by their ids.
        """
        with self._connection(writes=True) as connection:
            rows = connection.execute(
                select(calls.c.number, calls.c.id, calls.c.writer, calls.c.seen_at).where(
                    calls.c.how_ended == "running"
                )
            )
            running = [(row.number, row.writer, row.seen_at) for row in rows if row.id not in mine]
            gone = self._heartbeats.gone(running)
            writing.cut_short(connection, gone)
        return len(gone)

    # Inside.

    def _free_id(self, connection: Connection, owner: str, call_id: str) -> str:
        """The id for a call from a file: its own, or the owner's for it where somebody else has that."""
        wanted = [id_ for id_ in (call_id, imported_call_id(owner, call_id)) if is_call_id(id_)]
        rows = connection.execute(select(calls.c.id, calls.c.owner).where(calls.c.id.in_(wanted)))
        taken = {row.id: row.owner for row in rows}
        if owner in taken.values():
            raise HistoryProblem("This call is in the history already.")
        return next((id_ for id_ in wanted if id_ not in taken), new_call_id())

    def _change(self, owner: str, call_id: str, **values: str | int | None) -> bool:
        with self._connection(writes=True) as connection:
            mine = select(calls.c.number, calls.c.how_ended).where(
                calls.c.owner == owner, calls.c.id == call_id
            )
            row = connection.execute(mine).one_or_none()
            if row is None:
                return False
            connection.execute(update(calls).where(calls.c.number == row.number).values(**values))
            writing.index_words(connection, row.number)
        return True

    def _delete_where(self, condition: ColumnElement[bool]) -> int:
        with self._connection(writes=True) as connection:
            ids = connection.execute(select(calls.c.id).where(condition, calls.c.how_ended != "running"))
            gone = list(ids.scalars())
            self._forget(connection, gone)
        return len(gone)

    def _forget(self, connection: Connection, ids: Sequence[str]) -> None:
        # The sound goes first: a call without its recording can be deleted again, a recording without its
        # call would stay for ever.
        for call_id in ids:
            remove_recording(self._data_dir, call_id)
        for call_id in ids:
            connection.execute(delete(calls).where(calls.c.id == call_id))

    def _has_recording(self, call_id: str) -> bool:
        return self.recording_path(call_id).exists()

    @contextmanager
    def _connection(self, *, writes: bool = False) -> Iterator[Connection]:
        engine = self._opened()
        try:
            with engine.connect().execution_options(**{WRITES: writes}) as connection, connection.begin():
                yield connection
            if writes:
                self._logged = ""
        except (SQLAlchemyError, OSError) as error:
            raise self._told(error) from error

    def _opened(self) -> Engine:
        self._tried.wait(_OPENING_TIMEOUT_S)
        if self._engine is not None:
            return self._engine
        raise self._problem or HistoryProblem(
            "The history is still being opened.", "Try again in a moment.", passing=True
        )

    def _told(self, error: SQLAlchemyError | OSError | HistoryProblem) -> HistoryProblem:
        if isinstance(error, HistoryProblem):
            return error
        problem = problem_of(error, self.place)
        # A known one is tried again and again, and its sentences say all there is to know.
        if not problem.passing or problem.sentence != self._logged:
            _log.warning("%s", problem, exc_info=None if problem.passing else error)
        self._logged = problem.sentence
        return problem
