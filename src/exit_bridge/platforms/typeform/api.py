"""Typeform's API: make the form, have it post responses, fetch them. Facts: see the package's docstring.

docs: typeform.com/developers/responses/reference/retrieve-responses, /webhooks, /create.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from exit_bridge.platforms.api import Access, Call, Pulled, Remark, ToolApi, Upto, zoned
from exit_bridge.platforms.base import FormFile, LiveQuestion
from exit_bridge.platforms.rest import Rest

PAGE = 1000
"""Responses fetched in one request: the most there may be (docs)."""

TAG = "exit-bridge"
"""What our webhook is called among others of the form."""

OVERLAP = timedelta(hours=1)
"""How far behind the last response that was seen the next pull begins. docs: new ones may be missing for 30 minutes."""

_FIXES = {
    401: "Make a personal token in Typeform and write it as secret",
    403: "Give the token the scopes forms:write, webhooks:write and responses:read",
}


class TypeformApi(ToolApi):
    """https://www.typeform.com/developers/"""

    def __init__(self, access: Access, call: Call) -> None:
        super().__init__(access, call)
        headers = {"Authorization": f"Bearer {access.secret}"}
        self._typeform = Rest("Typeform", access, call, headers, _FIXES)

    def create_form(self, files: Sequence[FormFile]) -> str:
        """One form is one language. It is open as soon as it is made (types: `is_public`)."""
        ask = self._typeform
        if len(files) != 1:
            fix = "Give each language a survey of its own in the settings"
            raise ask.failed("One form of Typeform is one language", fix, permanent=True)
        return ask.id_in(ask.ask("POST", "forms", json.loads(files[0].content)))

    def activate(self, form: str) -> bool:
        """Makes a form that was closed public again."""
        if self._form(form).get("settings", {}).get("is_public") is not False:
            return False
        change = [{"op": "replace", "path": "/settings/is_public", "value": True}]
        self._typeform.ask("PATCH", f"forms/{form}", change)
        return True

    def address(self, form: str) -> str:
        """Where Typeform shows it; an account's own subdomain leads there too (believed)."""
        return f"https://form.typeform.com/to/{form}"

    def add_hook(self, form: str, url: str, secret: str) -> bool:
        """docs: PUT makes it or changes it, and it stays off without `enabled`."""
        ask, path = self._typeform, f"forms/{form}/webhooks/{TAG}"
        there = ask.ask("GET", path, missing_ok=True)
        on = isinstance(there, dict) and there.get("url") == url and there.get("enabled") is True
        # The secret cannot be read back, so it is set in any case.
        ask.ask("PUT", path, {"url": url, "enabled": True, "secret": secret, "verify_ssl": True})
        return not on

    def questions(self, form: str) -> list[LiveQuestion]:
        """By `ref`, id and title; statements are none."""
        fields = self._typeform.rows(self._form(form), "fields")
        return [_question(field) for field in fields if field.get("type") != "statement"]

    def pull(
        self,
        cursor: str | None,
        today: date,  # noqa: ARG002 (nothing is waited for: what is not complete is never listed)
        *,
        afresh: bool = False,
        since: datetime | None = None,
    ) -> Generator[Pulled, None, None]:
        """Completed responses from an hour before the last that was seen: what comes twice is a duplicate.

        They come newest first (docs), so each page is asked for with `before`, the token of the last one on the page
        before it. The cursor moves once all pages are there.
        """
        ask, form = self._typeform, self.access.form
        at = before = Upto.read(cursor, form)
        start = since or (None if afresh or before.moment is None else before.moment - OVERLAP)
        last = ""
        asked = {"page_size": PAGE, "response_type": "completed"} | ({"since": int(start.timestamp())} if start else {})
        while True:
            said = ask.ask("GET", f"forms/{form}/responses?{urlencode(asked | ({'before': last} if last else {}))}")
            rows = ask.rows(said, "items")
            moments = {n: moment for n, row in enumerate(rows) if (moment := zoned(row.get("submitted_at")))}
            at, left = at.after(moments.values()), len(rows) == PAGE
            yield Pulled(
                payloads=tuple(_payload(row, form) for row in rows),
                cursor=str(before if left else at),
                left=int(left),
                again=frozenset(n for n, moment in moments.items() if before.passed(moment)),
            )
            if not left:
                return
            last = ask.id_in(rows[-1], "token")

    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Token, form, whether it is open and posts to us. Scores are not written back."""
        ask, form = self._typeform, self.access.form
        if not form:
            ask.ask("GET", "forms?page_size=1")
            yield Remark("ok", f"Typeform at {ask.where} answers, token accepted")
            yield Remark("look", "There is no form in Typeform yet", "Run `exit-bridge provision`")
            return
        settings = self._form(form).get("settings", {})
        yield Remark("ok", f"Typeform at {ask.where} answers, token accepted")
        if settings.get("is_public") is False:
            yield Remark("broken", f"Form {form} is closed in Typeform", "Run `exit-bridge provision`")
        else:
            yield Remark("ok", f"Form {form} is open")
        there = ask.ask("GET", f"forms/{form}/webhooks/{TAG}", missing_ok=True)
        if not isinstance(there, dict):
            yield Remark("look", f"Form {form} has no webhook of ours", "Run `exit-bridge provision`, or only pull")
        elif there.get("enabled") is not True:
            yield Remark("broken", f"The webhook of form {form} is switched off", "Run `exit-bridge provision`")
        if scores:
            yield Remark("broken", "Typeform takes no scores back", "Take write_back out of the settings")

    def _form(self, form: str) -> Mapping[str, Any]:
        found = self._typeform.ask("GET", f"forms/{form}")
        if not isinstance(found, dict) or not isinstance(found.get("settings", {}), dict):
            raise self._typeform.unread()
        return found


def _question(field: Mapping[str, Any]) -> LiveQuestion:
    properties = field.get("properties")
    choices = (properties.get("choices") or []) if isinstance(properties, dict) else []
    options = (tuple(_texts(choice, "ref", "id", "label")) for choice in choices if isinstance(choice, dict))
    return LiveQuestion(tuple(_texts(field, "ref", "id", "title")), tuple(options))


def _texts(of: Mapping[str, Any], *names: str) -> Iterator[str]:
    return (text for name in names if isinstance(text := of.get(name), str) and text)


def _payload(row: Mapping[str, Any], form: str) -> dict[str, Any]:
    """As the webhook has it. What the browser told about itself (`metadata`) is left out here already."""
    kept = ("token", "submitted_at", "answers", "hidden", "ending")
    response = {name: row[name] for name in kept if row.get(name) is not None}
    return {"event_type": "form_response", "form_response": {"form_id": form, **response}}
