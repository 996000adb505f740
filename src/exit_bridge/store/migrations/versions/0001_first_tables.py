"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "submission",
        sa.Column("id", key, nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("response_id", sa.Text(), nullable=False),
        sa.Column("result_id", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("survey", "response_id", name="uq_submission_survey_response_id"),
        sa.UniqueConstraint("result_id", name="uq_submission_result_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "version",
        sa.Column("submission", key, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger()),
        sa.Column("submitted_at", sa.Text()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("submission", "n", name="pk_version"),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_version_submission", ondelete="CASCADE"),
    )
    op.create_table(
        "job",
        sa.Column("id", key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("submission", key),
        sa.Column("version", sa.Integer()),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("leased_by", sa.Text()),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name="fk_job_submission", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_submission", "job", ["submission"])
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_job_due_at_id", "job", ["due_at", "id"], postgresql_where=due, sqlite_where=due)
    op.create_table(
        "attempt",
        sa.Column("job", key, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("outcome", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("job", "n", name="pk_attempt"),
        sa.ForeignKeyConstraint(["job"], ["job.id"], name="fk_attempt_job", ondelete="CASCADE"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", key, nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("element", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("survey", "digest", name="uq_quarantine_survey_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tally",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("wave", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("survey", "wave", "kind", name="pk_tally"),
    )
