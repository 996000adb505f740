"""Scores: pure functions from a submission and its bank to readings, notes and actions."""

from exit_bridge.scoring.result import (
    columns,
    flat_row,
    result_document,
    result_schema,
    scores_from_document,
    without_answers,
)
from exit_bridge.scoring.score import score
from exit_bridge.scoring.team_schema import team_schema
from exit_bridge.scoring.types import Scores

__all__ = [
    "Scores",
    "columns",
    "flat_row",
    "result_document",
    "result_schema",
    "score",
    "scores_from_document",
    "team_schema",
    "without_answers",
]
