"""Tally's API: make and publish the form, have it post responses, fetch them. Facts: see the package's docstring.

docs: developers.tally.so/api-reference, for all that is not marked otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from exit_bridge.platforms.api import Access, Call, Pulled, Remark, ToolApi, Upto, zoned
from exit_bridge.platforms.base import FormFile, LiveQuestion
from exit_bridge.platforms.rest import Rest
from exit_bridge.platforms.tally.delivery import RESPONSE
from exit_bridge.platforms.tally.submission import UNSEEN, asked_by, delivery

HOOKS = 100
"""Webhooks listed in one request: the most there may be."""

OVERLAP = timedelta(hours=1)
"""How far behind the last submission that was seen the next pull begins. believed: one may show up a little late."""

_FIXES = {
    400: "Send the file by hand, which shows the block that Tally does not take (docs/platforms/tally.md)",
    401: "Make an API key in Tally and write it as secret",
    403: "Use the key of somebody who may edit the form and its workspace",
    429: "It goes on by itself; Tally takes 100 requests a minute",
}


class TallyApi(ToolApi):
    """https://developers.tally.so/api-reference/introduction"""

    def __init__(self, access: Access, call: Call) -> None:
        super().__init__(access, call)
        headers = {"Authorization": f"Bearer {access.secret}"}
        self._tally = Rest("Tally", access, call, headers, _FIXES, login="key")

    def create_form(self, files: Sequence[FormFile]) -> str:
        """A draft, as the file says. One form is one language."""
        ask = self._tally
        if len(files) != 1:
            fix = "Give each language a survey of its own in the settings"
            raise ask.failed("One form of Tally is one language", fix, permanent=True)
        return ask.id_in(ask.ask("POST", "forms", json.loads(files[0].content)))

    def activate(self, form: str) -> bool:
        """Publishes a draft. How one that was closed is opened again without its other settings is not documented."""
        there = self._form(form)
        if _closed(there):
            raise self._tally.failed("The form is closed in Tally", "Open it there, under Settings", permanent=True)
        if there.get("status") == "PUBLISHED":
            return False
        self._tally.ask("PATCH", f"forms/{_id(form)}", {"status": "PUBLISHED"})
        return True

    def address(self, form: str) -> str:
        """seen: `/r/`; a domain of one's own leads there too (believed)."""
        return f"https://tally.so/r/{form}"

    def add_hook(self, form: str, url: str, secret: str) -> bool:
        """One that is there is switched on, and signs with this secret from then on."""
        ask = self._tally
        there = self._hook(form, url)
        about = {"formId": form, "url": url, "eventTypes": [RESPONSE], "signingSecret": secret}
        if there is None:
            ask.ask("POST", "webhooks", about)
            return True
        kept = {"httpHeaders": there["httpHeaders"]} if there.get("httpHeaders") else {}
        ask.ask("PATCH", f"webhooks/{ask.id_in(there)}", {**about, **kept, "isEnabled": True})
        return there.get("isEnabled") is not True

    def questions(self, form: str) -> list[LiveQuestion]:
        """By its id and title, options by theirs; each row of a matrix is a question."""
        listed = self._tally.rows(self._tally.ask("GET", f"forms/{_id(form)}/questions"), "questions")
        live = [question for question in listed if question.get("isDeleted") is not True]
        found = []
        for question in asked_by(live, self._blocks(form)):
            if question.type in UNSEEN:
                continue
            options = question.lists.get("columns") or question.lists.get("options") or {}
            choices = tuple(tuple(filter(None, option)) for option in options.items())
            keys = question.lists.get("rows", {question.key: question.title})
            found += [LiveQuestion(tuple(filter(None, key)), choices) for key in keys.items()]
        return found

    def pull(
        self,
        cursor: str | None,
        today: date,  # noqa: ARG002 (nothing is waited for: a submission is listed once it is complete)
        *,
        afresh: bool = False,
        since: datetime | None = None,
    ) -> Generator[Pulled, None, None]:
        """Completed submissions from an hour before the last that was seen: what comes twice is a duplicate.

        The cursor moves once all pages are there: the newest come first in the vendor's example, and no page says so.
        """
        ask, form = self._tally, self.access.form
        at = before = Upto.read(cursor, form)
        start = since or (None if afresh or before.moment is None else before.moment - OVERLAP)
        met, page = set[str](), 1
        blocks = self._blocks(form)
        while True:
            asked = {"page": page, "filter": "completed", **({"startDate": _written(start)} if start else {})}
            said = ask.ask("GET", f"forms/{_id(form)}/submissions?{urlencode(asked)}")
            listed = [{**row, "id": ask.id_in(row)} for row in ask.rows(said, "submissions")]
            moments = {row["id"]: self._submitted(row) for row in listed}
            rows = [row for row in listed if row["id"] not in met and row.get("isCompleted") is not False]
            questions = asked_by(ask.rows(said, "questions"), blocks)
            left = said.get("hasMore") is True
            if left and not moments.keys() - met:
                raise ask.failed("Tally lists the same submissions again", "Report this as a bug")
            met |= moments.keys()
            at = at.after(moments.values())
            yield Pulled(
                payloads=tuple(delivery(form, row, questions) for row in rows),
                cursor=str(before if left else at),
                left=int(left),
                again=frozenset(n for n, row in enumerate(rows) if before.passed(moments[row["id"]])),
            )
            if not left:
                return
            page += 1

    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Key, form, whether people can fill it in and whether it posts. Scores are not written back."""
        ask, form = self._tally, self.access.form
        if not form:
            ask.ask("GET", "forms?limit=1")
            yield Remark("ok", f"Tally at {ask.where} answers, key accepted")
            yield Remark("look", "There is no form in Tally yet", "Run `exit-bridge provision`")
            return
        there = self._form(form)
        yield Remark("ok", f"Tally at {ask.where} answers, key accepted")
        if _closed(there):
            yield Remark("broken", f"Form {form} is closed in Tally", "Open it there, under Settings")
        elif there.get("status") != "PUBLISHED":
            yield Remark("broken", f"Form {form} is not published in Tally", "Run `exit-bridge provision`")
        else:
            yield Remark("ok", f"Form {form} is published")
        hook = self._hook(form)
        if hook is None:
            yield Remark("look", f"Form {form} has no webhook", "Run `exit-bridge provision`, or only pull")
        elif hook.get("isEnabled") is not True:
            yield Remark("broken", f"The webhook of form {form} is switched off", "Run `exit-bridge provision`")
        if scores:
            yield Remark("broken", "Tally takes no scores back", "Take write_back out of the settings")

    def _form(self, form: str) -> Mapping[str, Any]:
        found = self._tally.ask("GET", f"forms/{_id(form)}")
        if not isinstance(found, dict) or "status" not in found:
            raise self._tally.unread()
        return found

    def _blocks(self, form: str) -> list[Mapping[str, Any]]:
        return self._tally.rows(self._form(form), "blocks")

    def _hook(self, form: str, url: str | None = None) -> Mapping[str, Any] | None:
        """The form's webhook to that address, or the first there is to any."""
        ask, page, met = self._tally, 1, list[Any]()
        while True:
            said = ask.ask("GET", f"webhooks?{urlencode({'page': page, 'limit': HOOKS})}")
            rows = ask.rows(said, "webhooks")
            for row in rows:
                if row.get("formId") == form and url in (None, row.get("url")):
                    return row
            if rows == met or said.get("hasMore") is not True:
                return None
            met, page = rows, page + 1

    def _submitted(self, row: Mapping[str, Any]) -> datetime:
        moment = zoned(row.get("submittedAt"))
        if moment is None or row.get("formId") != self.access.form:
            raise self._tally.unread()
        return moment


def _closed(form: Mapping[str, Any]) -> bool:
    settings = form.get("settings")
    return form.get("isClosed") is True or (isinstance(settings, dict) and settings.get("isClosed") is True)


def _id(text: str) -> str:
    return quote(text, safe="")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
