"""Every session that a call had, with what was brought in of it; where its agent was; what was imported."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them; of earlier calls only the last session is known, and not when it began."""
    op.add_column("calls", sa.Column("agent_url", sa.Text, nullable=False, server_default=""))
    op.add_column("calls", sa.Column("imported", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "sessions",
        sa.Column(
            "call_number",
            sa.Integer,
            sa.ForeignKey("calls.number", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("began_at", sa.Double, nullable=False),
        sa.Column("brought_at", sa.Double),
        sa.Column("timeline", sa.LargeBinary),
    )
    op.execute(
        "INSERT INTO sessions (call_number, number, id, began_at)"
        " SELECT number, 1, session_id, started_at FROM calls WHERE session_id <> ''"
    )
