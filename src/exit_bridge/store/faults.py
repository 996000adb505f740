"""What a database driver's error means to the person who runs exit-bridge.

Only codes are read, never the driver's words: those can quote a key, a value or a whole statement.
"""

from __future__ import annotations

import sqlite3

from exit_bridge.errors import ExitBridgeError, StoreUnavailable

_UPGRADE = "exit-bridge db upgrade"

# https://www.sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_BUSY: ("The database is locked", "Find what holds it open, such as a backup, and try again"),
    sqlite3.SQLITE_LOCKED: ("The database is locked", "Try again"),
    sqlite3.SQLITE_PROTOCOL: ("The database is locked", "Try again"),
    sqlite3.SQLITE_NOMEM: ("There is no memory left", "Free some, and try again"),
    sqlite3.SQLITE_FULL: ("The disk is full", "Make room on the disk that holds the database"),
    sqlite3.SQLITE_READONLY: (
        "The database cannot be written",
        "Give this user write access to the file and its folder",
    ),
    sqlite3.SQLITE_PERM: ("The database cannot be opened", "Give this user access to the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("The database cannot be opened", "Give this user access to the file and its folder"),
    sqlite3.SQLITE_IOERR: ("The disk failed to read or write", "Check the disk"),
    sqlite3.SQLITE_CORRUPT: ("The database is damaged", "Restore a backup"),
    sqlite3.SQLITE_NOTADB: ("The file is not a SQLite database", "Check the path in the database URL"),
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html: a whole code, or its class (the first two characters)
_POSTGRESQL = {
    "42P01": ("The database has no tables yet, or older ones", f"Run: {_UPGRADE}"),
    "42703": ("The database has no tables yet, or older ones", f"Run: {_UPGRADE}"),
    "25006": ("The database cannot be written", "Connect to the primary server, not to a read-only copy"),
    "42501": ("The database user may not do this", "Grant it the right to use and create tables"),
    "53100": ("The disk of the database server is full", "Make room on it"),
    "53300": ("The database server takes no more connections", "Raise max_connections or run fewer processes"),
    "55P03": ("The database is locked", "Find the open transaction that holds the lock and end it"),
    "57014": ("The database server cancelled a statement", "Try again"),
    "28": ("The database server refused the login", "Check user and password in the database URL"),
    "3D": ("The database server has no such database", "Create it, or check the database URL"),
    "08": ("The connection to the database was lost", "Try again"),
    "40": ("The database gave way to another transaction", "Try again"),
    "53": ("The database server is out of resources", "Check its memory and disk"),
    "57": ("The database server is starting or stopping", "Try again"),
    "58": ("The database server failed to read or write", "Check its disk"),
    "XX": ("The database is damaged", "Check the server's log"),
}


def explain(error: BaseException, where: str) -> ExitBridgeError:
    """Our error for a driver's error: StoreUnavailable where time or an operator can cure it.

    Anything else, such as a value the database refuses, is a plain ExitBridgeError: sending it again cannot help.
    """
    fault = _sqlite(error) if isinstance(error, sqlite3.Error) else _postgresql(error)
    if fault is None:
        return ExitBridgeError("The database refused a statement", where=where, fix="Please report this as a bug")
    return StoreUnavailable(fault[0], where=where, fix=fault[1])


def _sqlite(error: sqlite3.Error) -> tuple[str, str] | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(("no such table", "no such column", "table ")):
        return "The database has no tables yet, or older ones", f"Run: {_UPGRADE}"
    return _SQLITE.get(code & 0xFF)  # the upper bits only say more about the same fault


def _postgresql(error: BaseException) -> tuple[str, str] | None:
    code: str | None = getattr(error, "sqlstate", None)
    if code is not None:
        return _POSTGRESQL.get(code) or _POSTGRESQL.get(code[:2])
    # psycopg gives no code when it gets no answer at all.
    if {"OperationalError", "InterfaceError"} & {base.__name__ for base in type(error).__mro__}:
        return "The database server cannot be reached", "Check that it runs and that the database URL is right"
    return None
