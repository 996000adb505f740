"""The contract itself: it passes a small outside platform, and says which line is missing from a broken one."""

import json
import random
import shutil
from dataclasses import replace

import pytest

from exit_bridge import testing
from exit_bridge.bank import load_bank, questionnaire
from exit_bridge.platforms.base import (
    TEXT,
    DeliveryResult,
    FormFile,
    Platform,
    RawAnswer,
    RawResponse,
    file_stem,
    shape,
)
from exit_bridge.platforms.signatures import HeaderToken, HmacSignature, Open
from exit_bridge.testing.forms import readable

BANK = load_bank()


class Paper(Platform):
    """A whole platform as another package would write it: https://paper.example/webhooks"""

    name = "paper"
    title = "Paper Forms"
    docs = "https://paper.example/webhooks"
    schemes = {"signature": HmacSignature("X-Paper-Signature", encoding="hex"), "header": HeaderToken()}
    delivery_schema = shape("id", "said", id=TEXT, said={"type": "object", "additionalProperties": TEXT})

    def write_form(self, bank, variant, languages, about):
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            lines = [f"{q.id}: {q.text} [{' | '.join(c.label for c in q.choices)}]" for q in asked.questions]
            path = f"{file_stem(bank.ref, variant, language)}.txt"
            files.append(FormFile(path, "\n".join(lines).encode(), "1. Print it."))
        return files

    def read_delivery(self, payload):
        answers = tuple(RawAnswer((key,), (value,)) for key, value in payload["said"].items())
        return DeliveryResult((RawResponse(payload["id"], answers),))


@pytest.fixture
def recorded(tmp_path):
    """One recorded delivery of Paper, as an outside author would save it."""
    body = json.dumps({"id": "p-1", "said": {"notice": "yes", "rec01": "4"}}).encode()
    (tmp_path / "one.body").write_bytes(body)
    headers = HmacSignature("X-Paper-Signature", encoding="hex").sign(body, testing.SECRET)
    (tmp_path / "one.headers.json").write_text(json.dumps(headers))
    expected = testing.outcome(Paper(), json.loads(body), testing.form_of(Paper(), BANK))
    (tmp_path / "one.expected.json").write_text(json.dumps(expected))
    (tmp_path / "PROVENANCE.md").write_text("`one` is from vendor docs.")
    return tmp_path


def variation(**parts):
    """Paper with something else in it."""
    return type("Paper", (Paper,), {"__doc__": Paper.__doc__, **parts})()


def test_a_small_outside_platform_passes(recorded):
    """Some thirty lines and one recorded case are enough."""
    testing.check_platform(Paper(), recorded)


class Unstable(Paper):
    """Different bytes every time."""

    def write_form(self, bank, variant, languages, about):
        return [FormFile("a.txt", random.randbytes(9), "1. Print it.")]


class Forgetful(Paper):
    """Leaves the last question out."""

    def write_form(self, bank, variant, languages, about):
        (file,) = super().write_form(bank, variant, languages, about)
        return [replace(file, content=b"\n".join(file.content.split(b"\n")[:-1]))]


class Repeating(Paper):
    """Asks everything twice."""

    def write_form(self, bank, variant, languages, about):
        (file,) = super().write_form(bank, variant, languages, about)
        return [replace(file, content=file.content * 2)]


class Optionless(Paper):
    """Writes questions without their options."""

    def write_form(self, bank, variant, languages, about):
        asked = questionnaire(bank, variant, languages[0], about)
        return [FormFile("a.txt", "\n".join(q.text for q in asked.questions).encode(), "1. Print it.")]


class Crashing(Paper):
    """Reads what its schema does not promise."""

    def read_delivery(self, payload):
        return super().read_delivery({**payload, "said": {k: v.split()[0] for k, v in payload["said"].items()}})


class Quoting(Paper):
    """Repeats an answer in a message."""

    def read_delivery(self, payload):
        from exit_bridge.errors import UnreadableDelivery

        if len(payload["id"]) > 100:
            raise UnreadableDelivery(f"What is {payload['id']}?")
        return super().read_delivery(payload)


@pytest.mark.parametrize(
    ("tool", "sentence"),
    [
        (variation(name="Paper!"), "write `name`"),
        (variation(title=" "), "write `title`"),
        (variation(docs="see manual"), "link the vendor's page"),
        (variation(__doc__=""), "write a docstring"),
        (variation(schemes={}), "say how deliveries prove where they come from"),
        (variation(delivery_schema=None), "describe what read_delivery reads"),
        (variation(schemes={"signature": Open()}), "bad credentials were accepted"),
        (variation(evidence="recorded"), "say `recorded`"),
        (Unstable(), "use no clock and no random"),
        (Forgetful(), "write question 'comment_adaption'"),
        (Repeating(), "only once"),
        (Optionless(), "write option"),
        (Crashing(), "ends in IndexError"),
        (Quoting(), "repeats what was sent"),
        (variation(delivery_schema=shape("id", "said", id=TEXT, said={"type": "object"})), "ends in"),
        (variation(delivery_schema={**Paper.delivery_schema, "additionalProperties": False}), "must be left alone"),
    ],
    ids=lambda value: "" if isinstance(value, Platform) else value,
)
def test_a_broken_one_is_told_what_is_missing(recorded, tool, sentence):
    """Every check fails for the platform that breaks it, in words that name the line."""
    with pytest.raises(AssertionError) as failed:
        testing.check_platform(tool, recorded)
    assert sentence in str(failed.value)


@pytest.mark.parametrize(
    ("remove", "sentence"),
    [
        ("one.headers.json", "add recorded/one.headers.json"),
        ("one.expected.json", "add recorded/one.expected.json"),
        ("PROVENANCE.md", "say where the recorded files come from"),
        ("one.body", "record a delivery"),
    ],
)
def test_a_missing_file_is_named(recorded, remove, sentence):
    """The author reads which file is still to be saved."""
    (recorded / remove).unlink()
    with pytest.raises(AssertionError) as failed:
        testing.check_platform(Paper(), recorded)
    assert sentence in str(failed.value)


def test_every_case_needs_its_provenance(recorded):
    """A file nobody accounts for is not taken."""
    for ending in (".body", ".headers.json", ".expected.json"):
        shutil.copy(recorded / f"one{ending}", recorded / f"two{ending}")
    with pytest.raises(AssertionError, match="say where `two` comes from"):
        testing.check_provenance(Paper(), recorded)


def test_another_outcome_than_expected_fails(recorded):
    """Both are printed: recorded files hold nothing personal."""
    (recorded / "one.expected.json").write_text('{"ignored": ["partial"]}')
    with pytest.raises(AssertionError, match="partial"):
        testing.check_platform(Paper(), recorded)


@pytest.mark.parametrize(
    "personal",
    ["jane@council.gov.uk", "81.2.69.142", "2001:db8:85a3:0:0:8a2e:370:7334", "51.50735, -0.12776", "Å.b@mail.se"],
)
def test_personal_traces_are_refused(tmp_path, personal):
    """Addresses of people, machines and places never reach the repository."""
    (tmp_path / "one.body").write_text(f'{{"said": "{personal}"}}')
    with pytest.raises(AssertionError, match="scrub it first"):
        testing.check_scrubbed(tmp_path)


def test_made_up_traces_pass(tmp_path):
    """Addresses in .example, times and version numbers are nobody's."""
    (tmp_path / "one.body").write_text("lead@council.example, 2026-01-15T10:30:00Z, exit-open@1, 1.2.3, 66.66666")
    with pytest.raises(AssertionError, match="a place"):
        testing.check_scrubbed(tmp_path)
    (tmp_path / "one.body").write_text("lead@council.example, 2026-01-15T10:30:00Z, exit-open@1, 1.2.3, 66.67")
    testing.check_scrubbed(tmp_path)


def test_mutations_reach_every_place_once():
    """Each place is deleted once and replaced by each of the other values, and the original stays as it was."""
    payload = {"a": [1, {"b": "x"}], "c": None}
    before = json.dumps(payload)
    names = [name for name, _ in testing.mutations(payload)]
    assert before == json.dumps(payload)
    assert 6 * 9 == len(names) == len(set(names))
    mutated = dict(testing.mutations(payload))
    assert {"a": [1, {}], "c": None} == mutated["without $.a[1].b"]
    assert {"a": [{"b": "x"}], "c": None} == mutated["without $.a[0]"]


def test_random_mutations_depend_on_the_seed_alone():
    """A long run that fails can be run again."""
    payload = {"a": [1, {"b": "x"}], "c": None}
    runs = [[testing.random_mutation(random.Random(seed), payload) for seed in range(50)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len({json.dumps(run) for run in runs[0]}) > 25


def test_words_are_found_in_any_kind_of_file():
    """JSON escapes, XML entities, doubled quotes and zipped workbooks hide no word."""
    import io
    import zipfile

    words = 'It\'s "ours" & café'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("sheet.xml", "<t>It&apos;s &quot;ours&quot; &amp;   café</t>")
    for content in (
        json.dumps([words]).encode(),
        b"<p>It&#39;s &quot;ours&quot; &amp; caf&eacute;</p>",
        'a,"It\'s ""ours"" & café"'.encode(),
        packed.getvalue(),
    ):
        assert words in readable(content)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_long_random_mutations(seed):
    """Thousands of payloads with several places broken at once end as they should."""
    from pathlib import Path

    from exit_bridge.platforms import platforms

    rng = random.Random(seed)
    for tool in platforms():
        folder = Path(__file__).parent / tool.name / "recorded"
        for case in testing.recorded_cases(tool, folder):
            for _ in range(200):
                payload = testing.random_mutation(rng, json.loads(case.delivery.body))
                testing.outcome(tool, payload, testing.form_of(tool, BANK))
