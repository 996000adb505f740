"""`init`: from nothing to a survey, and never at the cost of what is there."""

from __future__ import annotations

import base64
import stat
import tomllib
from pathlib import Path

import pytest
from tests.cli.cli_calls import FIRST, SECRET, call, write_settings

from exit_bridge.cli import settings_text
from exit_bridge.cli.settings_text import Draft, adding
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Platform
from exit_bridge.sending import EmailServer, Notify
from exit_bridge.sending.notify import PLACEHOLDERS
from exit_bridge.settings import load_settings

SCRIPTED = ("init", "--yes", "--survey", "staying-close", "--platform", "typeform", "--answered-by", "group")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "EXIT_BRIDGE_SETTINGS", "EXIT_BRIDGE_INSTALL_KEY", "STAYING_CLOSE_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "exit-bridge.toml"


def held(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_flags_alone_set_up_a_survey(path: Path) -> None:
    """Settings, secrets, form and database are there, and the settings say what the flags said."""
    said = call(
        path, *SCRIPTED, "--to", "lead@council.example", "--to", "head@council.example", "--folder", "reports",
        "--public-url", "https://reports.council.example/", "--innovation", "Staying Close", "--controller", "Fenmoor",
    )  # fmt: skip
    assert said.code == 0, said.err
    settings = load_settings(path)
    survey = settings.survey("staying-close")
    assert settings.public_url == "https://reports.council.example"
    assert (survey.platform, survey.bank_source, survey.variant) == ("typeform", "exit-open@1", "full")
    assert (survey.about.answered_by, survey.about.innovation, survey.about.controller) == (
        "group",
        "Staying Close",
        "Fenmoor",
    )
    assert [send.label for send in survey.send.values()] == [
        "email to 2 addresses at council.example",
        f"folder {path.parent / 'reports'}",
    ]
    assert (path.parent / "exit-bridge.sqlite3").is_file()
    assert "https://reports.council.example/hooks/staying-close" in said.out


def test_secrets_are_strong_private_and_never_printed(path: Path) -> None:
    """They stand in one file that only its owner can read."""
    said = call(path, *SCRIPTED)
    settings = load_settings(path)
    beside = path.with_suffix(".env")
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    secrets = (*settings.survey("staying-close").secrets, settings.install_key.decode())
    assert [len(base64.urlsafe_b64decode(secret + "=")) for secret in secrets] == [32, 32]
    for secret in secrets:
        assert secret in beside.read_text()
        assert secret not in said.out + said.err + path.read_text()


def test_standard_webhooks_gets_a_secret_of_its_own_kind(path: Path) -> None:
    """`whsec_` and 32 bytes as base64, for senders that follow that standard."""
    call(path, "init", "--yes", "--survey", "other", "--platform", "generic", "--answered-by", "group")
    (secret,) = load_settings(path).survey("other").secrets
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def test_the_form_is_the_one_of_these_settings(path: Path) -> None:
    """Its notice says what the settings say, and how to import it stands beside it."""
    call(path, *SCRIPTED, "--controller", "Fenmoor Council")
    survey = load_settings(path).survey("staying-close")
    folder = path.parent / "forms-staying-close"
    expected = platform("typeform").write_form(survey.bank, "full", ("en",), survey.about)
    assert {form.path: form.content for form in expected} == {
        file.name: file.read_bytes() for file in folder.iterdir() if file.name != "HOW-TO.txt"
    }
    assert b"Fenmoor Council" in expected[0].content
    assert expected[0].how_to_import in (folder / "HOW-TO.txt").read_text("utf-8")


def test_a_draft_is_set_up_only_where_it_is_asked_for(path: Path) -> None:
    """The settings say so, the form says so at its top; without a draft --draft leaves no trace."""
    said = call(path, *SCRIPTED, "--language", "en", "--language", "cy", "--draft")
    assert said.code == 0, said.err
    survey = load_settings(path).survey("staying-close")
    assert (survey.languages, survey.draft_wording) == (("en", "cy"), True)
    forms = {form.name: form.read_text("utf-8") for form in (path.parent / "forms-staying-close").glob("*.json")}
    assert {name: "DRAFFT" in text for name, text in forms.items()} == {
        "exit-open-1.full.en.json": False,
        "exit-open-1.full.cy.json": True,
    }
    assert call(path, "forms", "--survey", "staying-close", "--check").code == 0
    assert call(path, "forms", "--survey", "staying-close", "--out", str(path.parent / "again")).code == 0
    assert call(path, *SCRIPTED, "--survey", "second", "--draft").code == 0
    assert path.read_text("utf-8").count("draft_wording") == 1


def test_a_second_survey_leaves_every_line_of_the_first(path: Path) -> None:
    """Comments, order and odd spacing survive; secrets are added to."""
    call(path, *SCRIPTED)
    mine = path.read_text().replace("[surveys", "# a note of my own\n[surveys", 1).replace(" = ", "   =  ", 1)
    path.write_text(mine)
    path.chmod(0o640)
    secrets = path.with_suffix(".env").read_text()
    said = call(path, "init", "--yes", "--survey", "second", "--platform", "generic", "--answered-by", "individuals")
    assert said.code == 0, said.err
    assert path.read_text().startswith(mine.rstrip("\n"))
    assert path.with_suffix(".env").read_text().startswith(secrets)
    assert list(load_settings(path).surveys) == ["staying-close", "second"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_settings_before_every_table_go_to_the_top(path: Path) -> None:
    """A file written by hand gets what it lacks, below its own heading comment."""
    write_settings(path.parent, "# mine\n# two lines\n" + FIRST.rstrip("\n"))
    said = call(path, *SCRIPTED, "--public-url", "https://a.example")
    assert said.code == 0, said.err
    lines = path.read_text().splitlines()
    assert lines[:2] == ["# mine", "# two lines"]
    assert set(lines[2:4]) == {'public_url = "https://a.example"', 'install_key = "$EXIT_BRIDGE_INSTALL_KEY"'}
    assert lines[4 : 4 + len(FIRST.splitlines())] == FIRST.splitlines()
    assert load_settings(path).survey("first").secrets == (SECRET,)


def test_a_name_that_is_taken_is_refused(path: Path) -> None:
    """Nothing changes, and the exit code says that a flag was wrong."""
    call(path, *SCRIPTED)
    before = held(path.parent)
    said = call(path, *SCRIPTED)
    assert (said.code, held(path.parent)) == (2, before)
    assert "There is a survey of that name already" in said.err


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--survey", "Staying Close"), "--survey: Type lower-case letters"),
        (("--to", "nobody"), "--to: Type an address"),
        (("--answered-by", "everyone"), "--answered-by: Type group or individuals"),
        (("--to", "a@b.example", "--to", "nobody"), "--to: No. 2 of these cannot be right"),
        (("--to", "a@b.example", "--mail-host", "smtp://mail.example"), "--mail-host: Type a host name"),
        (("--to", "a@b.example", "--mail-host", "m.example", "--mail-port", "0"), "--mail-port: Type a number from 1"),
        (("--to", "a@b.example", "--mail-host", "m.example", "--mail-port", "70000"), "--mail-port: Type a number"),
        (
            ("--answered-by", "individuals", "--individual-reports", "recipients", "--variant", "young-person"),
            "This form gives no report",
        ),
        (("--language", "cy"), "The wording of exit-open@1 in 'cy' is a draft. Have it reviewed first, or add --draft"),
        (("--language", "en", "--language", "cy"), "in 'cy' is a draft"),
        (("--platform", "nosuch"), "There is no platform 'nosuch'"),
        (("--public-url", "reports.example"), "--public-url: Type an address"),
        (("--bank", "nosuch@1"), "There is no question bank 'nosuch@1'"),
        (("--variant", "nosuch"), "no variant 'nosuch'"),
        (("--auth", "basic"), "Typeform cannot carry auth = 'basic'"),
        (("--to", "a@b.example", "--mail-host", "mail.example"), "--mail-from must be given"),
        (("--to", "a@b.example", "--mail-by", "pigeon"), "--mail-by: Type smtp or notify"),
        (
            ("--to", "a@b.example", "--mail-by", "notify", "--notify-template", "half-an-id"),
            "--notify-template: Type the id from the template's page",
        ),
    ],
)
def test_a_wrong_flag_writes_nothing(path: Path, flags: tuple[str, ...], complaint: str) -> None:
    """One plain line, and the folder is as empty as before."""
    said = call(path, *SCRIPTED, *flags)
    assert complaint in said.err
    assert said.code in (1, 2)
    assert held(path.parent) == {}


@pytest.mark.parametrize("missing", ["--survey", "--platform", "--answered-by"])
def test_yes_needs_the_three_answers_nobody_can_guess(path: Path, missing: str) -> None:
    """The line names the flag."""
    place = SCRIPTED.index(missing)
    said = call(path, *SCRIPTED[:place], *SCRIPTED[place + 2 :])
    assert (said.code, held(path.parent)) == (2, {})
    assert missing in said.err


def test_questions_are_asked_in_turn(path: Path) -> None:
    """Numbers or names, a second try after a mistake, and a password that is kept out of the settings."""
    typed = [
        "Staying Close", "staying-close",  # the first is refused and asked again
        "typeform", "1", "",
        "lead@council.example, head@council.example", "",
        "pigeon", "", "https://mail.council.example", "mail.council.example", "2", "0", "",
        "reports@council.example", "sender", "", "a made-up password",
        "Staying Close", "Fenmoor Council", "privacy@council.example", "", "the duty team", "",
        "https://reports.council.example",
        "y",
    ]  # fmt: skip
    said = call(path, "init", answers="\n".join([*typed, ""]))
    assert said.code == 0, said.out + said.err
    settings = load_settings(path)
    assert isinstance(settings.email, EmailServer)
    assert (settings.email.host, settings.email.port, settings.email.security) == ("mail.council.example", 465, "tls")
    assert (settings.email.username, settings.email.password) == ("sender", "a made-up password")
    assert "a made-up password" not in path.read_text() + said.out
    about = settings.survey("staying-close").about
    assert (about.contact, about.worried_contact, about.purpose) == ("privacy@council.example", "the duty team", "")
    assert "Type lower-case letters" in said.out
    assert "Still missing" not in said.out


def test_individuals_are_asked_who_reads_the_report(path: Path) -> None:
    """For a respondent's own report the domains are asked, and recipients are not."""
    typed = [
        "alone",
        "generic",
        "",
        "individuals",
        "respondent",
        "full",
        "council.example other.example",
        "",
        "",
        *[""] * 6,
        "",
        "y",
    ]
    said = call(path, "init", answers="\n".join([*typed, ""]))
    assert said.code == 0, said.out + said.err
    survey = load_settings(path).survey("alone")
    assert survey.auth == "header"
    assert "Can your tool sign what it sends? Most cannot." in said.out
    assert (survey.about.individual_reports, survey.about.reply_domains) == (
        "respondent",
        ("council.example", "other.example"),
    )
    assert "Who gets the reports?" not in said.out
    assert "no way for mail is set" in said.out


@pytest.mark.parametrize("tool", ["tally", "google-forms"])
def test_whether_a_tool_can_sign_is_not_asked_where_it_is_known(path: Path, tool: str) -> None:
    """It signs, although it could send a secret in a header too."""
    typed = ["ours", tool, "group", "full", "", "", "", *[""] * 6, "", "y"]
    said = call(path, "init", answers="\n".join([*typed, ""]))
    assert said.code == 0, said.out + said.err
    assert "Can your tool sign" not in said.out
    assert load_settings(path).survey("ours").auth is None
    assert next(iter(platform(tool).schemes)) == "signature"


def test_stopping_half_way_leaves_nothing(path: Path) -> None:
    """Whichever question it is: at the end of the input click stops as for Ctrl-C."""
    typed = ["staying-close", "typeform", "1", "", "lead@council.example", "", "", *[""] * 6, "", "n"]
    for count in range(len(typed) + 1):
        said = call(path, "init", answers="".join(f"{line}\n" for line in typed[:count]))
        assert said.code == 1
        assert held(path.parent) == {}


@pytest.mark.parametrize("interrupted", [1, 2])
def test_ctrl_c_while_writing_leaves_both_files_as_they_were(
    path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: int
) -> None:
    """Even between the one file and the other."""
    write_settings(path.parent)
    before, done = held(path.parent), []
    replace = Path.replace

    def interrupt(source: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == interrupted:
            raise KeyboardInterrupt
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt), adding(path, Draft(secrets={"NEW": "x"})):
        pass
    assert len(done) == interrupted
    assert held(path.parent) == before


def test_settings_that_are_broken_already_are_not_added_to(path: Path) -> None:
    """What is wrong is said before the first question."""
    write_settings(path.parent, "public_url = 7\n")
    before = held(path.parent)
    said = call(path, "init", answers="staying-close\n")
    assert (said.code, held(path.parent)) == (1, before)
    assert "public_url" in said.err
    assert "Short name" not in said.out


def test_a_file_that_cannot_take_a_table_is_left_alone(path: Path) -> None:
    """An inline table is TOML too; what it would take is said, under the file's own name."""
    inline = (
        FIRST.split("\n\n")[0].replace("[surveys.first]\n", "surveys = { first = {").replace("\n", ", ").rstrip(", ")
    )
    write_settings(path.parent, inline + "} }\n")
    before = held(path.parent)
    said = call(path, *SCRIPTED)
    assert (said.code, held(path.parent)) == (1, before)
    assert str(path) in said.err


def test_a_variable_of_the_environment_never_stands_in_for_the_new_secret(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment wins over the file, so a name it holds is not used again."""
    monkeypatch.setenv("STAYING_CLOSE_SECRET", SECRET)
    call(path, *SCRIPTED)
    survey = tomllib.loads(path.read_text())["surveys"]["staying-close"]
    assert survey["secrets"] == ["$STAYING_CLOSE_SECRET_2"]
    assert load_settings(path).survey("staying-close").secrets != (SECRET,)


@pytest.mark.parametrize("words", ['"Staying" \\ Close', "a\ttab", "Ünïcode – ‘quoted’", "# no comment", "$NAME = [x]"])
def test_any_words_come_back_as_they_were_typed(path: Path, words: str) -> None:
    """Apart from control characters, which become blanks."""
    assert call(path, *SCRIPTED, "--innovation", words).code == 0
    assert load_settings(path).survey("staying-close").about.innovation == words.replace("\t", " ")


def test_a_password_is_taken_from_the_environment_or_missed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With flags alone it is never typed: it is there by name, or said to be missing."""
    mail = ("--to", "a@b.example", "--mail-host", "m.example", "--mail-from", "r@b.example", "--mail-username", "me")
    said = call(path, *SCRIPTED, *mail)
    assert said.code == 0, said.err
    assert "The mail server's login has no password" in said.out
    for file in (path, path.with_suffix(".env")):
        file.unlink()
    monkeypatch.setenv("MAIL_PASS", "made-up")
    said = call(path, *SCRIPTED, *mail, "--mail-password-variable", "MAIL_PASS")
    email = load_settings(path).email
    assert isinstance(email, EmailServer)
    assert email.password == "made-up"
    assert "login has no password" not in said.out


KEY = "made-up-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"


@pytest.mark.parametrize("keys", [[KEY], ["half-a-key", KEY]])
def test_mail_may_leave_by_notify(path: Path, keys: list[str]) -> None:
    """Template and key are asked for, and nothing about a mail server; the key is never shown."""
    typed = [
        *("staying-close", "typeform", "group", "full", "a@council.example", ""),
        *("notify", "no id", TEMPLATE, "", *keys),
        *[""] * 6,
        *("", "y"),
    ]
    said = call(path, "init", answers="\n".join([*typed, ""]))
    assert said.code == 0, said.out + said.err
    email = load_settings(path).email
    assert isinstance(email, Notify)
    assert (email.key, email.template) == (KEY, TEMPLATE)
    assert KEY not in path.read_text() + said.out + said.err
    assert f"EXIT_BRIDGE_NOTIFY_KEY={KEY}\n" in path.with_suffix(".env").read_text()
    assert "Mail server:" not in said.out
    for name in PLACEHOLDERS:
        assert f"(({name}))" in said.out
    assert ("Copy the whole key" in said.out) == (len(keys) > 1)


@pytest.mark.parametrize("later", [[""], [TEMPLATE, "", ""]])
def test_notify_can_be_left_for_later(path: Path, later: list[str]) -> None:
    """Without template or key nothing is written of it, and what is missing is said at the end."""
    typed = [
        *("staying-close", "typeform", "group", "full", "a@council.example", ""),
        *("notify", *later),
        *[""] * 6,
        *("", "y"),
    ]
    said = call(path, "init", answers="\n".join([*typed, ""]))
    assert said.code == 0, said.out + said.err
    assert load_settings(path).email is None
    assert "no way for mail is set" in said.out


def test_notify_by_flags(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes from the environment, as every secret does."""
    flags = ("--to", "a@council.example", "--mail-by", "notify", "--notify-template", TEMPLATE)
    monkeypatch.setenv("NOTIFY_KEY", KEY)
    said = call(path, *SCRIPTED, *flags, "--notify-key-variable", "NOTIFY_KEY")
    assert said.code == 0, said.err
    email = load_settings(path).email
    assert isinstance(email, Notify)
    assert email.key == KEY


def test_what_the_notice_lacks_is_said(path: Path) -> None:
    """The form would be sent out without it."""
    said = call(path, *SCRIPTED, "--contact", "privacy@council.example")
    words = " ".join(said.out.split())
    assert "The form does not say who is responsible for the answers; whom to tell when worried" in words
    assert "Nobody gets its reports" in words


def test_a_database_out_of_reach_is_no_obstacle(path: Path) -> None:
    """The survey is set up, and what is left to do is said."""
    path.parent.joinpath("exit-bridge.toml").write_text('database = "missing/folder/db.sqlite3"\n')
    said = call(path, *SCRIPTED)
    assert said.code == 0, said.err
    assert "The database file cannot be created" in said.out
    assert list(load_settings(path).surveys) == ["staying-close"]


def test_a_secret_is_shown_alone_on_stdout(path: Path) -> None:
    """So that it can be piped; what to do with it goes to stderr."""
    call(path, *SCRIPTED)
    said = call(path, "init", "--show-secret", "staying-close")
    assert said.out == load_settings(path).survey("staying-close").secrets[0] + "\n"
    assert "http://127.0.0.1:8000/hooks/staying-close" in said.err
    assert call(path, "init", "--show-secret", "nosuch").code == 1


def test_a_secret_in_the_address_is_masked_until_asked_for(path: Path) -> None:
    """For tools that can carry nothing else."""
    said = call(path, *SCRIPTED, "--auth", "path", "--public-url", "https://reports.council.example")
    (secret,) = load_settings(path).survey("staying-close").secrets
    assert "/hooks/staying-close/<secret>" in said.out
    assert secret not in said.out
    assert f"/hooks/staying-close/{secret}" in call(path, "init", "--show-secret", "staying-close").err


def test_a_tool_without_a_hook_is_sent_to_its_exports(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to set up: its form and its exports need no settings."""

    class ExportsOnly(Platform):
        """A tool that cannot post."""

        name, title, docs = "exports-only", "Exports Only", "https://tool.example"

    monkeypatch.setattr("exit_bridge.cli.setup.platform", lambda _: ExportsOnly())
    said = call(path, *SCRIPTED)
    assert (said.code, held(path.parent)) == (2, {})
    assert "exit-bridge score" in said.err


def test_names_of_secrets_are_names_a_settings_file_may_hold(path: Path) -> None:
    """Whatever the survey is called."""
    assert settings_text.secret_name("2026-autumn", path) == "SURVEY_2026_AUTUMN_SECRET"
    assert settings_text.secret_name("a--b", path) == "A__B_SECRET"


def test_a_folder_that_cannot_be_written_is_said(path: Path) -> None:
    """One line instead of a traceback."""
    said = call(path.parent / "missing" / path.name, *SCRIPTED)
    assert (said.code, held(path.parent)) == (2, {})
    assert "The settings cannot be written: No such file or directory" in said.err


def test_without_a_public_address_there_is_none_to_paste(path: Path) -> None:
    """An address of this computer would never be reached."""
    said = call(path, *SCRIPTED)
    assert "Not possible yet: this computer has no public address. Set public_url (docs/deploy.md);\n" in said.out
    assert "tells the ways without one." in said.out
    assert "127.0.0.1" not in said.out


def test_each_form_is_told_apart_in_plain_words(path: Path) -> None:
    """Where others get the report, a form that promises none is not on offer."""
    typed = ["alone", "typeform", "individuals", "recipients", "2"]
    said = call(path, "init", answers="\n".join([*typed, ""]))
    assert "full (questions: 35, and 5 open): a report with a score for each of 5 themes" in said.out
    assert "quick (questions: 15): a report with the answers and where to look first, without scores" in said.out
    assert "young-person" not in said.out
    said = call(path, "init", answers="alone\ntypeform\ngroup\n")
    assert "young-person (questions: 9, and 2 open): a report with the answers" in said.out


def test_a_respondent_who_gets_no_report_is_asked_for_no_domain(path: Path) -> None:
    """And no mail server is needed for one."""
    typed = ["young", "typeform", "individuals", "respondent", "young-person", *[""] * 6, "", "y"]
    said = call(path, "init", answers="\n".join([*typed, ""]))
    assert said.code == 0, said.out + said.err
    assert load_settings(path).survey("young").variant == "young-person"
    assert "Domains" not in said.out + said.err


def test_answers_survive_a_fault_while_writing(path: Path) -> None:
    """It is tried again with all of them, once the person has mended it; or nothing is written."""
    missing = path.parent / "later" / path.name
    typed = ["alone", "typeform", "individuals", "none", "", *[""] * 6, "", "y"]
    said = call(missing, "init", answers="\n".join([*typed, "y", "n", ""]))
    assert said.code == 2
    assert said.out.count("Your answers are still here.") == 2
    assert said.out.count("Short name of the survey") == 1
    assert held(path.parent) == {}
