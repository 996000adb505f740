"""Team reports, frozen when their wave is closed; and links that were taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "snapshot",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("picture", sa.JSON(), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("survey", "wave", "n", name="pk_snapshot"),
    )
    op.create_table(
        "revoked",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("result_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("survey", "result_id", name="pk_revoked"),
    )
