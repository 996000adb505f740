"""exit-bridge: one question bank out to every survey tool, every submission back as a report.

Promised names: `load_bank`, `decode`, `score`, `result_document`, and the `exit_bridge.testing` module for authors of
platforms. Everything else may change between minor versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exit_bridge.bank import load_bank
    from exit_bridge.intake import decode
    from exit_bridge.scoring import result_document, score

__all__ = ["decode", "load_bank", "result_document", "score"]

_HOMES = {"load_bank": "bank", "decode": "intake", "score": "scoring", "result_document": "scoring"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'exit_bridge' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"exit_bridge.{_HOMES[name]}"), name)
