"""From what a tool sent or exported to a submission: decode, validate."""

from exit_bridge.intake.codebook import Declined, DeployedForm, decode, reply_address
from exit_bridge.intake.submission import Submission, from_document, submission_schema, validate
from exit_bridge.platforms.base import parse_json

__all__ = [
    "Declined",
    "DeployedForm",
    "Submission",
    "decode",
    "from_document",
    "parse_json",
    "reply_address",
    "submission_schema",
    "validate",
]
