"""Jotform through its API: make the form, fetch submissions, write scores back. Facts: the package's docstring."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from exit_bridge.errors import SendFailed, UnsafeDestination
from exit_bridge.platforms.api import Access, Call, Pulled, Remark, ToolApi, instant
from exit_bridge.platforms.base import FormFile, LiveQuestion
from exit_bridge.platforms.jotform.calls import Calls
from exit_bridge.platforms.jotform.cursor import Cursor, written
from exit_bridge.platforms.jotform.form import SCORE

PAGE = 100
"""Submissions fetched in one call. client: 1000 at most."""

# seen: `ACTIVE`, and `ARCHIVED` for what somebody put away; `DELETED` is gone. believed: any other is not finished.
_COMPLETE, _GONE = {"ACTIVE", "ARCHIVED"}, {"DELETED"}


class JotformApi(ToolApi):
    """https://api.jotform.com/docs/"""

    def __init__(self, access: Access, call: Call) -> None:
        super().__init__(access, call)
        self._jotform = Calls(access, call)

    def create_form(self, files: Sequence[FormFile]) -> str:
        """One form in one language. What came of it is looked at: some accounts make it without questions (seen)."""
        if len(files) != 1:
            fix = "Name one in `languages` for each survey, or send the files yourself (docs/platforms/jotform.md)"
            raise self._jotform.failed("A Jotform form has one language", fix, permanent=True)
        document = json.loads(files[0].content)
        made = self._jotform.put("user/forms", document)
        form = self._text(_single(made), "id")
        try:
            missing = self._missing(form, document["questions"])
        except (SendFailed, UnsafeDestination) as error:
            what = f"Jotform made the form {form}, but it is not known whether its questions are in it: {error.what}"
            fix = "Delete it there, mend the cause, and run `exit-bridge provision` again"
            raise self._jotform.failed(what, fix) from None
        if missing:
            raise self._jotform.failed(
                f"Jotform made the form {form}, but {missing} of its questions are not in it",
                "Delete it there, and send the file as docs/platforms/jotform.md says",
                permanent=True,
            )
        return form

    def _missing(self, form: str, questions: Mapping[str, Any]) -> int:
        """How many are not in the form, once those that were not have been put there."""
        wanted = {_fold(question["name"]) for question in questions.values() if _asks(question)}
        if wanted <= self._questions(form).keys():
            return 0
        self._jotform.put(f"form/{form}/questions", {"questions": questions})
        return len(wanted - self._questions(form).keys())

    def activate(self, form: str) -> bool:
        """A form is open as soon as it is made (docs); how one that was closed is opened again is not documented."""
        if self._form(form).get("status") != "ENABLED":
            fix = "Open it there: My Forms, the form's menu, Enable"
            raise self._jotform.failed("The form is closed in Jotform", fix, permanent=True)
        return False

    def address(self, form: str) -> str:
        """As Jotform gives it: it differs between the account's regions."""
        url = self._form(form).get("url")
        usable = isinstance(url, str) and url.startswith("https://") and url.isprintable()
        return str(url) if usable else f"https://form.jotform.com/{form}"

    def pull(
        self, cursor: str | None, today: date, *, afresh: bool = False, since: datetime | None = None
    ) -> Generator[Pulled, None, None]:
        """By time of submission, a day of it again each time: times are local, and repeat when the clocks go back.

        A later change of a submission is not seen.
        """
        form = self.access.form
        before = Cursor.read(cursor, form)
        at = Cursor(form) if afresh else before
        start, offset = at.start if since is None else written(since), 0
        rows = self._page(start, 0)
        while True:
            offset += len(rows)
            following = self._page(start, offset) if len(rows) == PAGE else []
            new = [row for row in rows if _status(row) in _COMPLETE and row["id"] not in at.seen]
            begun = [row for row in rows if _status(row) not in _COMPLETE | _GONE]
            # Where they do not come in order, only the end of the list says that nothing was passed over.
            step = at.after(rows, new, begun, today)
            ordered = all(one["created_at"] <= other["created_at"] for one, other in pairwise(rows))
            yield Pulled(
                payloads=tuple(map(self._payload, new)),
                cursor=str(step if ordered or not following else at),
                left=len(following),
                unfinished=len(step.begun),
                again=frozenset(n for n, row in enumerate(new) if afresh and before.fetched(row)),
            )
            if not following:
                return
            at, rows = step, following

    def add_hook(self, form: str, url: str, secret: str) -> bool:  # noqa: ARG002 (it stands in the address)
        """client: `/form/{id}/webhooks` lists and takes addresses."""
        path = f"form/{self._number(form)}/webhooks"
        there = self._jotform.get(path) or {}
        if url in (there.values() if isinstance(there, dict) else there):
            return False
        self._jotform.post(path, {"webhookURL": url})
        return True

    def questions(self, form: str) -> list[LiveQuestion]:
        """By our name and its words, the numbers in front included; options by their words."""
        content = self._dict(self._jotform.get(f"form/{self._number(form)}/questions") or {})
        return [
            LiveQuestion(
                tuple(filter(None, (str(each.get("name", "")), str(each.get("text", ""))))),
                tuple((label,) for label in str(each.get("options", "")).split("|") if label),
            )
            for each in content.values()
            if _asks(each) and each.get("hidden") != "Yes"
        ]

    def write_back(self, response_id: str, scores: Mapping[str, str]) -> None:
        """client: `POST /submission/{id}` changes answers by number. If that is delivered again, it is a duplicate."""
        # Only within the form of the settings: the id inside a delivery is anybody's to fill in.
        known = response_id.isascii() and response_id.isdecimal()
        submission = self._jotform.get(f"submission/{response_id}") if known else {}
        if not isinstance(submission, dict) or str(submission.get("form_id")) != self.access.form:
            fix = "It was delivered from another form, or made up by hand: leave this job dead"
            raise self._jotform.failed("This response is not one of this Jotform form", fix, permanent=True)
        places = self._questions(self.access.form)
        wanted = {_fold(f"{SCORE}{ingredient}"): value for ingredient, value in scores.items()}
        if wanted.keys() - places.keys():
            fix = "Make the form that `exit-bridge forms` writes"
            raise self._jotform.failed("The form has no hidden fields for the scores", fix, permanent=True)
        fields = {f"submission[{places[name]}]": value for name, value in wanted.items()}
        self._jotform.post(f"submission/{response_id}", fields)

    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Key, form, whether it is open and, for scores, whether it has places for them."""
        form = self.access.form
        self._jotform.get("user")
        yield Remark("ok", f"Jotform at {self._jotform.where} answers, key accepted")
        if not form:
            yield Remark("look", "There is no form in Jotform yet", "Run `exit-bridge provision`")
            return
        if self._form(form).get("status") == "ENABLED":
            yield Remark("ok", f"Form {form} is open")
        else:
            fix = "Open it there: My Forms, the form's menu, Enable"
            yield Remark("broken", f"Form {form} is closed in Jotform", fix)
        if not scores:
            return
        places = self._questions(form)
        if missing := [name for name in scores if _fold(f"{SCORE}{name}") not in places]:
            line = f"Form {form} has no hidden field for the score of {', '.join(missing)}"
            yield Remark("broken", line, "Make the form that `exit-bridge forms` writes")
        else:
            yield Remark("ok", f"Form {form} has a place for every score")

    def _form(self, form: str) -> Mapping[str, Any]:
        return self._dict(_single(self._jotform.get(f"form/{self._number(form)}")))

    def _questions(self, form: str) -> dict[str, str]:
        """Folded name -> number of every question."""
        content = self._jotform.get(f"form/{self._number(form)}/questions")
        found = self._dict(content or {})  # an empty object is written as a list (believed: PHP)
        return {_fold(str(question.get("name", ""))): number for number, question in found.items() if _asks(question)}

    def _page(self, start: str, offset: int) -> list[dict[str, Any]]:
        """client: `orderby` and `direction`, and a filter by `created_at:gt`."""
        query: dict[str, str | int] = {"offset": offset, "limit": PAGE, "orderby": "created_at", "direction": "ASC"}
        if start:
            query["filter"] = json.dumps({"created_at:gt": start})
        rows = self._jotform.get(f"form/{self._number(self.access.form)}/submissions", **query)
        if not isinstance(rows, list):
            raise self._jotform.unread()
        for row in rows:
            self._text(row, "id")
            self._text(row, "created_at")
        return rows

    def _payload(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """As `read_delivery` takes it; network address and all that is not read of an answer are dropped here."""
        answers = row.get("answers") or {}
        return {
            "formID": self.access.form,
            "submissionID": row["id"],
            # seen: of the account's own time, without a zone; `updated_at` is null until something is changed.
            "submitted_at": instant(str(row.get("updated_at") or row["created_at"]), self.access.time_zone),
            "answers": {
                number: {name: entry[name] for name in ("name", "text", "answer") if name in entry}
                for number, entry in self._dict(answers).items()
                if isinstance(entry, dict)
            },
        }

    def _number(self, form: str) -> str:
        if not (form.isascii() and form.isdecimal()):
            raise self._jotform.failed(
                "Jotform numbers its forms", "Write the number in the form's address as form", permanent=True
            )
        return form

    def _dict(self, content: Any) -> dict[str, Any]:
        if not isinstance(content, dict):
            raise self._jotform.unread()
        return content

    def _text(self, content: Any, name: str) -> str:
        value = self._dict(content).get(name)
        if not isinstance(value, str) or not value:
            raise self._jotform.unread()
        return value


def _single(content: Any) -> Any:
    """seen: one form may come as itself, or as the only one of a list; client: `PUT` makes several at once."""
    several = list(content.values()) if isinstance(content, dict) and "id" not in content else content
    return several[0] if isinstance(several, list) and len(several) == 1 else content


def _asks(question: Any) -> bool:
    """Is it more than words or a button?"""
    kind = question.get("type") if isinstance(question, dict) else None
    return kind not in (None, "control_head", "control_text", "control_pagebreak", "control_button")


def _fold(name: str) -> str:
    """believed: Jotform may write a name without the marks in it."""
    return "".join(filter(str.isalnum, name)).lower()


def _status(row: Mapping[str, Any]) -> str:
    return str(row.get("status", "")).upper()
