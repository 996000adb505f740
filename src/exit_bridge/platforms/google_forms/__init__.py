"""Google Forms: a script that builds the form and posts answers, the Forms API, and the response sheet.

What each fact below rests on:

- discovery: Google's own description of the Forms API, v1, revision 20250422, as google-api-python-client ships it.
- docs: Google's reference of Apps Script and of the Forms API, as stored publicly in 2026.
- seen: scripts, forms and response sheets that people have published.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, FormFile, Platform, file_stem
from exit_bridge.platforms.google_forms import delivery, form
from exit_bridge.platforms.google_forms.api import FormsApi
from exit_bridge.platforms.google_forms.api_body import bodies
from exit_bridge.platforms.google_forms.export import EXPORT
from exit_bridge.platforms.google_forms.script import IMPORT, script
from exit_bridge.platforms.signatures import HeaderToken, PathToken, StandardWebhooks


class GoogleForms(Platform):
    """https://developers.google.com/apps-script/reference/forms"""

    name = "google-forms"
    title = "Google Forms"
    docs = "https://developers.google.com/apps-script/reference/forms"

    schemes: ClassVar = {"signature": StandardWebhooks(), "header": HeaderToken(), "path": PathToken()}
    # Our script tries three times, and then every hour until it is taken.
    sender_retries = True
    evidence = "from vendor docs"

    delivery_schema: ClassVar = delivery.SCHEMA
    export = EXPORT
    api = FormsApi

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """For each language the script and the bodies for the Forms API; a form of Google's is one language."""
        files = []
        for language in languages:
            stem = file_stem(bank.ref, variant, language)
            plan = form.plan(questionnaire(bank, variant, language, about))
            files.append(FormFile(f"{stem}.gs", script(plan).encode(), IMPORT.format(f"{stem}.gs")))
            files.append(FormFile.json(f"{stem}.api.json", bodies(plan), form.API.format(f"{stem}.api.json")))
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One response, or the script's own test."""
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
        """What the script would post for the form as it builds it."""
        language = next(iter(bank.wordings), "en")
        asked = questionnaire(
            bank, variant, language, About(answered_by="individuals", reply_domains=("council.example",))
        )
        labels = {(one.id, choice.code): choice.label for one in asked.questions for choice in one.choices}
        said = {key: labels.get((key, value), value) for key, value in answers.items()}
        return delivery.sample(form.plan(asked), said, response_id, submitted_at, wave)
