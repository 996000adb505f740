"""Where pulling from a survey tool stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "pull",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text()),
        sa.Column("pulled_at", sa.BigInteger()),
        sa.Column("tried_at", sa.BigInteger()),
        sa.Column("leased_by", sa.Text()),
        sa.Column("leased_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("survey", name="pk_pull"),
    )
