"""Word files (Office Open XML) that can be read by ear, and are the same bytes every time."""

from exit_bridge.word.build_sheet import build_sheet
from exit_bridge.word.build_table import build_table
from exit_bridge.word.document import Word

__all__ = ["Word", "build_sheet", "build_table"]
