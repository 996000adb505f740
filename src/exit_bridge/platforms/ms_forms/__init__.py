"""Microsoft Forms. There is no public way to make a form or to be told of answers but Power Automate (docs).

What each fact rests on:
- docs: Microsoft's pages on Power Automate's connector for Forms, as stored publicly in 2026.
- seen: exports and flow outputs that users of Forms have published, headings of ten independent repositories.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, FormFile, Platform, file_stem
from exit_bridge.platforms.ms_forms import delivery, form
from exit_bridge.platforms.ms_forms.export import EXPORT
from exit_bridge.platforms.signatures import BasicAuth, HeaderToken, PathToken
from exit_bridge.word import build_sheet


class MicrosoftForms(Platform):
    """https://learn.microsoft.com/connectors/microsoftforms/"""

    name = "ms-forms"
    title = "Microsoft Forms"
    docs = "https://learn.microsoft.com/connectors/microsoftforms/"

    # docs: the HTTP action carries headers and Basic authentication. It does not sign.
    schemes: ClassVar = {"header": HeaderToken(), "basic": BasicAuth(), "path": PathToken()}
    sender_retries = False  # believed: the HTTP action tries a few times again, and then never; so all of it is spooled
    evidence = "from vendor docs"

    delivery_schema: ClassVar = delivery.SCHEMA
    export = EXPORT

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """For each language a Word file for Quick import, a sheet for Likert blocks, and the body of the flow."""
        files = []
        for language in languages:
            asked, stem = questionnaire(bank, variant, language, about), file_stem(bank.ref, variant, language)
            word, likert, flow = f"{stem}.docx", f"{stem}.likert.docx", f"{stem}.flow.json"
            files.append(FormFile(word, form.quick_import(asked), form.IMPORT.format(word, likert)))
            files.append(FormFile(likert, build_sheet(asked, blocks=True), form.BUILD.format(likert, word)))
            files.append(FormFile.json(flow, form.flow(asked), form.FLOW.format(flow)))
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One response: answers beside our ids, as the flow we write sends them."""
        return delivery.read(payload)

    def id_parts(self, response_id: str) -> tuple[str, ...]:
        """Ids of Forms count from 1 in each form, so the id of the flow stands before them."""
        return tuple(response_id.split(delivery.JOINT))

    def sample_delivery(
        self,
        bank: QuestionBank,
        variant: str,
        answers: Mapping[str, str],
        response_id: str,
        submitted_at: str,
        wave: str = "",
    ) -> bytes:
        """What the flow would send for the form as we write it."""
        language = next(iter(bank.wordings), "en")
        everything = About(answered_by="individuals", reply_domains=("council.example",))
        asked = questionnaire(bank, variant, language, everything)
        return delivery.sample(asked, answers, response_id, submitted_at, wave)
