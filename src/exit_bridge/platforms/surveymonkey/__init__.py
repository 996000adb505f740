"""SurveyMonkey: survey by API, webhook that tells ids alone, responses by API, CSV and XLSX exports.

What each fact in this package rests on:

- docs: the vendor's own documentation, https://github.com/SurveyMonkey/public_api_docs, of April 2021, the last that is
  published as files. The pages at https://api.surveymonkey.com/v3/docs may say more by now.
- seen: answers of the API and export files that users of SurveyMonkey have published.
- types: programs of others that read the API (singer-io/tap-surveymonkey, tkqubo/surveymonkey-typescript-sdk).
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import HIDDEN, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, ExportProfile, FormFile, Platform, RowFilter, file_stem
from exit_bridge.platforms.signatures import HmacSignature, PathToken
from exit_bridge.platforms.surveymonkey import delivery, form
from exit_bridge.platforms.surveymonkey.api import Api


class SurveyMonkey(Platform):
    """https://api.surveymonkey.com/v3/docs"""

    name = "surveymonkey"
    title = "SurveyMonkey"
    docs = "https://github.com/SurveyMonkey/public_api_docs"

    # docs: base64 HMAC-SHA1 of the raw body; the key is both of an app's credentials with & between. No timestamp.
    schemes: ClassVar = {
        "signature": HmacSignature(
            "Sm-Signature",
            digest="sha1",
            chosen_by_tool="your app's Client ID, then &, then its Secret (developer.surveymonkey.com > My Apps)",
        ),
        "path": PathToken(),
    }
    sender_retries = False  # nothing is said about it
    # seen: a response has the same id in the file. Its times there have no zone (believed), so they are left out, and
    # the two are not alike to the letter.
    same_id_in_export = False
    evidence = "from vendor docs"

    # seen in files of users: a row with the questions, and below it one with their parts, such as rows of a matrix; the
    # columns dropped here; no sign of what is unfinished. types: a question as a column for each option. believed: the
    # columns of custom variables, under their names; `Response Status` and the newer names of times.
    export = ExportProfile(
        detect=("respondent id", "collector id"),
        header_rows=2,
        parts=("response", "open-ended response"),
        options_apart=True,
        metadata={"response_id": ("respondent id", "respondentid"), **{name: (name,) for name in HIDDEN}},
        filters=(RowFilter("response status", keep=("complete", "completed"), reason="partial"),),
        drop=(
            *("collector id", "start date", "end date", "date created", "date modified", "ip address"),
            *("email address", "first name", "last name", "custom data 1"),
        ),
        placeholders=tuple(form.TEMPLATE.format(name=name) for name in HIDDEN),
    )

    delivery_schema: ClassVar = delivery.SCHEMA
    delivers_ids = True
    api = Api

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """Two bodies a language: of the survey, and of the web link to it, which holds what is said at the end."""
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            stem = file_stem(bank.ref, variant, language)
            path, link = f"{stem}.json", f"{stem}{form.COLLECTOR}"
            files.append(FormFile.json(path, form.survey(asked, stem), form.how_to_import(path, asked)))
            files.append(FormFile.json(link, form.weblink(asked), form.how_to_link(path)))
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """The id of a completed response, or a response as the API gives it; tests and other events are neither."""
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
        """A response as the API gives it: the webhook's own body names one that would have to be fetched."""
        language = next(iter(bank.wordings), "en")
        everything = About(answered_by="individuals", reply_domains=("council.example",))
        asked = questionnaire(bank, variant, language, everything)
        hidden = {"bank": bank.ref, "variant": variant, **({"wave": wave} if wave else {})}
        return delivery.sample(asked, answers, response_id, submitted_at, hidden)
