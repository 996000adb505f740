"""The instrument: a question bank's structure, words, rules and actions, loaded and checked."""

from exit_bridge.bank.about import About
from exit_bridge.bank.load import DEFAULT_BANK, is_path, load_bank, shipped_banks
from exit_bridge.bank.questionnaire import COMMENT_PREFIX, HIDDEN, PRESENT, REPLY_TO, Questionnaire, questionnaire
from exit_bridge.bank.types import NON_ANSWERS, STAGES, Ingredient, Item, QuestionBank
from exit_bridge.bank.wording import Wording

__all__ = [
    "COMMENT_PREFIX",
    "DEFAULT_BANK",
    "HIDDEN",
    "NON_ANSWERS",
    "PRESENT",
    "REPLY_TO",
    "STAGES",
    "About",
    "Ingredient",
    "Item",
    "QuestionBank",
    "Questionnaire",
    "Wording",
    "is_path",
    "load_bank",
    "questionnaire",
    "shipped_banks",
]
