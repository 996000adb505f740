"""The contract itself: it passes a small outside platform, and says which line is missing from a broken one."""

import csv
import io
import json
import random
import re
import runpy
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from exit_bridge import testing
from exit_bridge.bank import load_bank, questionnaire
from exit_bridge.platforms import platform, platforms
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
from exit_bridge.platforms.signatures import HeaderToken, HmacSignature, Open, PathToken
from exit_bridge.testing.forms import readable

BANK = load_bank()


class Paper(Platform):
    """A whole platform as another package would write it: https://paper.example/webhooks"""

    name = "paper"
    title = "Paper Forms"
    docs = "https://paper.example/webhooks"
    schemes: ClassVar = {"signature": HmacSignature("X-Paper-Signature", encoding="hex"), "header": HeaderToken()}
    delivery_schema: ClassVar = shape("id", "said", id=TEXT, said={"type": "object", "additionalProperties": TEXT})

    def write_form(self, bank, variant, languages, about):
        files = []
        for language in languages:
            asked = questionnaire(bank, variant, language, about)
            lines = [*asked.intro, *asked.notice, asked.thanks, asked.declined]
            lines += [f"{q.id}: {q.text} [{' | '.join(c.label for c in q.choices)}]" for q in asked.questions]
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
    (tmp_path / "PROVENANCE.md").write_text(provenance("| `one` | two answers | from vendor docs |"))
    return tmp_path


def provenance(*rows):
    """A table that says where cases come from."""
    return "\n".join(["# Where from", "| file | what it holds | provenance |", "|---|---|---|", *rows])


def variation(**parts):
    """Paper with something else in it."""
    return type("Paper", (Paper,), {"__doc__": Paper.__doc__, **parts})()


def test_a_small_outside_platform_passes(recorded):
    """Some thirty lines and one recorded case are enough."""
    testing.check_platform(Paper(), recorded)


def test_a_tool_that_can_only_be_called_at_a_secret_address_passes(recorded):
    """Its recorded deliveries carry the secret in the address, so their headers prove nothing."""
    (recorded / "one.headers.json").write_text("{}")
    testing.check_platform(variation(schemes={"path": PathToken()}), recorded)


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
        (file,) = super().write_form(bank, variant, languages, about)
        return [replace(file, content=re.sub(rb"\[.*\]", b"", file.content))]


class Silent(Paper):
    """Leaves out how answers are used."""

    def write_form(self, bank, variant, languages, about):
        (file,) = super().write_form(bank, variant, languages, about)
        notice = questionnaire(bank, variant, languages[0], about).notice[0].encode()
        return [replace(file, content=file.content.replace(notice, b""))]


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


class Misleading(Paper):
    """Makes up a delivery of another variant."""

    def sample_delivery(self, bank, variant, answers, response_id, submitted_at, wave=""):
        return json.dumps({"id": response_id, "said": answers}).encode()


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
        (variation(evidence="recorded"), "each of its rows is `recorded`"),
        (variation(id_parts=lambda _, response_id: ("paper", response_id)), "pieces of its response id"),
        (Unstable(), "use no clock and no random"),
        (Forgetful(), "write question 'comment_adaption'"),
        (Repeating(), "only once"),
        (Optionless(), "write option"),
        (Silent(), "write what people must be told"),
        (Misleading(), "sample_delivery must say"),
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


class Exporting(Paper):
    """Paper with an export that keeps the ids."""

    name = "generic"  # exports are read by the registry's platform of that name
    same_id_in_export = True
    export = platform("generic").export


@pytest.fixture
def exported(recorded):
    """The same response as an export."""
    path = recorded / "export_one.csv"
    path.write_text("response_id,notice,rec01,rec02,rec03\np-1,yes,4,,\n")
    row = "| `one`, `export_one` | one response, both ways | synthetic from nothing published (believed) |"
    (recorded / "PROVENANCE.md").write_text(provenance(row))
    expected = testing.export_outcome(Exporting(), path, BANK)
    (recorded / "export_one.expected.json").write_text(json.dumps(expected))
    return recorded


def test_an_export_needs_a_saved_one(recorded):
    """The author reads which file is still to be saved."""
    with pytest.raises(AssertionError, match="save an export"):
        testing.recorded_exports(Exporting(), recorded)


def test_a_saved_export_needs_its_outcome(exported):
    """Both are compared, so both must be there."""
    testing.check_export(Exporting(), exported / "export_one.csv", BANK)
    (exported / "export_one.csv").write_text("response_id,notice,rec01,rec02,rec03\np-1,yes,5,,\n")
    with pytest.raises(AssertionError, match="expected"):
        testing.check_export(Exporting(), exported / "export_one.csv", BANK)
    (exported / "export_one.expected.json").unlink()
    with pytest.raises(AssertionError, match="add recorded/export_one"):
        testing.recorded_exports(Exporting(), exported)


def test_an_export_needs_an_installed_platform(exported):
    """Files are read through the registry, so the entry point must be there."""
    tool = variation(name="paper", export=Exporting.export)
    with pytest.raises(AssertionError, match="install it, so that files find it"):
        testing.check_export(tool, exported / "export_one.csv", BANK)


def test_both_ways_in_must_agree(exported):
    """Here the file leaves out 32 columns, which the delivery says nothing of: not the same submission."""
    with pytest.raises(AssertionError, match="but by webhook"):
        testing.check_same_by_file(Exporting(), exported, BANK)
    (exported / "export_one.csv").write_text("response_id,notice,rec01,rec02,rec03\nanother,yes,4,,\n")
    with pytest.raises(AssertionError, match="record one response both as a delivery and in an export"):
        testing.check_same_by_file(Exporting(), exported, BANK)


class Swapped(Paper):
    """Writes the ids of the first two items beside each other's words."""

    def write_form(self, bank, variant, languages, about):
        (file,) = super().write_form(bank, variant, languages, about)
        swapped = file.content.replace(b"rec01:", b"REC:").replace(b"rec02:", b"rec01:").replace(b"REC:", b"rec02:")
        return [replace(file, content=swapped)]


def fill_in(files, said):
    """The simulator of Paper: every line is `id: words [labels]`."""
    lines = dict(reversed(line.split(": ", 1)) for line in files[0].content.decode().splitlines() if ": " in line)
    found = {key: said[text] for words, key in lines.items() if (text := words.rpartition(" [")[0]) in said}
    return {"id": "p-1", "said": found}


def test_the_round_trip_finds_an_id_beside_the_wrong_words():
    """It passes for the form as it should be, and fails where the form would turn answers into others."""
    testing.check_round_trip(Paper(), BANK, "full", "en", fill_in, seed=3)
    with pytest.raises(AssertionError, match="but it gives"):
        testing.check_round_trip(Swapped(), BANK, "full", "en", fill_in, seed=3)


def test_the_round_trip_by_file_finds_a_lost_column():
    """A table without its last column is not what three people meant."""
    here = Path(__file__).parent / "generic" / "simulate.py"
    simulate = runpy.run_path(str(here))
    tool = platform("generic")
    testing.check_file_round_trip(tool, BANK, "full", "en", simulate["deliver"], simulate["export"])

    def lossy(files, people):
        rows = csv.reader(io.StringIO(simulate["export"](files, people).decode()))
        out = io.StringIO()
        csv.writer(out).writerows(row[:-1] for row in rows)
        return out.getvalue().encode()

    with pytest.raises(AssertionError, match="but the file gives"):
        testing.check_file_round_trip(tool, BANK, "full", "en", simulate["deliver"], lossy, seed=2)


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
    assert mutated["without $.a[1].b"] == {"a": [1, {}], "c": None}
    assert mutated["without $.a[0]"] == {"a": [{"b": "x"}], "c": None}


def test_random_mutations_depend_on_the_seed_alone():
    """A long run that fails can be run again."""
    payload = {"a": [1, {"b": "x"}], "c": None}
    runs = [[testing.random_mutation(random.Random(seed), payload) for seed in range(50)] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len({json.dumps(run) for run in runs[0]}) > 25


def test_words_are_found_in_any_kind_of_file():
    """JSON escapes, XML entities, doubled quotes and zipped workbooks hide no word."""
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
    rng = random.Random(seed)
    for tool in platforms():
        folder = Path(__file__).parent / tool.name / "recorded"
        for case in testing.recorded_cases(tool, folder):
            for _ in range(200):
                payload = testing.random_mutation(rng, tool.payload(case.delivery.body))
                testing.outcome(tool, payload, testing.form_of(tool, BANK))
