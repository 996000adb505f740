"""The whole chain for real: our form and plugin in LimeSurvey, a respondent in a browser, our service, mail, scores."""

from __future__ import annotations

import base64
import csv
import html
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.end_to_end.test_whole_way import Inbox
from tests.platforms.limesurvey.real.respondent import submit
from tests.platforms.limesurvey.real.server import ADMIN, PASSWORD
from tests.web.servers import free_port

from exit_bridge.bank import load_bank
from exit_bridge.platforms import platform
from exit_bridge.store import open_store

pytestmark = [pytest.mark.limesurvey, pytest.mark.browser, pytest.mark.server]

BANK = load_bank()
SECRET = "whsec_bGltZXN1cnZleS1mb3ItcmVhbC1saW1lc3VydmV5LXJlYWw="
KEY = "an-install-key-that-is-long-enough-0123456789"
WITHIN = 5.0
"""Seconds from the last click to the report in the inbox."""
SETTINGS = """
public_url = "{bridge}"
install_key = "$KEY"

[email]
host = "127.0.0.1"
port = {smtp}
security = "none"
from = "exit-bridge@council.example"

[surveys.real]
platform = "limesurvey"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$SECRET"]
report_link = true
[surveys.real.api]
url = "{limesurvey}/index.php/admin/remotecontrol"
internal = "{limesurvey}"
user = "{user}"
secret = "$PASSWORD"
write_back = true
[surveys.real.about]
innovation = "Staying <Close> & more"
stage = "sustaining"
[[surveys.real.send]]
by = "email"
to = ["lead@council.example"]
"""


@pytest.fixture
def inbox():
    """A real SMTP server that keeps what it is given."""
    from aiosmtpd.controller import Controller

    kept = Inbox()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    kept.port = controller.port
    yield kept
    controller.stop()


class Bridge:
    """exit-bridge with its settings in a folder, as an operator runs it."""

    def __init__(self, folder, limesurvey, inbox):
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {**os.environ, "SECRET": SECRET, "KEY": KEY, "PASSWORD": PASSWORD}
        words = {"bridge": self.url, "smtp": inbox.port, "limesurvey": limesurvey.url, "user": ADMIN}
        (folder / "exit-bridge.toml").write_text(SETTINGS.format(**words), "utf-8")

    def run(self, *arguments):
        """One command to its end; what it prints."""
        command = [sys.executable, "-m", "exit_bridge", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self):
        """The service, stopped as a host stops it."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "exit_bridge", "serve", "--port", str(self.port)]
            process = subprocess.Popen(command, cwd=self.folder, env=self.env, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0

    def results(self):
        """Response id -> stored result, as the webhook gave it."""
        with open_store(f"sqlite:///{self.folder / 'exit-bridge.sqlite3'}") as store:
            return {stored.response_id: stored for stored in store.submissions("real")}


@pytest.fixture
def bridge(tmp_path, limesurvey, inbox):
    return Bridge(tmp_path, limesurvey, inbox)


def until(true, what, seconds=30.0):
    """Wait for a thing to be so; how long it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, f"still waiting for {what}"
        time.sleep(0.05)
    return time.monotonic() - begun


def answers(seed, variant="full"):
    """Question code -> answer code, with gaps; the notice agreed to."""
    rng = random.Random(seed)
    codes = ("1", "2", "3", "4", "5", "1", "2", "3", "4", "5", "dk", "na")
    said = {item: rng.choice(codes) for item in BANK.variants[variant].items if rng.random() < 0.9}
    return {"notice": "yes", "stage": "susta", **said}


def fill_in(page, limesurvey, survey, said, **parameters):
    """Answer page by page in the browser, and press the last button."""
    questions = limesurvey.sql("SELECT title, gid, qid FROM {questions} WHERE sid=? AND parent_qid=0", survey)
    places = {row["title"]: f"answer{survey}X{row['gid']}X{row['qid']}" for row in questions}
    page.goto(limesurvey.page(survey, lang="en", **parameters))
    page.locator("#ls-button-submit").wait_for()
    while page.locator("#ls-button-submit").count():
        for code in said:
            option = page.locator(f"[id='{places[code]}{said[code]}']")
            if option.count():
                option.check(force=True)
        end = submit(page)
    return end


def test_from_the_upload_to_the_inbox(installed, limesurvey, inbox, page, bridge):
    """Deployed by command, filled in by people, reported by mail, written back; nothing lost while we are away."""
    admin = installed
    said = bridge.run("provision", "real", "--yes")
    (survey,) = [row["sid"] for row in limesurvey.sql("SELECT sid FROM {surveys} ORDER BY datecreated DESC LIMIT 1")]
    survey = int(survey)
    assert str(survey) in said
    admin.open_survey(survey)
    with bridge.serving():
        until(lambda: "listening" in (bridge.folder / "log").read_text(), "the service")
        admin.fill(active=True, address=f"{bridge.url}/hooks/real", secret=SECRET, link=True, test=True)
        assert "The test was delivered" in admin.said()

        first = answers(1)
        end = fill_in(page, limesurvey, survey, first, wave="autumn", sheet="Harbour House")
        took = until(lambda: inbox.mails, "the report")
        assert took < WITHIN, f"the report took {took:.1f} s"
        print(f"\nreport in the inbox {took:.2f} s after the last page; that page took {end.seconds:.2f} s")
        assert "Thank you" in end.text
        ((address, _),) = end.links
        assert address.startswith(f"{bridge.url}/reports/")
        page.goto(address)
        assert "Staying <Close> & more" in page.locator("body").inner_text()
        until(lambda: scores_in(limesurvey, survey, 1), "the scores in LimeSurvey")

    (kept,) = bridge.results().values()
    assert (kept.response_id, kept.wave) == (f"{survey}-1", "autumn")
    assert kept.document["sheet"] == "Harbour House"
    meant = {code: int(value) if value.isdigit() else value for code, value in first.items() if code in BANK.items}
    assert kept.document["answers"] == meant
    expected = {row["id"]: row["score"] for row in kept.result["ingredients"] if row["status"] == "scored"}
    written = scores_in(limesurvey, survey, 1)
    assert len(expected) >= 2
    assert {name: f"{score:.1f}".removesuffix(".0") for name, score in expected.items()} == {
        name: value for name, value in written.items() if value
    }

    # Away: the respondent sees the ordinary last page, and nothing is lost.
    end = fill_in(page, limesurvey, survey, answers(2), wave="autumn")
    assert "Thank you" in end.text
    assert not end.links
    assert end.seconds < 6
    assert "error" not in end.text.lower()
    assert len(limesurvey.sql("SELECT * FROM {exitbridge_queue}")) == 1
    limesurvey.sql("UPDATE {exitbridge_queue} SET due_at=0")  # as time would
    with bridge.serving():
        until(lambda: (bridge.folder / "log").read_text().count("listening") == 2, "the service again")
        assert "Thank you" in fill_in(page, limesurvey, survey, answers(3), wave="autumn").text
        declined = fill_in(page, limesurvey, survey, {"notice": "no"})
        assert "none of them are kept" in declined.text
        until(lambda: len(inbox.mails) == 3, "the other reports")
        until(lambda: not bridge.run("jobs", "--json").strip("[] \n"), "the queue to empty")
    assert limesurvey.sql("SELECT * FROM {exitbridge_queue}") == []
    assert sorted(bridge.results()) == [f"{survey}-1", f"{survey}-2", f"{survey}-3"]
    assert len({mail["Message-ID"] for _, mail in inbox.mails}) == 3

    for kind, ending in (("csv", "csv"), ("json", "json"), ("xls", "xlsx")):
        for headings, responses in (("code", "short"), ("full", "long")):
            scored = by_file(limesurvey, survey, kind, ending, headings, responses, bridge)
            by_hook = {name: scores(stored.result) for name, stored in bridge.results().items()}
            assert by_hook == scored, f"{kind}, {headings} headings, {responses} answers"
    log = (bridge.folder / "log").read_text()
    assert "Traceback" not in log
    assert SECRET not in log


def scores_in(limesurvey, survey, response):
    """Ingredient -> what stands in the hidden question; nothing before anything was written."""
    titles = {f"score{each.id}": each.id for each in BANK.ingredients}
    questions = limesurvey.sql("SELECT title, gid, qid FROM {questions} WHERE sid=? AND parent_qid=0", survey)
    columns = {
        f"{survey}X{row['gid']}X{row['qid']}": titles[row["title"]] for row in questions if row["title"] in titles
    }
    (row,) = limesurvey.sql(f"SELECT * FROM {{survey_{survey}}} WHERE id=?", response)
    found = {columns[name]: value for name, value in row.items() if name in columns}
    return found if any(found.values()) else {}


def scores(result):
    return {row["id"]: (row["score"], row["status"]) for row in result["ingredients"]}


def by_file(limesurvey, survey, kind, ending, headings, responses, bridge):
    """Response id -> ingredient -> score and status, from a file that LimeSurvey itself exported."""
    exported = limesurvey.call("export_responses", survey, kind, "en", "all", headings, responses)
    path = Path(bridge.folder) / f"export-{headings}.{ending}"
    path.write_bytes(base64.b64decode(exported))
    out = path.with_suffix(".scores.csv")
    bridge.run("score", str(path), "--out", str(out))
    with out.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    names = [ingredient.id for ingredient in BANK.ingredients]
    return {
        row["response_id"]: {
            name: (float(row[f"{name}_score"]) if row[f"{name}_score"] else None, row[f"{name}_status"])
            for name in names
        }
        for row in rows
    }


@pytest.mark.parametrize("variant", BANK.variants)
def test_our_form_in_every_version(limesurvey, variant):
    """Both files give the survey we wrote: every code, kind, option, condition and word, in both languages."""
    from tests.banks.second_language import LANGUAGE, bilingual

    from exit_bridge.bank import questionnaire
    from exit_bridge.testing import ABOUT

    bank = bilingual()
    for file in platform("limesurvey").write_form(bank, variant, ("en", LANGUAGE), ABOUT):
        survey = limesurvey.import_survey(file.content, file.path.rpartition(".")[2])
        for language in ("en", LANGUAGE):
            there = {row["title"]: row for row in limesurvey.call("list_questions", survey, None, language)}
            asked = questionnaire(bank, variant, language, ABOUT).questions
            hidden = {"bank", "variant", "wave", "respondent", "sheet", "form"}
            hidden |= {f"score{each.id}" for each in bank.ingredients} if bank.variants[variant].scored else set()
            assert set(there) == {question.id.replace("_", "") for question in asked} | hidden
            for question in asked:
                found = there[question.id.replace("_", "")]
                kind = {"choice": "L", "email": "S", "text": "T"}[question.kind]
                mandatory = "Y" if question.required else "N"
                assert (kind, mandatory, "N") == (found["type"], found["mandatory"], found["other"])
                assert words(found["question"]) == question.text
                if question.kind == "choice":
                    qid = found["qid"] if "qid" in found else found["id"]["qid"]
                    options = limesurvey.call("get_question_properties", int(qid), ["answeroptions"], language)
                    labels = {code: words(option["answer"]) for code, option in options["answeroptions"].items()}
                    assert labels == {choice.short: choice.label for choice in question.choices}
            shown = {words(row["group_name"]) for row in limesurvey.call("list_groups", survey, language)}
            assert shown >= {page.title for page in questionnaire(bank, variant, language, ABOUT).pages}
        limesurvey.call("delete_survey", survey)


def words(text):
    return html.unescape(text)
