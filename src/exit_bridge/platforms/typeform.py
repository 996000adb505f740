"""Typeform: form by Create API, signed webhook, CSV export.

Vendor pages: typeform.com/developers/create/reference/create-form, typeform.com/developers/webhooks/example-payload,
typeform.com/developers/webhooks/secure-your-webhooks. What each fact below rests on:

- types: the vendor's own `@typeform/api-client` 2.10.4; the written form compiles against them in our tests.
- gem: the vendor's `create_api_gem`, which creates such forms and reads them back.
- page: the example payload page as stored in 2026.
- seen: files and programs of Typeform users, several of them independent of each other.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from exit_bridge.bank import HIDDEN, REPLY_TO, About, QuestionBank, questionnaire
from exit_bridge.bank.questionnaire import Question, Questionnaire
from exit_bridge.errors import BankError
from exit_bridge.platforms.base import (
    TEXT,
    DeliveryResult,
    ExportProfile,
    FormFile,
    Platform,
    RawAnswer,
    RawResponse,
    RowFilter,
    file_stem,
    many,
    plain,
    shape,
)
from exit_bridge.platforms.signatures import HmacSignature, PathToken

# types: the languages Typeform's own buttons come in. A form in any other language gets English buttons.
LANGUAGES = set("en es ca fr de ru it da pt ch zh nl no uk ja ko hr fi sv pl el hu tr cs et di".split())  # noqa: SIM905

MAX_LABEL = 255  # seen: the length of a choice label

# The closing screen's ref comes back with every response (page), so the form tells what it was written from even when
# somebody shares the link without the hidden values. Letters, digits, `_` and `-` only (believed to be the rule).
THANKS = "thanks__{}__{}__{}"
_THANKS = re.compile(r"thanks__(.+)__(\d+)__(.+)")

# seen: "Send test request" fills every hidden field with the first; the share dialog proposes the second.
TEST_VALUE, PLACEHOLDER = "hidden_value", "xxxxx"

_FIELD = shape(id=TEXT, ref=TEXT, title=TEXT)
_ANSWER = shape(
    "field",
    field=_FIELD,
    choice=shape(id=TEXT, ref=TEXT, label=TEXT, other=TEXT),
    choices=shape(labels=many(TEXT), other=TEXT),
    text=TEXT,
    email=TEXT,
    number={"type": "number"},
    boolean={"type": "boolean"},
)
_RESPONSE = shape(
    "token",
    token={"type": "string", "minLength": 1},
    submitted_at=TEXT,
    hidden=shape(**dict.fromkeys(HIDDEN, TEXT)),
    ending=shape(ref=TEXT),
    definition=shape(fields=many(_FIELD)),
    answers=many(_ANSWER),
)


class Typeform(Platform):
    """https://www.typeform.com/developers/"""

    name = "typeform"
    title = "Typeform"
    docs = "https://www.typeform.com/developers/"

    # page: base64 HMAC-SHA256 of the raw body, sent only where the webhook has a secret. It carries no timestamp.
    schemes: ClassVar = {"signature": HmacSignature("Typeform-Signature", prefix="sha256="), "path": PathToken()}
    sender_retries = True  # page: for ten hours after 503; 404 and 410 switch the webhook off
    same_id_in_export = True  # believed: `#` of the export looks like the webhook's `token`
    evidence = "from vendor docs"

    delivery_schema: ClassVar = {
        **shape("event_type", event_type=TEXT),
        "if": {"properties": {"event_type": {"const": "form_response"}}},
        "then": shape("form_response", form_response=_RESPONSE),
    }

    # seen in exports of 2016 to 2025: one row of headings, which are `#`, the titles and the tail dropped below; hidden
    # fields under their own names (believed); `Response Type` in newer files; `'` before cells that start with `+`.
    export = ExportProfile(
        detect=("#", "submit date (utc)"),
        metadata={"response_id": ("#",), "submitted_at": ("submit date (utc)",), **{name: (name,) for name in HIDDEN}},
        filters=(RowFilter("response type", keep=("completed",), reason="partial"),),
        drop=("network id", "start date (utc)", "stage date (utc)", "tags", "ending"),
        strip_leading="'",
    )

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """One body for `POST /forms` a language, because Typeform's own translation lacks Welsh (types)."""
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            path = f"{file_stem(bank.ref, variant, language)}.json"
            files.append(FormFile.json(path, _form(asked), _how_to_import(path, asked)))
        return files

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """One response, unless it is a partial one, another event, or the dashboard's test request."""
        match payload["event_type"]:
            case "form_response":
                response = payload["form_response"]
            case "form_response_partial":
                return DeliveryResult(ignored=("partial",))
            case _:
                return DeliveryResult(ignored=("other_event",))
        hidden = response.get("hidden", {})
        if TEST_VALUE in hidden.values():
            return DeliveryResult(ignored=("test",))
        fields = response.get("definition", {}).get("fields", [])
        defined = {field["id"]: field for field in fields if "id" in field}
        answers, reply_to = [], None
        for answer in response.get("answers", []):
            keys = _keys({**defined.get(answer["field"].get("id"), {}), **answer["field"]})
            if "email" in answer:
                # An address is an envelope, never an answer; one the coordinator asks for besides ours is left alone.
                reply_to = answer["email"] if REPLY_TO in keys else reply_to
            else:
                answers.append(RawAnswer(keys, _values(answer)))
        raw = RawResponse(
            response_id=response["token"],
            answers=tuple(answers),
            submitted_at=response.get("submitted_at"),
            hidden={**_written_from(response), **{k: v for k in HIDDEN if (v := hidden.get(k)) and v != PLACEHOLDER}},
            asked=tuple(keys for field in fields if (keys := _keys(field))) or None,
            reply_to=reply_to,
        )
        return DeliveryResult((raw,))

    def sample_delivery(
        self,
        bank: QuestionBank,
        variant: str,
        answers: Mapping[str, str],
        response_id: str,
        submitted_at: str,
        wave: str = "",
    ) -> bytes:
        """A `form_response` as on the example payload page, for the form as we write it."""
        form = _form(questionnaire(bank, variant, next(iter(bank.wordings), "en"), About(answered_by="individuals")))
        asked = [field for field in form["fields"] if field["type"] != "statement"]
        response = {
            "form_id": "made-up",
            "token": response_id,
            "submitted_at": submitted_at,
            "hidden": {"bank": bank.ref, "variant": variant, **({"wave": wave} if wave else {})},
            "definition": {"fields": [{key: field[key] for key in ("ref", "type", "title")} for field in asked]},
            "answers": [_sample_answer(field, answers[field["ref"]]) for field in asked if field["ref"] in answers],
            "ending": {"ref": form["thankyou_screens"][0]["ref"]},
        }
        document = {"event_id": response_id, "event_type": "form_response", "form_response": response}
        return json.dumps(document, ensure_ascii=False).encode()


# -- writing -------------------------------------------------------------------------------------------------------


def _form(asked: Questionnaire) -> dict[str, Any]:
    bank, _, version = asked.bank.partition("@")
    language = asked.language.split("-")[0]
    fields: list[dict[str, Any]] = []
    for page in asked.pages:
        if page.title:
            about = {"description": page.intro} if page.intro else {}
            fields.append(
                _named(f"page_{page.id}", page.title, type="statement", properties={**about, "hide_marks": True})
            )
        fields += map(_field, page.questions)
    welcome = {"description": _lines(asked.intro), "show_button": True, "button_text": asked.start_button}
    closing = {"show_button": False, "share_icons": False}
    return {
        "title": asked.title,
        "settings": {
            "language": language if language in LANGUAGES else "en",
            "is_public": True,
            "show_progress_bar": True,
            "progress_bar": "proportion",
            "show_question_number": False,
            "meta": {"allow_indexing": False},
        },
        "hidden": list(HIDDEN),
        "welcome_screens": [_named("welcome", asked.title, properties=welcome)],
        "fields": fields,
        # believed: without a jump the first of several closing screens is shown.
        "thankyou_screens": [
            _named(THANKS.format(bank, version, asked.variant), asked.thanks, properties=closing),
            _named("declined", asked.declined, properties=closing),
        ],
        "logic": [_gate(question) for question in asked.questions if question.required],
    }


def _field(question: Question) -> dict[str, Any]:
    # The CSV export knows titles only, so items show their number in front: it keeps titles unique and recognisable.
    title = f"{question.code}. {question.text}" if question.code else question.text
    kind = {"choice": "multiple_choice", "text": "long_text", "email": "email"}[question.kind]
    properties: dict[str, Any] = {"description": question.help} if question.help else {}
    if question.kind == "choice":
        if too_long := [choice.code for choice in question.choices if len(choice.label) > MAX_LABEL]:
            raise BankError(
                f"Options {', '.join(too_long)} of {question.id!r} are too long for Typeform",
                fix=f"Use at most {MAX_LABEL} characters",
            )
        properties |= {"randomize": False, "allow_multiple_selection": False, "allow_other_choice": False}
        properties |= {"vertical_alignment": True}
        properties["choices"] = [{"ref": choice.alias, "label": choice.label} for choice in question.choices]
    return _named(question.id, title, type=kind, properties=properties, validations={"required": question.required})


def _named(ref: str, title: str, **rest: Any) -> dict[str, Any]:
    return {"ref": ref, "title": title, **rest}


def _sample_answer(field: Mapping[str, Any], said: str) -> dict[str, Any]:
    about = {"field": {"ref": field["ref"], "type": field["type"]}}
    if field["type"] == "multiple_choice":
        ref = f"{field['ref']}_{said}"
        return {"type": "choice", "choice": next(c for c in field["properties"]["choices"] if c["ref"] == ref), **about}
    kind = "email" if field["type"] == "email" else "text"
    return {"type": kind, kind: said, **about}


def _lines(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, texts))


def _gate(question: Question) -> dict[str, Any]:
    """gem: any answer but yes jumps to the screen that says nothing was sent."""
    jumps = [
        {
            "action": "jump",
            "details": {"to": {"type": "thankyou", "value": "declined"}},
            "condition": {
                "op": "is",
                "vars": [{"type": "field", "value": question.id}, {"type": "choice", "value": choice.alias}],
            },
        }
        for choice in question.choices
        if choice.code != "yes"
    ]
    return {"type": "field", "ref": question.id, "actions": jumps}


def _how_to_import(path: str, asked: Questionnaire) -> str:
    return f"""\
1. In Typeform, open Account > Personal tokens and make a token that may write forms and webhooks.
2. In a terminal, in the folder of this file (accounts with European data use api.typeform.eu or api.eu.typeform.com):
   curl -X POST https://api.typeform.com/forms -H "Authorization: Bearer YOUR_TOKEN" \\
     -H "Content-Type: application/json" --data @{path}
   The answer holds the new form's id, and its address under "_links".
3. In the form, open Connect > Webhooks, add the address of your hook, enter the survey's secret and switch it on.
   A webhook made in Typeform starts switched off. "Send test request" is answered and counted, and never scored.
4. Share the form's address with these values behind it, so that every answer says what it belongs to:
   #bank={asked.bank}&variant={asked.variant}&wave=NAME_OF_THIS_ROUND
5. You may change words in Typeform. Do not duplicate questions or options: their hidden names carry the answers.
"""


# -- reading -------------------------------------------------------------------------------------------------------


def _keys(field: Mapping[str, str]) -> tuple[str, ...]:
    return _some(field.get(name) for name in ("ref", "id", "title"))


def _values(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What may name the option: a chosen one by ref, id and label; anything else as its text."""
    if choice := answer.get("choice"):
        return _some(choice.get(name) for name in ("ref", "id", "label", "other"))
    if choices := answer.get("choices"):
        # The question was changed to allow several: one is as good as a single choice, more than one is no option.
        return _some(["; ".join([*choices.get("labels", []), *_some([choices.get("other")])])])
    if "boolean" in answer:
        return ("yes" if answer["boolean"] else "no",)
    number = answer.get("number")
    return _some([answer.get("text") if number is None else plain(number)])


def _written_from(response: Mapping[str, Any]) -> dict[str, str]:
    found = _THANKS.fullmatch(response.get("ending", {}).get("ref", ""))
    return {"bank": f"{found[1]}@{found[2]}", "variant": found[3]} if found else {}


def _some(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
