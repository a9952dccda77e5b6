"""What a database's error means for a person, and what to do about it.

Never quotes an error: it may hold an address with its password, or what was said in a call.
"""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from voice.history.records import HistoryProblem

# SQLite's and PostgreSQL's words, in lower case; the first that fits counts.
_KNOWN = (
    (
        ("database is locked", "database table is locked"),
        "The database of calls at {place} is locked by another program.",
        "Close what else has that file open.",
    ),
    (
        ("readonly database", "read-only"),
        "The database of calls at {place} can only be read.",
        "Give Parley the right to write there, or set VOICE_DATA_DIR to another folder.",
    ),
    (
        ("disk is full", "no space left", "disk quota"),
        "The disk that holds the calls at {place} is full.",
        "Free some space on it, or delete old calls.",
    ),
    (
        ("not a database", "malformed", "file is encrypted"),
        "The database of calls at {place} is damaged. It is left as it is.",
        "Bring back a copy, or move the file away: Parley then begins a new one.",
    ),
    (
        ("unable to open database file", "disk i/o error"),
        "The database of calls at {place} can't be opened.",
        "Check that the folder is there and may be written in, or set VOICE_DATA_DIR to another one.",
    ),
    (
        ("password authentication", "no password supplied", "permission denied", "does not exist"),
        "The database server at {place} refuses Parley.",
        "Check name, password and database in VOICE_DATABASE_URL.",
    ),
    (
        ("connection is bad: invalid", "invalid integer value"),
        "The database server at {place} can't be asked: a parameter in VOICE_DATABASE_URL has a wrong value.",
        "Correct or leave out what stands behind the ? in VOICE_DATABASE_URL.",
    ),
    (
        ("connection", "server closed", "could not translate host", "timeout", "failed to resolve"),
        "The database server at {place} can't be reached.",
        "Check VOICE_DATABASE_URL, and that the server runs.",
    ),
)


def problem_of(error: SQLAlchemyError | OSError, place: str) -> HistoryProblem:
    """The problem in words; `place` is where the database is, without a password."""
    if isinstance(error, OSError):
        return HistoryProblem(
            f"The folder of the calls can't be used: {error.strerror} ({error.filename}).",
            "Give Parley the right to write there, or set VOICE_DATA_DIR to another folder.",
            passing=True,
        )
    said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    for words, sentence, next_step in _KNOWN:
        if any(word in said for word in words):
            return HistoryProblem(sentence.format(place=place), next_step, passing=True)
    return HistoryProblem(
        f"The database of calls at {place} failed ({type(error).__name__}).", "Parley's log has the reason."
    )


def newer(place: str) -> HistoryProblem:
    """A later version of Parley has changed the tables."""
    return HistoryProblem(
        f"The database of calls at {place} was written by a newer version of Parley. It is left as it is.",
        "Start that version again, or set VOICE_DATA_DIR or VOICE_DATABASE_URL to another database.",
        passing=True,
    )
