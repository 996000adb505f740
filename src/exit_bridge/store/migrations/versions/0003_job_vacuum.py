"""PostgreSQL cleans the queue's table by the jobs that ended since, not by their share of all that ever ended."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Set how the table is vacuumed; SQLite has nothing of the kind.

    A claim walks over the index entries of jobs that ended since the last vacuum. By default that comes after a fifth
    of the table has changed, and leaves the index alone where few pages changed: among a million done jobs a claim
    took many times as long (benchmarks/claims.py).
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE job SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, "
            "vacuum_index_cleanup = on)"
        )
