"""Formbricks through its management API: make and publish the survey, pull responses. It takes no scores back.

spec, src: `/api/v3/surveys` for surveys, `/api/v2/management/responses` for responses; a key in the header `x-api-key`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode

from exit_bridge.errors import SendFailed, UnsafeDestination
from exit_bridge.platforms.api import Access, Call, Pulled, Remark, ToolApi, zoned
from exit_bridge.platforms.base import FormFile, LiveQuestion
from exit_bridge.platforms.formbricks.delivery import FINISHED
from exit_bridge.platforms.rest import Rest

PAGE = 250
"""Responses fetched in one request: the most there may be (src)."""

OVERLAP = timedelta(minutes=2)
"""How far behind the last change that was seen the next pull begins: a change may be written after a later one."""

_OPEN = "inProgress"
_READ = ("id", "surveyId", "finished", "language", "createdAt", "updatedAt", "data", "variables")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`latest`: when the last response that was seen was changed; `seen`: id -> that time, of those close before it."""

    form: str
    latest: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None, form: str) -> Self:
        """What `str` of a cursor wrote; the beginning for no text, another survey, or anything else."""
        try:
            kept = json.loads(text or "")
            if kept["form"] != form:
                return cls(form)
            _instant(kept["latest"])
            return cls(form, kept["latest"], {str(name): str(when) for name, when in kept["seen"].items()})
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls(form)

    def __str__(self) -> str:
        return json.dumps({"form": self.form, "latest": self.latest, "seen": self.seen})

    @property
    def start(self) -> str:
        """From which change on to ask; empty for all of them."""
        return _written(_instant(self.latest) - OVERLAP) if self.latest else ""

    def after(self, rows: Sequence[Mapping[str, Any]]) -> Cursor:
        """Once these are kept, which come in the order of their changes."""
        if not rows:
            return self
        latest = max(rows[-1]["updatedAt"], self.latest)
        close = _written(_instant(latest) - OVERLAP)
        met = {**self.seen, **{row["id"]: row["updatedAt"] for row in rows}}
        return replace(self, latest=latest, seen={name: when for name, when in met.items() if when >= close})


# src: what the key may not see is answered with 403 too, as if it were not there.
_NOT_THERE = "Correct url, form and user, and give the key the right to read and write the workspace"
_FIXES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "Send the file by hand, which shows what Formbricks says (docs/platforms/formbricks.md)",
    HTTPStatus.UNAUTHORIZED: "Make a key in Formbricks and write it as secret",
    HTTPStatus.FORBIDDEN: _NOT_THERE,
    HTTPStatus.NOT_FOUND: _NOT_THERE,
}


_NO_HOOK = "Add the webhook by hand. Formbricks calls no address inside a network (docs/platforms/formbricks.md)"
_HOOKS = "api/v2/management/webhooks"


class ManagementApi(ToolApi):
    """https://formbricks.com/docs/api-v3-reference"""

    signs_alone = True  # src: only the answer that a webhook was made holds its secret

    def __init__(self, access: Access, call: Call) -> None:
        super().__init__(access, call)
        login = {"x-api-key": access.secret}
        self._formbricks = Rest("Formbricks", access, call, login, _FIXES, login="key")
        self._webhooks = Rest("Formbricks", access, call, login, {**_FIXES, 400: _NO_HOOK}, login="key")

    def create_form(self, files: Sequence[FormFile]) -> str:
        """The file with the workspace of the settings in it, whose id stands there as `user`."""
        document = {**json.loads(files[0].content), "workspaceId": self._workspace()}
        made = self._formbricks.ask("POST", "api/v3/surveys", document)
        return self._formbricks.id_in(self._data(made))

    def activate(self, form: str) -> bool:
        """Publishes a draft, and opens a survey that was paused or closed."""
        if self._survey(form).get("status") == _OPEN:
            return False
        self._formbricks.ask("PATCH", f"api/v3/surveys/{form}", {"status": _OPEN})
        return True

    def address(self, form: str) -> str:
        """src: `/s/` and the survey's id."""
        return f"{self.access.url.rstrip('/')}/s/{form}"

    def add_own_hook(self, form: str, url: str, keep: Callable[[str], None]) -> bool:
        """src: one that is there already keeps its secret, whatever else of it is changed."""
        ask = self._webhooks
        if there := self._hook(url):
            surveys, triggers = list(_texts(there.get("surveyIds"))), list(_texts(there.get("triggers")))
            # src: without any survey it is for all of them.
            if (form in surveys or not surveys) and FINISHED in triggers:
                return False
            wanted = {"surveyIds": [*surveys, form] if surveys else [], "triggers": [*{*triggers, FINISHED}]}
            kept = {name: there.get(name) for name in ("name", "url", "source")}
            ask.ask("PUT", f"{_HOOKS}/{ask.id_in(there)}", {**kept, **wanted})
            return False
        about = {"name": "exit-bridge", "url": url, "source": "user", "workspaceId": self._workspace()}
        made = self._data(ask.ask("POST", _HOOKS, {**about, "triggers": [FINISHED], "surveyIds": [form]}))
        try:
            if not re.fullmatch(r"whsec_[A-Za-z0-9+/]+=*", str(made.get("secret"))):
                raise ask.unread()
            keep(made["secret"])
        except BaseException:
            with suppress(SendFailed, UnsafeDestination):
                ask.ask("DELETE", f"{_HOOKS}/{ask.id_in(made)}")
            raise
        return True

    def pull(
        self,
        cursor: str | None,
        today: date,
        *,
        afresh: bool = False,
        since: datetime | None = None,
    ) -> Generator[Pulled, None, None]:
        """In the order of their last change: what is completed late, or changed later, comes by itself."""
        form = self.access.form
        before = Cursor.read(cursor, form)
        at = Cursor(form) if afresh else before
        tomorrow = (today + timedelta(days=1)).isoformat()
        start, skip, unfinished = at.start if since is None else _written(since), 0, 0
        while True:
            rows = self._page(form, start, skip)
            fresh = [row for row in rows if at.seen.get(row["id"]) != row["updatedAt"]]
            finished = [row for row in fresh if row.get("finished")]
            unfinished += len(fresh) - len(finished)
            # A clock that ran ahead must not lead the cursor past what changes until then.
            at, full = at.after([row for row in rows if row["updatedAt"][:10] <= tomorrow]), len(rows) == PAGE
            yield Pulled(
                payloads=tuple(map(_payload, finished)),
                cursor=str(at),
                left=int(full),
                unfinished=unfinished,
                again=frozenset(n for n, row in enumerate(finished) if afresh and row["updatedAt"] <= before.latest),
            )
            if not full:
                return
            # Where a page holds one instant only, asking from that instant on would give it once more.
            last = rows[-1]["updatedAt"]
            start, skip = (start, skip + PAGE) if last == start else (last, 0)

    def questions(self, form: str) -> list[LiveQuestion]:
        """spec: blocks of elements, by our ids and by their words in every language."""
        blocks = _objects(self._survey(form).get("blocks"))
        elements = (element for block in blocks for element in _objects(block.get("elements")))
        return [_question(element) for element in elements if element.get("type") != "cta"]

    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Key, survey and whether people can fill it in."""
        form = self.access.form
        if not form:
            yield Remark("look", "There is no survey in Formbricks yet", "Run `exit-bridge provision`")
            return
        status = self._survey(form).get("status")
        yield Remark("ok", f"Formbricks at {self._formbricks.where} answers, key accepted")
        if status == _OPEN:
            yield Remark("ok", f"Survey {form} is published")
        else:
            yield Remark("broken", f"Survey {form} is not open in Formbricks", "Run `exit-bridge provision`")
        self._page(form, _written(datetime.now(UTC)), 0)
        yield Remark("ok", f"Responses of survey {form} may be read")
        if scores:
            yield Remark("broken", "Formbricks takes no scores back", "Take write_back out of the settings")

    def _hook(self, url: str) -> Mapping[str, Any] | None:
        skip, met = 0, list[Any]()
        while True:
            query = urlencode({"limit": PAGE, "skip": skip})
            rows = self._webhooks.rows(self._webhooks.ask("GET", f"{_HOOKS}?{query}"), "data")
            if found := next((row for row in rows if row.get("url") == url), None):
                return found
            if len(rows) < PAGE or rows == met:
                return None
            skip, met = skip + PAGE, rows

    def _workspace(self) -> str:
        if not self.access.user:
            fix = "Write the id of the workspace as user, as its address in Formbricks has it"
            what = "The settings do not say in which workspace the survey belongs"
            raise self._formbricks.failed(what, fix, permanent=True)
        return self.access.user

    def _survey(self, form: str) -> Mapping[str, Any]:
        return self._data(self._formbricks.ask("GET", f"api/v3/surveys/{form}"))

    def _page(self, form: str, start: str, skip: int) -> list[dict[str, Any]]:
        query = {"surveyId": form, "limit": PAGE, "skip": skip, "sortBy": "updatedAt", "order": "asc"}
        since = {"filterDateField": "updatedAt", "startDate": start} if start else {}
        said = self._formbricks.ask("GET", f"api/v2/management/responses?{urlencode({**query, **since})}")
        try:
            rows = [{**row, "updatedAt": _written(_instant(row["updatedAt"]))} for row in said["data"]]
            changes = [row["updatedAt"] for row in rows]
            # The cursor rests on both: a server that does not sort, or does not filter, is none that we know.
            if changes != sorted(changes) or any((row["surveyId"], type(row["id"])) != (form, str) for row in rows):
                raise ValueError
        except (TypeError, KeyError, ValueError, AttributeError):
            raise self._formbricks.unread() from None
        return rows

    def _data(self, said: Any) -> Mapping[str, Any]:
        if not isinstance(said, dict) or not isinstance(found := said.get("data"), dict) or "id" not in found:
            raise self._formbricks.unread()
        return found


def _question(element: Mapping[str, Any]) -> LiveQuestion:
    choices = _objects(element.get("choices"))
    options = tuple((str(choice.get("id", "")), *_words(choice.get("label"))) for choice in choices)
    return LiveQuestion((str(element.get("id", "")), *_words(element.get("headline"))), options)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def _texts(value: Any) -> Iterator[str]:
    return (each for each in value if isinstance(each, str)) if isinstance(value, list) else iter(())


def _words(value: Any) -> Iterator[str]:
    """Every language's text of one thing."""
    return (text for text in value.values() if isinstance(text, str)) if isinstance(value, dict) else iter(())


def _payload(row: Mapping[str, Any]) -> dict[str, Any]:
    """As the webhook has it. Contacts, addresses and browsers are left out here already."""
    return {"event": FINISHED, "data": {name: row[name] for name in _READ if name in row}}


def _instant(text: str) -> datetime:
    moment = zoned(text)
    if moment is None:
        raise ValueError("no moment")
    return moment


def _written(moment: datetime) -> str:
    """As Formbricks writes it, so that times can be compared as texts."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
