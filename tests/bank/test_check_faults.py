"""Every fault of a question bank: where it is said to be, and what is said about it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from exit_bridge.bank.check import faults_in
from exit_bridge.bank.wording import FORM_SENTENCES

DROP = object()

BANK: dict[str, Any] = {
    "id": "small",
    "version": 1,
    "bands": [{"id": "low", "start": 0}, {"id": "high", "start": 50}],
    "scales": {"often": {"points": 4, "labels": "shared"}, "levels": {"points": 4, "labels": "own"}},
    "ingredients": [{"id": "trust", "mark": "T"}, {"id": "voice", "mark": "V"}],
    "items": [
        {"id": "tru01", "ingredient": "trust", "scale": "often", "evidence": ["SL reported"]},
        {"id": "tru02", "ingredient": "trust", "scale": "levels"},
        {"id": "voi01", "ingredient": "voice", "scale": "often"},
    ],
    "context": [
        {"id": "consent", "codes": ["yes", "no"], "gate": True},
        {"id": "role", "codes": ["lead", "member"]},
    ],
    "variants": {
        "full": {"items": "all", "scored": True, "context": ["consent", "role"], "comments": "all"},
        "pulse": {"items": ["tru01"], "scored": False, "context": ["consent"], "comments": ["voice"]},
    },
    "emphasis": {"conception": {"trust": "high reported", "voice": "medium inferred"}},
    "rules": [
        {
            "id": "first",
            "priority": 1,
            "when": {
                "all": [
                    {"any": [{"score": "trust", "below": 50}, {"lowest": "voice", "by_more_than": 5}]},
                    {"exactly_one": [{"value": "tru01", "at_most": 2}, {"about": "nation", "is": ["england"]}]},
                ]
            },
            "silences": ["second"],
            "claim": ["SL reported"],
            "trigger": "ours",
        },
        {"id": "second", "priority": 2, "when": {"stage": ["scaling"]}, "claim": ["SL reported"], "trigger": "ours"},
    ],
    "actions": [
        {
            "id": f"{items[0][:3]}-start",
            "ingredient": ingredient,
            "items": items,
            "from": "conception",
            "sectors": ["any"],
            "who": ["lead"],
            "evidence": ["SL reported"],
        }
        for ingredient, items in (("trust", ["tru01", "tru02"]), ("voice", ["voi01"]))
    ],
    "sources": {"SL": {"title": "Slides", "link": "https://study.example", "seen": "read"}},
    "wording": {
        "en": {
            "language": "en",
            "title": "Small",
            "this_work": "This work is ours.",
            "non_answers": {"dk": "Do not know", "na": "Not relevant"},
            "scales": {"often": ["Never", "Sometimes", "Often", "Always"]},
            "bands": {"low": "low", "high": "high"},
            "ingredients": {"trust": {"name": "Trust"}, "voice": {"name": "Voice"}},
            "items": {
                "tru01": {"text": "We keep promises."},
                "tru02": {"text": "We know each other.", "levels": ["No", "A little", "Mostly", "Yes"]},
                "voi01": {"text": "We say what we think."},
            },
            "context": {
                "consent": {"text": "May we use this?", "options": {"yes": "Yes", "no": "No"}},
                "role": {"text": "Your part?", "options": {"lead": "Lead", "member": "Member"}},
            },
            "rules": {name: {"claim": "It is so.", "advice": "Do this."} for name in ("first", "second")},
            "actions": {f"{name}-start": {"what": "a", "first_step": "b", "sign": "c"} for name in ("tru", "voi")},
            "form": dict.fromkeys(FORM_SENTENCES, "words"),
            "variants": {"pulse": {"items": {"tru01": {"text": "Promises are kept."}}}},
        }
    },
}


def changed(edits: dict[str, Any]) -> dict[str, Any]:
    """The bank with other values at some paths; DROP takes one out."""
    document = deepcopy(BANK)
    for path, value in edits.items():
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place = document
        for step in steps:
            place = place[step]
        if value is DROP:
            del place[last]
        elif last == len(place) and isinstance(place, list):
            place.append(value)
        else:
            place[last] = value
    return document


SHAPE = [
    ({"variants.full": DROP}, "variants", "full missing"),
    ({"scales.often.steps": 3}, "scales.often", "steps is not known here"),
    ({"scales.often.labels": "both"}, "scales.often.labels", "not allowed here (enum)"),
    ({"version": 0}, "version", "not allowed here (minimum)"),
    ({"variants.pulse.items": ["tru01", "tru01"]}, "variants.pulse.items", "fits none of the forms allowed here"),
    ({"wording.en.form.intro": DROP}, "wording.en.form.intro", "no words for it"),
    ({"rules.1.when": {"weather": "fine"}}, "rules[1].when (id 'second')", "fits none of the forms allowed here"),
    ({"context.1.codes": ["lead", "lead"]}, "context[1].codes (id 'role')", "breaks the rule uniqueItems"),
    ({"scales": {}}, "scales", "breaks the rule minProperties"),
    ({"items.0.id": "Tru-1"}, "items[0].id (id 'Tru-1')", "not allowed here (pattern)"),
    ({"version": 0, "wording.en.items.tru01": DROP}, "wording.en.items.tru01", "no words for it"),
]

MEANING = [
    ({"bands.2": {"id": "low", "start": 70}}, "bands.low", "stands 2 times"),
    ({"context.2": BANK["context"][1]}, "context.role", "stands 2 times"),
    ({"rules.2": BANK["rules"][1]}, "rules.second", "stands 2 times"),
    ({"actions.2": BANK["actions"][1]}, "actions.voi-start", "stands 2 times"),
    ({"ingredients.2": BANK["ingredients"][1]}, "ingredients.voice", "stands 2 times"),
    ({"ingredients.1.mark": "T"}, "ingredients", "the mark T is used 2 times"),
    ({"items.2.id": "tru03"}, "items.tru03", "its three letters belong to another ingredient"),
    ({"items.2.scale": "often9"}, "items.voi01", "there is no scale 'often9'"),
    ({"items.2.core": False}, "ingredients.voice", "no core item, so it can never be scored"),
    ({"scales.levels.points": 5}, "ingredients.trust", "core items with [4, 5] answer points"),
    ({"bands.1.start": 0}, "bands", "the starts must begin at 0 and rise, all below 100"),
    ({"bands.1.start": 100}, "bands", "the starts must begin at 0 and rise, all below 100"),
    ({"context.0.codes": ["ja", "no"]}, "context.consent", "a gate needs the code yes"),
    ({"variants.pulse.items": ["tru09"]}, "variants.pulse", "there is no item 'tru09'"),
    ({"variants.pulse.comments": ["speed"]}, "variants.pulse", "there is no ingredient 'speed'"),
    ({"variants.pulse.context": ["consent", "age"]}, "variants.pulse", "there is no context question 'age'"),
    ({"variants.pulse.context": []}, "variants.pulse", "the gate 'consent' is not asked, so nothing could be kept"),
    ({"emphasis.conception.voice": DROP}, "emphasis.conception", "voice missing"),
    ({"emphasis.conception.speed": "high reported"}, "emphasis.conception", "there is no ingredient 'speed'"),
    ({"rules.0.silences": ["third"]}, "rules.first", "there is no rule to silence 'third'"),
    ({"rules.1.when": {"score": "speed", "below": 9}}, "rules.second", "there is no ingredient 'speed'"),
    ({"rules.1.when": {"lowest": "speed", "by_more_than": 9}}, "rules.second", "there is no ingredient 'speed'"),
    ({"rules.0.when.all.0.any.0.score": "speed"}, "rules.first", "there is no ingredient 'speed'"),
    ({"rules.0.when.all.1.exactly_one.0.value": "tru09"}, "rules.first", "there is no item 'tru09'"),
    ({"rules.1.when": {"about": "nation", "is": ["atlantis"]}}, "rules.second", "there is no nation 'atlantis'"),
    ({"rules.1.when": {"value": "voi01", "at_least": 5}}, "rules.second", "voi01 has only 4 points"),
    ({"actions.1.ingredient": "speed"}, "actions.voi-start", "there is no ingredient 'speed'"),
    ({"actions.1.items": ["voi01", "voi09"]}, "actions.voi-start", "there is no item 'voi09'"),
    ({"actions.1.items": ["voi01", "tru01"]}, "actions.voi-start", "tru01 belongs to another ingredient"),
    ({"actions.0.items": ["tru01"]}, "items.tru02", "no action answers it"),
    ({"items.0.evidence": ["XX reported"]}, "items.tru01", "there is no source XX"),
    ({"actions.0.evidence": ["XX adjacent"]}, "actions.tru-start", "there is no source XX"),
    ({"rules.0.claim": ["XX inferred"]}, "rules.first", "there is no source XX"),
]

WORDS = [
    ({"language": "cy"}, "", "the file says language 'cy'"),
    ({"scales.often": ["Never", "Always"]}, ".scales.often", "2 labels for 4 points"),
    ({"scales": DROP}, ".scales.often", "0 labels for 4 points"),
    ({"items.voi01": DROP}, ".items.voi01", "no words for it"),
    ({"items.tru02.levels": ["No", "Yes"]}, ".items.tru02", "2 levels for 4 points"),
    ({"items.tru02.levels": DROP}, ".items.tru02", "0 levels for 4 points"),
    ({"items.voi01.levels": ["No", "Yes"]}, ".items.voi01", "levels of its own on a shared scale"),
    ({"variants.pulse.items.tru02": {"text": "a"}}, ".variants.pulse.items.tru02", "0 levels for 4 points"),
    ({"items.voi01.text": "we KEEP promises."}, ".items.voi01", "another item has the same text"),
    ({"ingredients.voice": DROP}, ".ingredients.voice", "no words for it"),
    ({"bands.high": DROP}, ".bands.high", "no words for it"),
    ({"rules.second": DROP}, ".rules.second", "no words for it"),
    ({"actions": DROP}, ".actions.tru-start", "no words for it"),
    ({"context.role": DROP}, ".context.role", "no words for it"),
    ({"context.role.options.member": DROP}, ".context.role.options", "no label for 'member'"),
]
WORDS = [
    ({f"wording.en.{path}": value for path, value in edits.items()}, f"wording.en{where}", said)
    for edits, where, said in WORDS
]


def test_the_bank_all_are_made_from_has_no_fault():
    """So every fault below comes from its own change alone."""
    assert faults_in(BANK) == []


@pytest.mark.parametrize(
    ("edits", "where", "said"),
    [*SHAPE, *MEANING, *WORDS],
    ids=[f"{where} {said}" for _, where, said in (*SHAPE, *MEANING, *WORDS)],
)
def test_a_fault_is_found_where_it_is(edits, where, said):
    """Place and words are exact, and there is always something to do about it."""
    found = {(fault.where, fault.what): fault.fix for fault in faults_in(changed(edits))}
    assert (where, said) in found
    assert found[where, said]


def test_every_fault_is_told_at_once():
    """Somebody who mends a bank does not mend it one error a time."""
    faults = faults_in(changed({"ingredients.1.mark": "T", "actions.0.items": ["tru01"], "wording.en.bands": {}}))
    assert ["ingredients", "items.tru02", "wording.en.bands.low", "wording.en.bands.high"] == [f.where for f in faults]
