"""Formbricks: survey by API, signed webhook, exports of responses.

What each fact in this package rests on:

- src: read in Formbricks' own source, commit b66c1dd of August 2026.
- spec: the vendor's docs/api-v3-reference/openapi.yml of the same commit; what we write was held against it by hand.
- docs: formbricks.com/docs
- believed: no source found. Nothing here was tried with a running Formbricks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import HIDDEN, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import (
    DeliveryResult,
    ExportProfile,
    FormFile,
    HeadingStyle,
    Platform,
    RowFilter,
    file_stem,
)
from exit_bridge.platforms.formbricks import delivery, form
from exit_bridge.platforms.formbricks.api import ManagementApi
from exit_bridge.platforms.signatures import PathToken, StandardWebhooks


class Formbricks(Platform):
    """https://formbricks.com/docs/platform/features/integrations/webhooks"""

    name = "formbricks"
    title = "Formbricks"
    docs = "https://formbricks.com/docs/api-v3-reference"

    # src: a webhook made before there were secrets has none, and signs nothing.
    schemes: ClassVar = {"signature": StandardWebhooks(), "path": PathToken()}
    sender_retries = True  # src: three times within half a minute, so an outage may last longer than that
    same_id_in_export = True  # src
    # src: the file has when a response was begun, in the zone the organisation shows, and no language.
    told_apart = ("submitted_at", "language")
    evidence = "from vendor docs"

    delivery_schema: ClassVar = delivery.SCHEMA
    api = ManagementApi

    # src, for all of it: one row of headings; questions as `3. words`, and beside a choice `3. words - Option ID`, with
    # the same answer a second time; texts of the default language; answers as people saw them; `'` before what looks
    # like a formula. `Timestamp` is when the response was begun, in the zone the organisation shows.
    export = ExportProfile(
        detect=("no.", "response id", "timestamp", "finished", "survey id"),
        metadata={
            "response_id": ("response id",),
            "submitted_at": ("timestamp",),
            **{name: (name,) for name in HIDDEN},
        },
        filters=(RowFilter("finished", keep=("yes",), reason="partial", absent_ok=False),),
        drop=(
            *("no.", "survey id", "formbricks id (internal)", "user id", "tags", "quotas", "verified email"),
            *("source", "url", "country", "action", "ipaddress"),
        ),
        drop_like=(r"useragent - .*", r"person\..*", r"[0-9]+\. .* - option id"),
        strip_leading="'",
        styles=(
            HeadingStyle(
                "numbered headlines",
                (r"no\.", "response id", "finished"),
                (r"[0-9]+\. (?P<text>.+)", r"[0-9]+\. .+ - (?P<text>.+)"),  # the second of a matrix' row
            ),
        ),
    )

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """One body for `POST /api/v3/surveys` with all languages in it."""
        asked = {language: questionnaire(bank, variant, language, about) for language in languages}
        if not asked:
            return []
        path = f"{file_stem(bank.ref, variant)}.json"
        return [FormFile.json(path, form.survey(asked), form.how_to_import(path))]

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One finished response; an unfinished one, another event or the test of the address is none."""
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
        """What Formbricks would send, for the survey as we write it."""
        language = next(iter(bank.wordings), "en")
        everything = About(answered_by="individuals", reply_domains=("council.example",))
        asked = questionnaire(bank, variant, language, everything)
        return delivery.sample(asked, answers, response_id, submitted_at, wave)
