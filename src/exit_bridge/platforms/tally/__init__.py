"""Tally: form by API, signed webhook, responses by API, CSV export.

What each fact in this package rests on:

- docs: developers.tally.so (blocks reference, creating a form, creating a mention, webhooks, the API
  reference and its changelog), tally.so/help/webhooks.
- types: the payload types of the community's `pytally-sdk` 0.1.9, which were taken from the vendor's reference.
- seen: programs and older payloads of Tally users, several of them independent of each other.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import HIDDEN, REPLY_TO, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, ExportProfile, FormFile, Platform, file_stem
from exit_bridge.platforms.signatures import HeaderToken, HmacSignature, PathToken
from exit_bridge.platforms.tally import delivery, form
from exit_bridge.platforms.tally.api import TallyApi


class Tally(Platform):
    """https://developers.tally.so/"""

    name = "tally"
    title = "Tally"
    docs = "https://developers.tally.so/"

    # docs: base64 HMAC-SHA256 of the body, sent only where the webhook has a secret. It carries no timestamp. The
    # vendor's example signs the parsed body written anew, which in JavaScript are the same bytes. Headers of one's own
    # can be added to a webhook.
    schemes: ClassVar = {
        "signature": HmacSignature("Tally-Signature"),
        "header": HeaderToken(),
        "path": PathToken(),
    }
    sender_retries = True  # docs: after 5 and 30 minutes, 1, 6 and 24 hours
    same_id_in_export = True  # believed: `Submission ID` looks like the webhook's `submissionId`
    evidence = "from vendor docs"

    delivery_schema: ClassVar = delivery.SCHEMA
    api = TallyApi

    # seen: one row of headings, which are these three, then the questions. believed: hidden fields under their names,
    # times in UTC. Unfinished responses are a file of their own (believed).
    export = ExportProfile(
        detect=("submission id", "respondent id", "submitted at"),
        metadata={
            "response_id": ("submission id",),
            "submitted_at": ("submitted at",),
            **{name: (name,) for name in HIDDEN},
        },
        drop=("respondent id", REPLY_TO),
    )

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """One body for `POST /forms` a language: a Tally form has one."""
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            path = f"{file_stem(bank.ref, variant, language)}.json"
            files.append(FormFile.json(path, form.form(asked), form.how_to_import(path, asked)))
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One response; any other event is none."""
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
        """What Tally would send, for the questions as we write them."""
        language = next(iter(bank.wordings), "en")
        everything = About(answered_by="individuals", reply_domains=("council.example",))
        asked = questionnaire(bank, variant, language, everything)
        hidden = {"bank": bank.ref, "variant": variant, **({"wave": wave} if wave else {})}
        return delivery.sample(asked, answers, response_id, submitted_at, hidden)
