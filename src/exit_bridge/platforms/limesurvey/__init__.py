"""LimeSurvey: survey file for 3.x, 5.x and 6.x, signed plugin, exports.

What each fact in this package rests on:

- run: seen in LimeSurvey itself, 6.14.0 and 5.6.8, where it says so 3.25.12 too.
- src: read in LimeSurvey's own source, or in the plugin's that is named.
- docs: https://www.limesurvey.org/manual/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import COMMENT_PREFIX, About, QuestionBank, questionnaire
from exit_bridge.platforms.base import DeliveryResult, FormFile, Platform, file_stem
from exit_bridge.platforms.limesurvey import delivery, form
from exit_bridge.platforms.limesurvey.api import RemoteControl
from exit_bridge.platforms.limesurvey.export import PROFILE
from exit_bridge.platforms.limesurvey.plugin import plugin_zip
from exit_bridge.platforms.limesurvey.tables import lss, tsv
from exit_bridge.platforms.signatures import PathToken, StandardWebhooks


class LimeSurvey(Platform):
    """https://www.limesurvey.org/manual/"""

    name = "limesurvey"
    title = "LimeSurvey"
    docs = "https://www.limesurvey.org/manual/Tab_Separated_Value_survey_structure"

    schemes: ClassVar = {"signature": StandardWebhooks(), "path": PathToken()}
    # The community's plugin never sends again. Ours does, but only when somebody completes a survey, or by cron.
    sender_retries = False
    same_id_in_export = True
    evidence = "recorded"

    delivery_schema: ClassVar = delivery.SCHEMA
    api = RemoteControl
    export = PROFILE

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """The survey in all languages, twice: as `.txt` and as `.lss`."""
        stem = file_stem(bank.ref, variant)
        asked = {language: questionnaire(bank, variant, language, about) for language in languages}
        if not asked:
            return []
        survey = form.survey(bank, asked, stem)
        return [
            FormFile(f"{stem}.{ending}", content, form.how_to_import(f"{stem}.{ending}"))
            for ending, content in (("txt", tsv(survey)), ("lss", lss(survey)))
        ]

    def companions(self) -> list[FormFile]:
        """Our plugin, which posts every completed response."""
        return [FormFile("ExitBridge.zip", plugin_zip(), form.HOW_TO_INSTALL)]

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One completed response of either plugin; another event, or our plugin's test, is none."""
        return delivery.read(payload)

    def id_parts(self, response_id: str) -> tuple[str, ...]:
        """Numbers of survey and response, which a delivery keeps apart."""
        return tuple(filter(None, response_id.split("-"))) or (response_id,)

    def sample_delivery(
        self,
        bank: QuestionBank,
        variant: str,
        answers: Mapping[str, str],
        response_id: str,
        submitted_at: str,
        wave: str = "",
    ) -> bytes:
        """What our plugin posts, for the form as we write it."""
        chosen = bank.variants[variant]
        comments = [f"{COMMENT_PREFIX}{ingredient}" for ingredient in chosen.comments]
        asked = (*chosen.context, *chosen.items, *comments)
        said = {form.code_of(name): answers.get(name, "") for name in (*asked, *answers)}
        hidden = {"bank": bank.ref, "variant": variant, "wave": wave}
        return delivery.sample({**said, **hidden}, response_id, submitted_at)
