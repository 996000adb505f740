"""SurveyMonkey's API, version 3: make the survey and its link, fetch responses. docs, unless said otherwise.

Addresses are put together from the settings and ids; none that the API answers with is ever called.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from exit_bridge.errors import SendFailed, UnsafeDestination
from exit_bridge.platforms.api import Pulled, Remark, ToolApi
from exit_bridge.platforms.base import FormFile, LiveQuestion, fault_in
from exit_bridge.platforms.surveymonkey.calls import Calls, Json
from exit_bridge.platforms.surveymonkey.cursor import Cursor, in_order, just_before
from exit_bridge.platforms.surveymonkey.delivery import COMPLETED, SURVEY, live, pruned
from exit_bridge.platforms.surveymonkey.form import COLLECTOR

PAGE = 100
"""Responses fetched in one request: the most there may be."""

SCOPE = "responses_read_detail"
"""What a token must be allowed so as to read answers; it needs a paid plan."""


class Api(ToolApi):
    """https://api.surveymonkey.com/v3/docs"""

    def create_form(self, files: Sequence[FormFile]) -> str:
        """The survey, its custom variables and its web link. One language: each is a survey of its own."""
        ask, bodies = self._ask, {file.path: json.loads(file.content) for file in files}
        links = [body for path, body in bodies.items() if path.endswith(COLLECTOR)]
        surveys = [body for path, body in bodies.items() if not path.endswith(COLLECTOR)]
        if len(surveys) != 1:
            fix = "Give each language a survey of its own in the settings"
            raise ask.failed("One survey of SurveyMonkey is one language", fix, permanent=True)
        variables = surveys[0].pop("custom_variables")
        form = ask.id_in(ask("POST", "surveys", surveys[0]))
        try:
            # docs: a survey made with its pages takes none, an existing one does.
            ask("PATCH", f"surveys/{form}", {"custom_variables": variables})
            ask("POST", f"surveys/{form}/collectors", links[0])
        except (SendFailed, UnsafeDestination) as error:
            what = f"The survey {form} was made, but not all of its variables and its link: {error.what}"
            raise ask.failed(what, "Delete it there, mend the cause, and run `exit-bridge provision` again") from None
        return form

    def activate(self, form: str) -> bool:
        """Open the web link, or make one where there is none."""
        ask, links = self._ask, self._links(form)
        if any(link.get("status") == "open" for link in links):
            return False
        if links:
            ask("PATCH", f"collectors/{ask.id_in(links[0])}", {"status": "open"})
        else:
            ask("POST", f"surveys/{_id(form)}/collectors", {"type": "weblink", "anonymous_type": "fully_anonymous"})
        return True

    def address(self, form: str) -> str:
        """The web link, without the values that go behind it."""
        ask = self._ask
        for link in sorted(self._links(form), key=lambda link: link.get("status") != "open"):
            url = link.get("url")
            if isinstance(url, str) and url.isprintable() and url.startswith("https://"):
                return url
        raise ask.failed("The survey has no web link", "Make one under Collect responses", permanent=True)

    def add_hook(self, form: str, url: str, secret: str) -> bool | None:  # noqa: ARG002 (it signs with its own)
        """docs: the address must answer HEAD, and may belong to no other webhook of the account."""
        ask = self._ask
        found = ask.rows(ask("GET", f"webhooks?{urlencode({'per_page': PAGE})}"), "data")
        for number in (ask.id_in(row) for row in found):
            if ask("GET", f"webhooks/{number}").get("subscription_url") == url:
                return False
        about = {"event_type": COMPLETED, "object_type": "survey", "object_ids": [form]}
        ask("POST", "webhooks", {"name": "exit-bridge", **about, "subscription_url": url})
        return True

    def questions(self, form: str) -> list[LiveQuestion]:
        """By id and words; text that asks nothing is none."""
        ask = self._ask
        found = ask("GET", f"surveys/{_id(form)}/details")
        if fault_in(found, SURVEY):
            raise ask.unread()
        return live(found)

    def pull(
        self,
        cursor: str | None,
        today: date,  # noqa: ARG002 (nothing is waited for: to complete a response is a change)
        *,
        afresh: bool = False,
        since: datetime | None = None,
    ) -> Generator[Pulled, None, None]:
        """Completed responses in the order in which they were last changed, so that a later change is seen too.

        Nothing need be remembered of what was only begun: to complete it is a change. Each request begins where the one
        before ended, not at its next page: what is changed meanwhile moves to the end, and somebody would be skipped.
        """
        ask, form = self._ask, self.access.form
        before = Cursor.read(cursor, form)
        at = Cursor(form) if afresh else before
        start, page, left = at.since if since is None else just_before(since), 1, 1
        while left:
            asked = {"simple": "true", "status": "completed", "sort_by": "date_modified", "sort_order": "ASC"}
            asked |= {"start_modified_at": start} if start else {}
            query = urlencode({**asked, "per_page": PAGE, "page": page})
            found = ask("GET", f"surveys/{_id(form)}/responses/bulk?{query}")
            rows = ask.rows(found, "data")
            if not in_order(rows):
                raise ask.failed("SurveyMonkey does not list responses by their last change", "Report this as a bug")
            fresh = [row for row in rows if not at.seen(row)]
            left = max(0, ask.number(found, "total") - len(rows) - PAGE * (page - 1)) if rows else 0
            at = at.after(fresh)
            # Nothing new and still not all: more were changed at one moment than go on a page.
            start, page = (at.resume, 1) if fresh else (start, page + 1)
            again = frozenset(place for place, row in enumerate(fresh) if afresh and before.passed(row))
            yield Pulled(tuple(map(pruned, fresh)), str(at), left, again=again)

    def fetch(self, response_id: str) -> Mapping[str, Any] | None:
        """With the words of questions and answers (`simple`)."""
        ask, form = self._ask, _id(self.access.form)
        found = ask("GET", f"surveys/{form}/responses/{_id(response_id)}/details?simple=true", missing_ok=True)
        if found is None:
            # Of another survey, or of none, every response would seem deleted.
            ask("GET", f"surveys/{form}")
            return None
        kept: Mapping[str, Any] = pruned(found)
        return kept

    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Token, what it may do, survey and link. There is no place for scores."""
        ask, form = self._ask, self.access.form
        ask("GET", f"surveys/{_id(form)}" if form else "surveys?per_page=1")
        yield Remark("ok", f"SurveyMonkey at {ask.where} answers, token accepted")
        if ask.granted and SCOPE not in ask.granted:
            line = "The token may not read answers"
            yield Remark("broken", line, "Give the app the scope View Response Details; it needs a paid plan")
        if scores:
            fix = "Take write_back out of the settings"
            yield Remark("broken", "Scores are not written back into SurveyMonkey", fix)
        if not form:
            yield Remark("look", "There is no survey in SurveyMonkey yet", "Run `exit-bridge provision`")
        elif any(link.get("status") == "open" for link in self._links(form)):
            yield Remark("ok", f"Survey {form} has an open web link")
        else:
            yield Remark("look", f"Survey {form} has no open web link", "Run `exit-bridge provision`")

    @property
    def _ask(self) -> Calls:
        return Calls(self.access, self.call)

    def _links(self, form: str) -> list[Json]:
        ask = self._ask
        query = urlencode({"include": "type,status,url", "per_page": PAGE})
        found = ask.rows(ask("GET", f"surveys/{_id(form)}/collectors?{query}"), "data")
        return [row for row in found if row.get("type") == "weblink"]


def _id(text: str) -> str:
    return quote(text, safe="")
