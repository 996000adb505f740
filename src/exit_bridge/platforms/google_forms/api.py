"""Google's Forms API: make the form, open it, fetch responses. It posts nothing by itself and takes no scores back.

discovery: methods, bodies and answers, forms v1 and drive v3. docs: since 2025 a form must be published, and
who may answer it is a permission in Google Drive, of the view `published`. seen: without one people must sign in.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlencode

from exit_bridge.errors import ApiFailed, SendFailed, UnsafeDestination
from exit_bridge.platforms.api import Access, Call, Pulled, Remark, ToolApi, zoned
from exit_bridge.platforms.base import FormFile, LiveQuestion, fault_in
from exit_bridge.platforms.google_forms.answers import FORM, RESPONSES, Json, live, payload
from exit_bridge.platforms.google_forms.api_body import OPEN
from exit_bridge.platforms.google_forms.calls import Calls

PAGE = 500
"""Responses fetched in one request: a tenth of the most there may be (docs), because each is about 10 kB."""

OVERLAP = timedelta(hours=1)
"""How far behind the last response that was seen the next pull begins. believed: one may show up after a later one."""

BODIES = ".api.json"
"""How the file ends that holds the bodies of our requests."""

_FIELDS = "nextPageToken,responses(responseId,createTime,lastSubmittedTime,answers)"
"""What is asked for of a response (seen: such a list is taken): all but a collected address and a quiz's points."""

_ANYBODY = {"type": "anyone", "view": "published", "role": "reader"}
_AGAIN = "Run `exit-bridge provision`"


class FormsApi(ToolApi):
    """https://developers.google.com/workspace/forms/api/reference/rest"""

    def __init__(self, access: Access, call: Call) -> None:
        super().__init__(access, call)
        self._forms, self._drive = Calls.both(access, call)

    def create_form(self, files: Sequence[FormFile]) -> str:
        """One form is one language. discovery: it is made empty, then all is put into it in one go or nothing."""
        ask, written = self._forms, [file for file in files if file.path.endswith(BODIES)]
        if len(written) != 1:
            fix = "Give each language a survey of its own in the settings"
            raise ask.failed("One form of Google's is one language", fix, permanent=True)
        bodies = json.loads(written[0].content)
        ask.log_in()
        try:
            made = ask.ask("POST", "v1/forms?unpublished=true", bodies["create"])
        except ApiFailed:
            raise
        except SendFailed as error:
            fix = "Delete the empty form in Google Drive, if there is one, and run `exit-bridge provision` again"
            raise ask.failed(f"It is not known whether Google made the form: {error.what}", fix) from None
        form = ask.id_in(made, "formId")
        try:
            ask.ask("POST", f"v1/forms/{form}:batchUpdate", bodies["batchUpdate"])
        except (SendFailed, UnsafeDestination) as error:
            what = f"The form {form} was made in Google Forms, but its questions may not be in it: {error.what}"
            look = (
                f"Look at docs.google.com/forms/d/{form}/edit: if they are there, write its id as form in the settings"
            )
            again = "if not, delete it, mend the cause, and run `exit-bridge provision` again"
            raise ask.failed(what, f"{look}; {again}") from None
        return form

    def activate(self, form: str) -> bool:
        """Publish it, and let anybody answer who has its address; people who were chosen by hand stay chosen.

        A form from before forms were published has no `publishSettings` (docs), and is open already (believed).
        """
        published = _is_open(self._form(form))
        if published is None:
            return False
        people = self._answerers(form)
        if published and (people or people is None):
            return False
        if not published:
            self._forms.ask("POST", f"v1/forms/{form}:setPublishSettings", OPEN)
        if people is not None and "anyone" not in people:
            self._drive.ask("POST", f"files/{quote(form, safe='')}/permissions?supportsAllDrives=true", _ANYBODY)
        return True

    def address(self, form: str) -> str:
        """As Google gives it: it carries another id than the form's own."""
        url = self._form(form).get("responderUri", "")
        if not (url.startswith("https://") and url.isascii() and url.isprintable()):
            raise self._forms.unread()
        return str(url)

    def questions(self, form: str) -> list[LiveQuestion]:
        """By our id, where Google's is one of those we gave, and by their words; rows of grids one by one."""
        return live(self._form(form))

    def pull(
        self,
        cursor: str | None,
        today: date,  # noqa: ARG002 (nothing is begun: only what was submitted is listed)
        *,
        afresh: bool = False,
        since: datetime | None = None,
    ) -> Generator[Pulled, None, None]:
        """Responses from an hour before the last that was seen: what comes twice is a duplicate.

        In which order they come is not said, so the cursor moves once all pages are there. believed: a response that
        was edited counts as submitted again; should it not, `--all` finds it.
        """
        ask, form = self._forms, self.access.form
        said = self._form(form)
        before = _read(cursor, form)
        start = since or (None if afresh or not before else before - OVERLAP)
        asked = {"pageSize": str(PAGE), "fields": _FIELDS}
        asked |= {"filter": f"timestamp >= {_zulu(start)}"} if start else {}
        latest, token = before, ""
        while True:
            query = urlencode(asked | ({"pageToken": token} if token else {}))
            page = ask.ask("GET", f"v1/forms/{form}/responses?{query}")
            if fault_in(page, RESPONSES) or (token and page.get("nextPageToken") == token):
                raise ask.unread()
            rows, token = page.get("responses", []), page.get("nextPageToken", "")
            times = [_moment(row) for row in rows]
            latest = max(filter(None, [latest, *times]), default=None)
            again = frozenset(n for n, when in enumerate(times) if before and when and when <= before)
            yield Pulled(
                payloads=tuple(payload(said, row) for row in rows),
                cursor=(cursor or "") if token or not latest else f"{form} {latest.isoformat()}",
                left=int(bool(token)),
                again=again,
            )
            if not token:
                return

    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Login, form, whether people may answer it and its responses be read. There is no place for scores."""
        form = self.access.form
        if not form:
            self._forms.log_in()
            yield Remark("ok", "Google accepts the login")
            yield Remark("look", "There is no form in Google Forms yet", _AGAIN)
        else:
            said = self._form(form)
            yield Remark("ok", f"Google Forms at {self._forms.where} answers, login accepted")
            yield from self._who(form, said)
            self._forms.ask("GET", f"v1/forms/{form}/responses?pageSize=1&fields=nextPageToken")
            yield Remark("ok", f"Responses of form {form} may be read")
        if scores:
            yield Remark("broken", "Google Forms takes no scores back", "Take write_back out of the settings")

    def _who(self, form: str, said: Json) -> Iterator[Remark]:
        """Whether it is open, to whom, and whether it asks for more than we want."""
        published = _is_open(said)
        if published is False:
            yield Remark("broken", f"Form {form} takes no answers in Google Forms", _AGAIN)
        elif published:
            people = self._answerers(form)
            if people is None:
                fix = "Look there under Published, Responders"
                yield Remark("look", f"Who may answer form {form} cannot be seen with this login", fix)
            elif not people:
                yield Remark("broken", f"Nobody may answer form {form} without being asked to sign in", _AGAIN)
            elif "anyone" in people:
                yield Remark("ok", f"Form {form} is open to anybody with its address")
            else:
                fix = "If others are to answer, choose them there under Published, Responders"
                yield Remark("look", f"Only some people may answer form {form}, signed in", fix)
        if said.get("settings", {}).get("emailCollectionType", "DO_NOT_COLLECT") != "DO_NOT_COLLECT":
            fix = "Switch it off there, under Settings > Responses; people were promised that it is not asked"
            yield Remark("look", f"Form {form} collects email addresses", fix)

    def _form(self, form: str) -> Json:
        found = self._forms.ask("GET", f"v1/forms/{quote(form, safe='')}")
        if fault_in(found, FORM) or found["formId"] != form:
            raise self._forms.unread()
        kept: Json = found
        return kept

    def _answerers(self, form: str) -> set[str] | None:
        """Kinds of people who may answer. docs: permissions of the view `published`, listed when it is asked for.

        None for a form that Drive does not show: with the scope drive.file, one that this app did not make (docs).
        """
        query = urlencode(
            {"includePermissionsForView": "published", "supportsAllDrives": "true", "fields": "permissions(type,view)"}
        )
        said = self._drive.ask("GET", f"files/{quote(form, safe='')}/permissions?{query}", missing_ok=True)
        if said is None:
            return None
        rows = self._drive.rows(said, "permissions")
        return {str(row.get("type")) for row in rows if row.get("view") == "published"}


def _is_open(form: Json) -> bool | None:
    """Does it take answers? None for a form that cannot be published. discovery: what is false may be left out."""
    if "publishSettings" not in form:
        return None
    state = form["publishSettings"].get("publishState", {})
    return bool(state.get("isPublished") and state.get("isAcceptingResponses"))


def _moment(row: Json) -> datetime | None:
    return zoned(row.get("lastSubmittedTime") or row.get("createTime", ""))


def _read(cursor: str | None, form: str) -> datetime | None:
    """The last moment that was seen of this form; None for another form's, or for what is none."""
    name, _, when = (cursor or "").partition(" ")
    return _moment({"createTime": when}) if name == form else None


def _zulu(moment: datetime) -> str:
    """discovery: the filter takes no other zone."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
