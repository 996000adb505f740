"""The questionnaire on paper: a form to print, and how to score it by hand with our own numbers."""

from exit_bridge.paper.forms import PaperForms

__all__ = ["PaperForms"]
