"""Typeform: form by Create API, signed webhook, CSV export.

Vendor pages: typeform.com/developers/create/reference/create-form, typeform.com/developers/webhooks/example-payload,
typeform.com/developers/webhooks/secure-your-webhooks. What each fact below rests on:

- types: the vendor's own `@typeform/api-client` 2.10.4; the written form compiles against them in our tests.
- gem: the vendor's `create_api_gem`, which creates such forms and reads them back.
- docs: the example payload page, and digests of the other pages made by others in 2026, where two agree.
- seen: files and programs of Typeform users, several of them independent of each other.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import HIDDEN, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, ExportProfile, FormFile, Platform, RowFilter, file_stem
from exit_bridge.platforms.signatures import HmacSignature, PathToken
from exit_bridge.platforms.typeform import delivery, form
from exit_bridge.platforms.typeform.api import TypeformApi


class Typeform(Platform):
    """https://www.typeform.com/developers/"""

    name = "typeform"
    title = "Typeform"
    docs = "https://www.typeform.com/developers/"

    # docs: base64 HMAC-SHA256 of the raw body, sent only where the webhook has a secret. It carries no timestamp.
    schemes: ClassVar = {"signature": HmacSignature("Typeform-Signature", prefix="sha256="), "path": PathToken()}
    sender_retries = True  # docs: for ten hours after 503; 404 and 410 switch the webhook off
    same_id_in_export = True  # believed: `#` of the export looks like the webhook's `token`
    evidence = "from vendor docs"

    delivery_schema: ClassVar = delivery.SCHEMA
    api = TypeformApi

    # seen in exports of 2016 to 2025: one row of headings, which are `#`, the titles and the tail dropped below; hidden
    # fields under their own names (believed); `Response Type` in newer files; `'` before cells that start with `+`.
    export = ExportProfile(
        detect=("#", "submit date (utc)"),
        metadata={"response_id": ("#",), "submitted_at": ("submit date (utc)",), **{name: (name,) for name in HIDDEN}},
        filters=(RowFilter("response type", keep=("completed",), reason="partial"),),
        drop=("network id", "start date (utc)", "stage date (utc)", "tags", "ending"),
        strip_leading="'",
        placeholders=(delivery.PLACEHOLDER,),
    )

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """One body for `POST /forms` a language, because Typeform's own translation lacks Welsh (types)."""
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            path = f"{file_stem(bank.ref, variant, language)}.json"
            files.append(FormFile.json(path, form.form(asked), form.how_to_import(path, asked)))
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One response, unless it is a partial one, another event, or the dashboard's test request."""
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
        """A `form_response` as on the vendor's example payload page, for the form as we write it."""
        language = next(iter(bank.wordings), "en")
        everything = About(answered_by="individuals", reply_domains=("council.example",))
        written = form.form(questionnaire(bank, variant, language, everything))
        hidden = {"bank": bank.ref, "variant": variant, **({"wave": wave} if wave else {})}
        return delivery.sample(written, answers, response_id, submitted_at, hidden)
