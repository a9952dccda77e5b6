"""The first tables: calls with their turns, changes, marks and events, and the index of their words."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE_INDEX = (
    # Words come folded and between spaces, so the simplest tokenizer keeps them as they are.
    "CREATE VIRTUAL TABLE call_words USING fts5"
    "(words, content='calls', content_rowid='number', tokenize='ascii')",
    "CREATE TRIGGER calls_added AFTER INSERT ON calls BEGIN"
    " INSERT INTO call_words(rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER calls_gone AFTER DELETE ON calls BEGIN"
    " INSERT INTO call_words(call_words, rowid, words) VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER calls_reworded AFTER UPDATE OF words ON calls BEGIN"
    " INSERT INTO call_words(call_words, rowid, words) VALUES ('delete', old.number, old.words);"
    " INSERT INTO call_words(rowid, words) VALUES (new.number, new.words); END",
)
_POSTGRESQL_INDEX = (
    # Kept and not worked out at each search, which takes most of its time for a common word.
    "ALTER TABLE calls ADD COLUMN call_words tsvector"
    " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED",
    "CREATE INDEX calls_by_words ON calls USING gin (call_words)",
)


def upgrade() -> None:
    """Make them."""
    _make_calls()
    op.create_table(
        "turns",
        *_key_of("slot"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("speaker", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("rest", sa.Text, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sa.Column("interrupted", sa.Boolean, nullable=False),
        sa.Column("typed", sa.Boolean, nullable=False),
        sa.Column("latency", sa.Text),
        sa.Column("tool", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "changes",
        *_key_of("number"),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "marks",
        *_key_of("number"),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table("events", _of_call(), sa.Column("packed", sa.LargeBinary, nullable=False))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_INDEX if is_sqlite else _POSTGRESQL_INDEX:
        op.execute(statement)


def _make_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sa.Column("how_ended", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("rating", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("voice", sa.Text, nullable=False),
        sa.Column("persona", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("cost_usd", sa.Double),
        sa.Column("median_latency_ms", sa.Integer),
        sa.Column("interruptions", sa.Integer, nullable=False),
        sa.Column("turn_count", sa.Integer, nullable=False),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("writer", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
    )
    op.create_index("calls_of_owner", "calls", ["owner", "started_at"])
    op.create_index("calls_by_end", "calls", ["how_ended"])


def _of_call() -> "sa.Column[int]":
    of_call = sa.ForeignKey("calls.number", ondelete="CASCADE")
    return sa.Column("call_number", sa.Integer, of_call, primary_key=True, nullable=False)


def _key_of(second: str) -> "tuple[sa.Column[int], sa.Column[int]]":
    return _of_call(), sa.Column(second, sa.Integer, primary_key=True, autoincrement=False)
