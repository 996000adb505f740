"""Run by Alembic, with the connection and the open transaction of `Schema.upgrade`.

A new migration goes to `versions/` under the next number, and `HEAD` in `schema.py` with it. Where one must rebuild a
table in SQLite, its children go first: dropping the old table deletes what refers to it.
"""

from __future__ import annotations

from alembic import context

from exit_bridge.store.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
