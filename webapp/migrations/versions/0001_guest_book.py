"""The guest book."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table of entries."""
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("message", sa.String(280), nullable=False),
        sa.Column(
            "written", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
    )
    op.create_index("ix_entries_written", "entries", ["written"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("entries")
