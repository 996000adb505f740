"""Reports of many responses as files: `<directory>/<response id>/report.html`, `report.txt`, `report.json`,
and `report.pdf` where it is wanted."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from exit_bridge.bank import About, QuestionBank
from exit_bridge.bank.wording import words_for
from exit_bridge.cli.files import cannot_write, whole
from exit_bridge.errors import UsageError
from exit_bridge.intake import Submission
from exit_bridge.reports import as_html, as_pdf, as_text, build
from exit_bridge.reports.audience import audience_of
from exit_bridge.reports.pdf import compiler
from exit_bridge.scoring import Scores, result_document, without_answers

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class ReportFolder:
    """Writes the reports that whoever scores an export may read, for this user's eyes alone.

    Raises UsageError where the form's notice promised that nobody but the respondent sees a single report.
    """

    def __init__(self, directory: Path, bank: QuestionBank, about: About, *, pdf: bool = False) -> None:
        if about.answered_by == "individuals" and about.individual_reports != "recipients":
            raise UsageError(
                "The notice of this survey says that nobody else gets a report on one person's answers",
                fix='Leave --reports out, or ask again under individual_reports = "recipients"',
            )
        if pdf:
            compiler()
        self.directory, self.bank, self.about, self.pdf = directory, bank, about, pdf
        self.made_on = datetime.now(UTC).date()

    def write(self, submission: Submission, scores: Scores) -> bool:
        """Write the files of one response; False where its variant or its respondent's role allows no report."""
        variant = self.bank.variants[submission.variant]
        audience = audience_of(self.about, variant, submission.context.get("role"))
        if audience is None or not variant.reply:
            return False
        report = build(self.bank, submission, scores, self.about, audience=audience, made_on=self.made_on)
        words = words_for(self.bank, report.language)
        result = result_document(submission, scores, self.bank, words.fingerprint)
        if audience == "recipients":
            result = without_answers(result)
        folder = self.directory / folder_name(submission.response_id)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from None
        document = json.dumps(result, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
        texts = {"html": as_html(report), "txt": as_text(report), "json": document}
        content = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
        if self.pdf:
            content["pdf"] = as_pdf(report, self.made_on)
        for name, what in content.items():
            with whole(folder / f"report.{name}", mode=0o600) as file:
                file.write(what)
        return True


def folder_name(response_id: str) -> str:
    """The response id where every system takes it as a folder, else what is left of it with a hash of all of it."""
    if _PLAIN.fullmatch(response_id):
        return response_id
    digest = hashlib.sha256(response_id.encode()).hexdigest()[:12]
    return re.sub(r"[^A-Za-z0-9_-]+", "_", response_id)[:40] + f"-{digest}"
