"""SmartSurvey: build sheet, signed webhook, CSV and XLSX export.

Vendor pages: docs.smartsurvey.io/docs/webhooks-introduction, /docs/samples, /docs/errors-1, and
help.smartsurvey.co.uk/article/custom-variables, /article/disqualifying-respondents. What each fact below rests on:

- docs: these pages.
- schema: an example that others made in 2026 and held against the vendor's published OpenAPI schemas of responses.
- seen: the headings of exports that a team of the UK government reads with published programs, 2021 to 2025.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import HIDDEN, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, ExportProfile, FormFile, Platform, RowFilter, file_stem
from exit_bridge.platforms.signatures import HmacSignature, PathToken
from exit_bridge.platforms.smartsurvey import delivery, form


class SmartSurvey(Platform):
    """https://docs.smartsurvey.io/docs/webhooks-introduction"""

    name = "smartsurvey"
    title = "SmartSurvey"
    docs = "https://docs.smartsurvey.io/docs/webhooks-introduction"

    # docs: hex HMAC-SHA256 of the body with the webhook's own "Signature Key", on every request. No timestamp in it.
    schemes: ClassVar = {
        "signature": HmacSignature("X-SmartSurvey-Signature", encoding="hex"),
        "path": PathToken(),
    }
    # docs: anything but 200 is sent again up to 72 times, every 20 minutes, and holds up all that comes after it.
    sender_retries = True
    same_id_in_export = True  # docs: `uid` of a response's edit_url is its id; believed: that is the export's UserID
    max_body = 32 * 1024 * 1024  # docs: up to 1,000 responses in one body
    evidence = "from vendor docs"

    delivery_schema: ClassVar = delivery.SCHEMA

    # seen: three rows of headings. The first has these columns and `Qn. question` above the first column of each
    # question, the second `Qn.m. row`, `Answer` or nothing, the third next to nothing. `@SQ@` stands for an apostrophe,
    # `-` and `.` for nothing. believed: variables stand under their own names, and what is unfinished has no end.
    export = ExportProfile(
        detect=("userid", "userno", "started", "ended"),
        header_rows=3,
        parts=("answer",),
        numbering=r"Q\d+(?:\.\d+)*\.\s*",
        spelled={"@SQ@": "'"},
        blanks=("-", "."),
        local_times=True,
        metadata={"response_id": ("userid",), "submitted_at": ("ended",), **{name: (name,) for name in HIDDEN}},
        filters=(
            RowFilter("submitted_at", keep=None, reason="partial"),
            RowFilter("status", keep=("completed",), reason="partial"),
        ),
        drop=("userno", "name", "email", "ip address", "unique id", "started", "tracking link"),
    )

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """A Word file and a table for each language to build the form from: SmartSurvey takes no file."""
        files = []
        for language in languages:
            asked, stem = questionnaire(bank, variant, language, about), file_stem(bank.ref, variant, language)
            files += form.sheets(asked, stem)
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """A batch: those that are complete, counts of the others, and which of them cannot be read."""
        return delivery.read(payload)

    def sample_delivery(
        self,
        bank: QuestionBank,
        variant: str,
        answers: Mapping[str, str],
        response_id: str,
        submitted_at: str,
        wave: str = "",
    ) -> bytes:
        """A batch of one as on the vendor's page of samples, for the form as it is built from our sheet."""
        language = next(iter(bank.wordings), "en")
        everything = About(answered_by="individuals", reply_domains=("council.example",))
        variables = {"bank": bank.ref, "variant": variant, **({"wave": wave} if wave else {})}
        asked = questionnaire(bank, variant, language, everything)
        return delivery.sample(asked, answers, response_id, submitted_at, variables)
