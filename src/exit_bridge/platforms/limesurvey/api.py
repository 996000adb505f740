"""LimeSurvey through RemoteControl 2: import and activate the survey, pull responses, write scores back.

run: 6.14.0, 5.6.8 and 3.25.12, unless said otherwise.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from exit_bridge.platforms.api import Pulled, Remark, ToolApi, instant
from exit_bridge.platforms.base import FormFile
from exit_bridge.platforms.limesurvey.cursor import NO_DATE, Cursor, runs
from exit_bridge.platforms.limesurvey.delivery import COMPLETED, SOURCE
from exit_bridge.platforms.limesurvey.form import SCORE
from exit_bridge.platforms.limesurvey.rpc import Session, refused, said_by

PAGE = 100
"""Responses fetched in one request."""

_ENDPOINT = "admin/remotecontrol"
_HEADING = re.compile(r"([A-Za-z][A-Za-z0-9]*)((?:\[[A-Za-z0-9_]+\])*)")
# Columns that are no question; the network address and the referring page among them are dropped here.
_OWN = {"id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr", "refurl"}
_EMPTY = "could not get max id"  # src, run: the table has no row


class RemoteControl(ToolApi):
    """https://www.limesurvey.org/manual/RemoteControl_2_API"""

    def create_form(self, files: Sequence[FormFile]) -> str:
        """Imports the `.txt` file, which every version takes."""
        file = next(file for file in files if file.path.endswith(".txt"))
        content = base64.b64encode(file.content).decode()
        with self._session() as ask:
            return str(ask.must("import_survey", content, PurePosixPath(file.path).suffix[1:]))

    def activate(self, form: str) -> bool:
        """The survey keeps its own settings; nothing is asked of people besides."""
        with self._session() as ask:
            said = said_by(result := ask("activate_survey", _number(form, ask)))
            if said and "already active" in said.lower():
                return False
            if said and said != "OK":
                raise ask.error("activate_survey", said)
            if not isinstance(result, dict):
                raise ask.failed("LimeSurvey did not activate the survey", "Activate it there, and see what it says")
            return True

    def address(self, form: str) -> str:
        """However LimeSurvey writes its addresses."""
        url = self.access.url.rstrip("/")
        if url.endswith(f"r={_ENDPOINT}"):
            return f"{url.removesuffix(_ENDPOINT)}survey/index&sid={form}"
        return f"{url.removesuffix(f'/{_ENDPOINT}')}/{form}"

    def pull(
        self,
        cursor: str | None,
        today: date,
        *,
        afresh: bool = False,
        since: datetime | None = None,  # noqa: ARG002 (run: it lists by number only)
    ) -> Generator[Pulled, None, None]:
        """Lists numbers first, then fetches what is complete and new. A later change of a response is not seen."""
        form = self.access.form
        before = Cursor.read(cursor, form)
        at = Cursor(form) if afresh else before
        with self._session() as ask:
            listed = self._listed(ask, at.first)
            if at.shrunk(listed):
                listed = self._listed(ask, 1)
                at = at.lowered(listed, today)
            wanted = at.wanted(listed)
            left, unfinished = len(wanted), sum(not when for when in listed.values())
            pieces = list(runs(wanted, listed, PAGE)) or [[]]
            for piece in pieces:
                left -= len(piece)
                upto = piece[-1] if left else max(listed, default=0)
                rows = self._fetched(ask, piece) if piece else []
                yield Pulled(
                    payloads=tuple(map(self._payload, rows)),
                    cursor=str(at.after(listed, upto, today)),
                    left=left,
                    unfinished=unfinished,
                    again=frozenset(n for n, row in enumerate(rows) if afresh and before.fetched(int(row["id"]))),
                )

    def write_back(self, response_id: str, scores: Mapping[str, str]) -> None:
        """Into the hidden questions `score<ingredient>`. No event follows, so nothing is delivered again."""
        form, _, number = response_id.rpartition("-")
        with self._session() as ask:
            # Only within the form of the settings: the number of a survey inside a response is anybody's to fill in.
            if form != self.access.form or not number.isdecimal():
                fix = "It was delivered from another survey, or made up by hand: leave this job dead"
                raise ask.failed("This response is not one of this LimeSurvey survey", fix, permanent=True)
            columns = _columns(ask.must("list_questions", _number(form, ask)))
            there = {f"{SCORE}{ingredient}": value for ingredient, value in scores.items()}
            if missing := there.keys() - columns.keys():
                raise ask.error("update_response", f"invalid column names: {len(missing)}")
            values = {columns[code]: value for code, value in there.items()}
            result = ask("update_response", int(form), {"id": int(number), **values})
            if result is not True:
                raise ask.error("update_response", said_by(result) or "")

    def check(self, scores: Sequence[str]) -> Iterator[Remark]:
        """Login, survey, whether it is active and, for scores, whether it lets them in and has places for them."""
        form = self.access.form
        with self._session() as ask:
            yield Remark("ok", f"LimeSurvey at {ask.where} answers, login accepted")
            if not form:
                yield Remark("look", "There is no survey in LimeSurvey yet", "Run `exit-bridge provision`")
                return
            asked = ["active", "alloweditaftercompletion"]
            settings = ask.must("get_survey_properties", _number(form, ask), asked)
            if settings.get("active") == "Y":
                yield Remark("ok", f"Survey {form} is active")
            else:
                yield Remark("broken", f"Survey {form} is not active in LimeSurvey", "Run `exit-bridge provision`")
            if not scores:
                return
            # src: `I` stands for a setting that is inherited, and the interface does not say from whom.
            edits = settings.get("alloweditaftercompletion")
            fix = 'In LimeSurvey, switch on "Allow editing responses after completion" under Participant settings'
            if edits == "N":
                yield Remark("broken", f"Survey {form} does not let scores be written into complete responses", fix)
            elif edits != "Y":
                yield Remark("look", f"Survey {form} inherits whether scores can be written back", fix)
            columns = _columns(ask.must("list_questions", int(form)))
            if missing := [name for name in scores if f"{SCORE}{name}" not in columns]:
                line = f"Survey {form} has no hidden question for the score of {', '.join(missing)}"
                yield Remark("broken", line, "Import the form that `exit-bridge forms` writes")
            else:
                yield Remark("ok", f"Survey {form} has a place for every score")

    def _session(self) -> Session:
        return Session(self.access, self.call)

    def _listed(self, ask: Session, first: int) -> dict[int, str]:
        """Number -> when it was completed, for every response from `first` on."""
        rows = self._export(ask, "all", first, None, ["id", "submitdate"])
        return {int(row["id"]): row["submitdate"] or "" for row in rows}

    def _fetched(self, ask: Session, numbers: Sequence[int]) -> list[dict[str, Any]]:
        wanted = set(numbers)
        rows = self._export(ask, "complete", numbers[0], numbers[-1], None)
        return [row for row in rows if int(row["id"]) in wanted]

    def _export(
        self, ask: Session, state: str, first: int, last: int | None, fields: list[str] | None
    ) -> list[dict[str, Any]]:
        form = _number(self.access.form, ask)
        result = ask("export_responses", form, "json", None, state, "code", "short", first, last, fields)
        if isinstance(said := refused(result), str):
            if _EMPTY in said:
                return []
            raise ask.error("export_responses", said)
        try:
            rows = json.loads(base64.b64decode(result))["responses"]
            flat = [row if "id" in row else next(iter(row.values())) for row in rows]  # version 3: {number: row}
            return [row for row in flat if row["id"]]  # where nothing fits, one empty row comes
        except (ValueError, TypeError, KeyError, AttributeError, StopIteration):
            raise ask.failed("What LimeSurvey exports is not what we read", "Report this as a bug") from None

    def _payload(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """One row in the shape our own plugin posts. Run: null where a question was not shown, "" where left empty."""
        answers = {
            "_".join(re.findall(r"[A-Za-z0-9_]+", heading)): None if value is None else str(value)
            for heading, value in row.items()
            if heading not in _OWN and _HEADING.fullmatch(heading)
        }
        return {
            "source": SOURCE,
            "event": COMPLETED,
            "survey_id": int(self.access.form),
            "response_id": int(row["id"]),
            "submitted_at": self._instant(row["submitdate"]),
            "language": row.get("startlanguage") or None,
            "answers": answers,
        }

    def _instant(self, local: str) -> str | None:
        """RFC 3339. src: LimeSurvey writes its server's time, and nothing in RemoteControl says in which zone."""
        return None if local.startswith(NO_DATE) else instant(local, self.access.time_zone)


def _number(form: str, ask: Session) -> int:
    if not form.isdecimal():
        raise ask.failed("LimeSurvey numbers its surveys", "Write the survey's number as `form`", permanent=True)
    return int(form)


def _columns(questions: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Question code -> its column in the table of responses. src: `get_fieldmap` is missing from version 3."""
    return {q["title"]: f"{q['sid']}X{q['gid']}X{q['qid']}" for q in questions if not int(q["parent_qid"])}
