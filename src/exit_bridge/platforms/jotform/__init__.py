"""Jotform: form by API, webhook without a signature, CSV and XLSX export, responses and scores by API.

Vendor pages: api.jotform.com/docs, jotform.com/help/245-how-to-setup-a-webhook-with-jotform. What each fact rests on:

- client: the vendor's own API clients, `jotform-api-python` and the TypeScript package `jotform`, with their comments.
- docs: the vendor's help pages and the samples of its API page, as others copied them.
- seen: webhook bodies and programs that Jotform users have published, 2016 to 2026.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import HIDDEN, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, ExportProfile, FormFile, Platform, file_stem
from exit_bridge.platforms.jotform import delivery, form
from exit_bridge.platforms.jotform.api import JotformApi
from exit_bridge.platforms.signatures import PathToken


class Jotform(Platform):
    """https://api.jotform.com/docs/"""

    name = "jotform"
    title = "Jotform"
    docs = "https://api.jotform.com/docs/"

    # client: a webhook is an address and nothing else. Jotform neither signs nor adds a header.
    schemes: ClassVar = {"path": PathToken()}
    content_types: ClassVar = ("multipart/form-data",)  # seen: in every body, 2017 to 2026
    # seen: every answer comes twice, in `rawRequest`, which writes é as six characters, and in `pretty`.
    max_body = 4 * 1024 * 1024
    sender_retries = False  # believed: nothing is documented
    # The id is believed to be the same in both; the file's time is in a zone it does not name, so it is left out.
    same_id_in_export = False
    evidence = "from vendor docs"

    delivery_schema: ClassVar = delivery.SCHEMA
    api = JotformApi

    # seen: one row of headings, `Submission Date` first, then the texts of the questions. believed: hidden fields have
    # columns too, and `Submission ID` and `Submission IP` come where they are ticked.
    export = ExportProfile(
        detect=("submission date", "bank", "variant"),
        metadata={"response_id": ("submission id",), **{name: (name,) for name in HIDDEN}},
        drop=("submission date", "submission ip", "last update date"),
        drop_like=(f"{form.SCORE}[a-z]+",),
    )

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """One body for `PUT /user/forms` a language."""
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            path = f"{file_stem(bank.ref, variant, language)}.json"
            files.append(FormFile.json(path, form.form(asked, form.scored(bank, variant)), form.how_to_import(path)))
        return files

    def payload(self, body: bytes) -> Any:
        """The posted form, or JSON for what was fetched by the API."""
        return delivery.payload(body)

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One response, unless it was sent from the preview of the form."""
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
        """A webhook's body in the shape of published ones, for the form as we write it."""
        language = next(iter(bank.wordings), "en")
        everything = About(answered_by="individuals", reply_domains=("council.example",))
        asked = questionnaire(bank, variant, language, everything)
        labels = {(q.id, choice.code): choice.label for q in asked.questions for choice in q.choices}
        said = {name: labels.get((name, code), code) for name, code in answers.items()}
        written = form.form(asked, form.scored(bank, variant))
        return delivery.sample(written, {**said, "wave": wave}, response_id, submitted_at)
