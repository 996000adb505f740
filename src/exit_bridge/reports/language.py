"""Which words a report is written in."""

from __future__ import annotations

from exit_bridge.bank import QuestionBank, Wording
from exit_bridge.bank.wording import words_for
from exit_bridge.reports.phrases import Phrases, phrases


def chosen(bank: QuestionBank, asked_for: str | None, respondents: str | None) -> tuple[Wording, Phrases]:
    """Report and questions in one language that both have, English where there is no other.

    A draft is used only where it is `asked_for`: what a tool says of a respondent's language is no such wish.
    """
    wanted = asked_for or respondents or ""
    say = phrases(wanted)
    words = words_for(bank, wanted if wanted in bank.wordings and wanted.startswith(say.language) else say.language)
    if not asked_for and (say.draft or words.draft):
        say, words = phrases(), words_for(bank, None)
    return words, say if words.language.startswith(say.language) else phrases(words.language)
