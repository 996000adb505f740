"""Find and read a question bank.

A bank is one TOML document. It may be one file, or a folder whose `*.toml` files are put together (each top-level
key in one file only) with its words in `wording.<language>.toml`. Banks shipped with the package are found by their
reference, such as `exit-open@1`; they are checked by the tests, files from elsewhere are checked at every load.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from exit_bridge.bank.build import build
from exit_bridge.bank.types import QuestionBank
from exit_bridge.errors import BankError, UnknownBank

Document = dict[str, Any]

DEFAULT_BANK = "exit-open@1"
"""The bank that is meant where none is named."""

_DATA = files("exit_bridge.bank") / "data"


def shipped_banks() -> tuple[str, ...]:
    """References of every bank in the package, such as `exit-open@1`. Published ones stay for ever."""
    names = sorted(entry.name for entry in _DATA.iterdir() if entry.is_dir())
    return tuple("@".join(name.rsplit("-", 1)) for name in names)


def is_path(bank: str) -> bool:
    """Is a bank named by file or folder, in the manner of any system, rather than by reference?

    Only the text is looked at, so that an answer never depends on what happens to lie in the working directory.
    """
    return bank.endswith(".toml") or "@" not in bank or "/" in bank or "\\" in bank


def load_bank(bank: str = DEFAULT_BANK, wordings: tuple[str, ...] = ()) -> QuestionBank:
    """Load a bank by reference or path, with wording files laid over or added to its own.

    Raises UnknownBank for a reference that is not shipped, BankError (with every fault) for a file that cannot be used.
    """
    return _loaded(bank, wordings)


@lru_cache(maxsize=32)
def _loaded(bank: str, wordings: tuple[str, ...]) -> QuestionBank:  # apart, because lru_cache hides the types
    from exit_bridge.bank.check import faults_in

    own = is_path(bank)
    document = read_document(Path(bank) if own else bank, wordings)
    if own or wordings:
        faults = faults_in(document)
        if faults:
            name = bank if own else ", ".join(wordings)
            raise BankError(f"{len(faults)} thing(s) to mend in the question bank", where=name, faults=faults)
    return build(document)


def read_document(bank: Path | str, wordings: Iterable[str] = ()) -> Document:
    """The raw document of a bank, by path or reference, with wording files laid over it, before it is checked.

    Raises UnknownBank, and BankError where a file is no TOML or no wording of this bank.
    """
    document = _from_path(bank) if isinstance(bank, Path) else _shipped(bank)
    for path in map(Path, wordings):
        _lay_over(document, _parse(str(path), _bytes(path)), str(path))
    return document


# -- reading -------------------------------------------------------------------------------------------------------


def _shipped(ref: str) -> Document:
    folder = _DATA / ref.replace("@", "-")
    if "@" not in ref or "/" in ref or not folder.is_dir():
        raise UnknownBank(
            f"There is no question bank {ref!r} in this version",
            fix=f"Use one of {', '.join(shipped_banks())}, a path to a bank file, or a newer exit-bridge",
        )
    return _put_together((entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".toml"))


def _from_path(path: Path) -> Document:
    entries = _toml_files(path) if path.is_dir() else [path]
    document = _put_together((str(entry), _bytes(entry)) for entry in entries)
    return _with_default_words(document)


def _toml_files(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if entry.suffix == ".toml"]
    except OSError as error:
        raise _unreadable(folder, error) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError | ValueError) -> BankError:
    reason = error.strerror if isinstance(error, OSError) else "that is no file name"
    fix = f"Check the path and who may read it (a bank of ours is called {DEFAULT_BANK})"
    return BankError(f"It cannot be read: {reason}", where=str(path), fix=fix)


def _put_together(entries: Iterable[tuple[str, bytes]]) -> Document:
    document: Document = {"wording": {}}
    for name, content in sorted(entries):
        part = _parse(name, content)
        if Path(name).name.startswith("wording."):
            document["wording"][str(part.get("language", ""))] = part
            continue
        for key, value in part.items():
            if key == "wording":
                if not isinstance(value, dict):
                    raise BankError("'wording' is no table", where=name, fix="Write [wording.en] and so on")
                document["wording"].update(value)
            elif key in document:
                raise BankError(f"{key!r} stands in two files of this bank", where=name, fix="Keep it in one")
            else:
                document[key] = value
    return document


def _parse(name: str, content: bytes) -> Document:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "the file is not UTF-8"
        raise BankError(f"This is not TOML: {reason}", where=name, fix="Mend that line") from None
    except RecursionError:
        raise BankError("This is nested too deeply", where=name, fix="Take brackets out") from None


def _with_default_words(document: Document) -> Document:
    """Form sentences, bands and context words an own bank leaves out are ours, in the languages we have."""
    ours = _shipped(DEFAULT_BANK)["wording"]
    for language, words in document["wording"].items():
        if language not in ours or not isinstance(words, dict):
            continue
        words.setdefault("language", language)
        for section in ("bands", "non_answers", "terms", "form", "context"):
            default = {k: v for k, v in ours[language][section].items() if k != "independence"}
            if isinstance(words.setdefault(section, {}), dict):
                if ours[language].get("draft") and not default.keys() <= words[section].keys():
                    words.setdefault("draft", True)
                words[section] = default | words[section]
    return document


def _lay_over(document: Document, words: Document, where: str) -> None:
    language = words.get("language")
    if not isinstance(language, str):
        raise BankError("A wording file must say its language", where=where, fix='Add a line such as language = "en"')
    ref = f"{document.get('id')}@{document.get('version')}"
    if words.get("bank", ref) != ref:
        raise BankError(f"This wording is for {words['bank']}, not for {ref}", where=where, fix="Use the matching one")
    structure = set(words) & {"items", "ingredients"} and any(
        isinstance(words.get(key), list) for key in ("items", "ingredients")
    )
    if structure:
        raise BankError("A wording file holds words only", where=where, fix="Load it as a bank, or take [[items]] out")
    base = document["wording"].get(language)
    document["wording"][language] = _merged(base, words) if isinstance(base, dict) else words


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Document:
    out = dict(base)
    for key, value in over.items():
        mine = out.get(key)
        out[key] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return out
