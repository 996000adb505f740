"""Settings: what is wrong is said with what to write instead, and never with what was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from exit_bridge.errors import BankError, SettingsError
from exit_bridge.settings import load_settings
from exit_bridge.settings_faults import faults_in

HOOK_SECRET = "made-up-secret-of-a-hook-0123456789abcdef"
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SURVEY = """\
[surveys.first]
platform = "typeform"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$HOOK"]
"""


def load(folder: Path, text: str, **environ: str):
    path = folder / "exit-bridge.toml"
    path.write_text(text, "utf-8")
    return load_settings(path, {"HOOK": HOOK_SECRET, **environ})


def refused(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, text, **environ)
    return str(caught.value)


NOTIFY = '[email]\nby = "notify"\nkey = "$NOTIFY"\ntemplate = "f33517ff-2a88-4f6e-b855-c550268ce08a"\n'
EMAIL = '[[surveys.first.send]]\nby = "email"\n'
FAULTS = {
    "number in quotes": ('quarantine_days = "30"\n', "quarantine_days: must be a whole number, without quotes"),
    "number out of range": ("quarantine_days = 0\n", "quarantine_days: must be from 1 to 365"),
    "text without quotes": ("public_url = 7\n", 'public_url: must be text, in quotes: "…"'),
    "text for a list": (SURVEY + 'languages = "en"\n', 'surveys.first.languages: must be a list: ["…"]'),
    "empty list": (SURVEY + "languages = []\n", "surveys.first.languages: must not be empty"),
    "text for a switch": (SURVEY + 'reply_scores = "yes"\n', "surveys.first.reply_scores: must be true or false"),
    "text for a table": ('email = "mail.example"\n', "email: must be a table"),
    "no way for mail": ('[email]\nby = "pigeon"\n', "email.by: must be one of smtp, notify"),
    "missing for a mail server": ('[email]\nfrom = "a@b.example"\n', "email: host missing"),
    "missing for Notify": ('[email]\nby = "notify"\n', "email: key, template missing"),
    "a mail server's setting for Notify": (NOTIFY + 'host = "made-up"\n', "email: host is no setting"),
    "Notify's setting for a mail server": (
        '[email]\nhost = "x"\nfrom = "a@b.example"\ntemplate = "made-up"\n',
        "email: template is no setting",
    ),
    "no template id": (
        NOTIFY.replace("f33517ff", "made-up"),
        'email.template: must look like "f33517ff-2a88-4f6e-b855-c550268ce08a"',
    ),
    "weeks out of range": (NOTIFY + "keep_weeks = 79\n", "email.keep_weeks: must be from 1 to 78"),
    "Notify's key itself": (
        NOTIFY.replace("$NOTIFY", HOOK_SECRET),
        'email.key: write "$NAME"; the secret itself stands in exit-bridge.env',
    ),
    "long wave": (SURVEY + f'wave = "{"w" * 61}"\n', "surveys.first.wave: must have at most 60 characters"),
    "missing": (SURVEY.replace('platform = "typeform"\n', ""), "surveys.first: platform missing"),
    "choice": (SURVEY.replace("group", "many"), "surveys.first.answered_by: must be one of group, individuals"),
    "secret itself": (
        SURVEY.replace("$HOOK", HOOK_SECRET),
        'surveys.first.secrets no. 1: write "$NAME"; the secret itself stands in exit-bridge.env',
    ),
    "unknown fact": (SURVEY + "[surveys.first.about]\nnosuch = 1\n", "surveys.first.about: nosuch is no setting"),
    "name": (SURVEY.replace("first", '"My Survey"'), 'surveys.My Survey: must look like "staying-close"'),
    "unknown way": (
        EMAIL.replace("email", "pigeon"),
        "surveys.first.send no. 1.by: must be one of email, post, teams, folder",
    ),
    "no way": (
        "[[surveys.first.send]]\nto = []\n",
        "surveys.first.send no. 1.by: must be one of email, post, teams, folder",
    ),
    "send is no table": (SURVEY + 'send = ["a"]\n', "surveys.first.send no. 1: must be tables, each under [["),
    "unknown key of a way": (EMAIL + 'cc = "x"\nto = ["a@b.example"]\n', "surveys.first.send no. 1: cc is no setting"),
    "missing in a way": (EMAIL, "surveys.first.send no. 1: to missing"),
    "one address for a list": (EMAIL + 'to = "made-up@b.example"\n', "surveys.first.send no. 1.to: must be a list"),
    "no address": (
        EMAIL + 'to = ["a@b.example", "made-up.example"]\n',
        'surveys.first.send no. 1.to no. 2: must look like "lead@council.example"',
    ),
    "second way": (
        EMAIL + 'to = ["a@b.example"]\n[[surveys.first.send]]\nby = "folder"\n',
        "surveys.first.send no. 2: directory missing",
    ),
    "two lines": ("spool = 1\ndatabase = 2\n", "2 setting(s) to mend: database: must be text"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_what_to_write_instead(tmp_path, name):
    """With its place; the value itself, which may be a secret or an address, is never repeated."""
    text, said = FAULTS[name]
    complaint = refused(tmp_path, text)
    assert said in complaint
    assert HOOK_SECRET not in complaint
    assert "made-up" not in complaint


def test_every_rule_of_the_schema_has_words_of_its_own():
    """A pattern without an example could not be explained."""
    from exit_bridge.settings import settings_schema

    def walk(schema):
        if isinstance(schema, dict):
            yield schema
            for part in schema.values():
                yield from walk(part)
        elif isinstance(schema, list):
            for part in schema:
                yield from walk(part)

    nodes = [node for node in walk(settings_schema()) if isinstance(node.get("pattern"), str)]
    assert len(nodes) > 5
    for node in nodes:
        assert faults_in("", node, "x.env") != []
        for example in node.get("examples", ()):
            assert faults_in(example, node, "x.env") == []


@pytest.mark.parametrize("weak", ["short", "whsec_c2hvcnQ=", "whsec_!!!not-base64-at-all!!!"])
def test_a_signing_secret_nobody_can_sign_with_is_refused_at_once(tmp_path, weak):
    """Rather than at the first report."""
    text = SURVEY + '[[surveys.first.send]]\nby = "post"\nurl = "https://a.example"\nsecret = "$SIGN"\n'
    complaint = refused(tmp_path, text, SIGN=weak)
    assert "surveys.first.send no. 1.secret" in complaint
    assert weak not in complaint
    assert list(load(tmp_path, text, SIGN=SIGNING).survey("first").send) == ["post-1"]


def test_a_text_for_the_email_table_is_one_fault(tmp_path):
    """It is not told twice because mail can leave in two ways."""
    assert "1 setting(s) to mend: email: must be a table" in refused(tmp_path, 'email = "mail.example"\n')


KEY = "council-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"


@pytest.mark.parametrize("wrong", [KEY[:-1], KEY.partition("-")[2], "made-up", KEY.replace("-", "_")])
def test_a_key_that_is_none_is_refused_at_once(tmp_path, wrong):
    """Half a key is easily copied; it is not repeated."""
    complaint = refused(tmp_path, NOTIFY, NOTIFY=wrong)
    assert "This is no GOV.UK Notify API key (email.key)" in complaint
    assert wrong not in complaint


def test_mail_leaves_in_one_of_two_ways(tmp_path):
    """By a mail server unless by = "notify" says otherwise; Notify is reached as [http] says."""
    server = load(tmp_path, '[email]\nhost = "mail.example"\nfrom = "a@b.example"\n').email
    assert server == load(tmp_path, '[email]\nby = "smtp"\nhost = "mail.example"\nfrom = "a@b.example"\n').email
    assert (server.host, server.port, server.username) == ("mail.example", 587, "")
    text = '[http]\nproxy = "http://proxy.example:8080"\nca_bundle = "ca.pem"\n' + NOTIFY
    notify = load(tmp_path, text, NOTIFY=KEY).email
    assert (notify.service, notify.secret) == (KEY[8:44], KEY[45:])
    assert (notify.keep_weeks, notify.reply_to_id) == (4, "")
    assert notify.url == "https://api.notifications.service.gov.uk"
    assert (notify.policy.proxy, notify.policy.ca_bundle) == ("http://proxy.example:8080", str(tmp_path / "ca.pem"))
    assert KEY[45:] not in repr(notify)
    assert "proxy.example" not in repr(notify)


OWN = 'id = "own"\n'
ALONE = SURVEY.replace('"group"', '"individuals"\nindividual_reports = "recipients"')


def test_a_form_that_promises_no_report_gives_none_to_others(tmp_path):
    """Whatever its variant is called in the bank."""
    shipped = SURVEY.replace("answered_by", 'variant = "young-person"\nanswered_by')
    assert load(tmp_path, shipped).survey("first").variant == "young-person"
    assert "gives no report on one person's answers" in refused(
        tmp_path, ALONE.replace("answered_by", 'variant = "young-person"\nanswered_by')
    )
    second = (Path(__file__).parent / "banks/team-climate-2.toml").read_text("utf-8")
    own = ALONE.replace("exit-open@1", "own.toml").replace("answered_by", 'variant = "pulse"\nanswered_by')
    (tmp_path / "own.toml").write_text(second, "utf-8")
    assert load(tmp_path, own).survey("first").variant == "pulse"
    private = second.replace("[variants.pulse]\n", "[variants.pulse]\nreply = false\n")
    assert private != second
    (tmp_path / "other.toml").write_text(private, "utf-8")
    assert "The form 'pulse' gives no report" in refused(tmp_path, own.replace("own.toml", "other.toml"))


def test_a_bank_that_cannot_be_read_keeps_its_own_message(tmp_path):
    """Where the settings need the bank to be checked."""
    with pytest.raises(BankError, match="It cannot be read"):
        load(tmp_path, ALONE.replace("exit-open@1", "nosuch.toml"))


def test_a_draft_is_used_only_where_the_survey_says_so(tmp_path):
    """Alone or beside another language, and whichever comes first; a wording file may say that it is none."""
    for languages in ('["cy"]', '["en", "cy"]'):
        said = refused(tmp_path, f"{SURVEY}languages = {languages}\n")
        assert "The wording of exit-open@1 in 'cy' is a draft (surveys.first.languages)" in said
        assert "add draft_wording = true; docs/languages.md says how" in said
        survey = load(tmp_path, f"{SURVEY}languages = {languages}\ndraft_wording = true\n").survey("first")
        assert survey.draft_wording
    assert "is a draft" in refused(tmp_path, f'{SURVEY}languages = ["cy"]\ndraft_wording = false\n')
    (tmp_path / "cy.toml").write_text('language = "cy"\ndraft = false\n', "utf-8")
    reviewed = load(tmp_path, f'{SURVEY}languages = ["cy"]\nwordings = ["cy.toml"]\n').survey("first")
    assert not reviewed.draft_wording


def test_brackets_without_end_are_one_plain_line(tmp_path):
    """No traceback of the parser."""
    assert "nested too deeply" in refused(tmp_path, "a = " + "[" * 20_000)


def test_ways_out_are_numbered_as_they_stand(tmp_path):
    """Their names are kept with the jobs."""
    text = SURVEY + EMAIL + 'to = ["a@b.example"]\n[[surveys.first.send]]\nby = "folder"\ndirectory = "out"\n'
    assert list(load(tmp_path, text).survey("first").send) == ["email-1", "folder-2"]
