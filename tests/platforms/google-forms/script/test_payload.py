"""What the script posts for one submission."""

from __future__ import annotations

import pytest
from tests.platforms.apps_script import CONNECTED, DECLINED, PLAN, SAID, TITLES, google, posted, said_in

pytestmark = pytest.mark.node
NOW = 1_768_472_981.123


def test_a_submission_arrives_with_everything_and_nothing_besides():
    """The shape that delivery.py reads: every question, answered or not, our ids, times in UTC."""
    done = google(*CONNECTED, {"set": {"WAVE": "2026", "SHEET": " Team B "}}, {"submit": SAID}, now=NOW)
    (body,) = posted(done)
    (form,) = done.forms
    about = {name: value for name, value in body.items() if name not in ("items", "submitted_at")}
    assert about == {
        "source": "google-forms",
        "form_id": form["id"],
        "response_id": done.results[-1]["id"],
        "bank": "exit-open@1",
        "variant": "full",
        "language": "en",
        "wave": "2026",
        "sheet": "Team B",
    }
    assert "2026-01-15T10:29:41.523Z" == body["submitted_at"], "the test of connect took 0.4 seconds"
    asked = [item for item in form["items"] if item["type"] not in ("PAGE_BREAK", "SECTION_HEADER")]
    assert [(str(item["id"]), item["type"], item["title"]) for item in asked] == [
        (item["id"], item["type"], item["title"]) for item in body["items"]
    ]
    for item, wanted in zip(body["items"], asked, strict=True):
        names = {"rows", "refs", "values"} if item["type"] == "GRID" else {"ref", "value"}
        assert {"id", "type", "title", *names} == set(item)
        assert item.get("rows") == wanted.get("rows")
    assert said_in(body) == {ref: SAID.get(title) for ref, title in TITLES.items()}


@pytest.mark.parametrize("row", ["constructor", "toString", "__proto__"])
def test_a_row_of_somebody_elses_is_none_of_ours(row):
    """Whatever it is called."""
    theirs = f"form.addGridItem().setTitle('Own').setRows(['{row}']).setColumns(['a'])"
    (body,) = posted(google(*CONNECTED, {"by_hand": f"{theirs}; return null"}, {"submit": SAID}))
    (grid,) = [item for item in body["items"] if item["title"] == "Own"]
    assert ([row], [""], [None]) == (grid["rows"], grid["refs"], grid["values"])


def test_gaps_are_told_as_such():
    """Skipped rows of a grid keep their places; a text left empty, a grid left whole and a choice are null alike."""
    first, *_ = [part for page in PLAN["pages"] for part in page["parts"] if part["kind"] == "grid"]
    row = first["rows"][2]
    done = google(*CONNECTED, {"submit": {TITLES["notice"]: "Yes, send my answers", row["title"]: "Agree"}})
    said = said_in(posted(done)[0])
    assert {ref for ref, value in said.items() if value is not None} == {"notice", row["id"]}
    assert set(said) == set(TITLES)


def test_who_declines_sends_that_and_nothing_else():
    """The rest was never seen, and is null."""
    said = said_in(posted(google(*CONNECTED, {"submit": DECLINED}))[0])
    assert {ref: value for ref, value in said.items() if value} == {"notice": DECLINED[TITLES["notice"]]}


def test_an_edit_keeps_its_id_and_has_a_later_time():
    """So that the newer one counts."""
    done = google(
        *CONNECTED, {"submit": SAID}, {"wait": 60},
        {"by_hand": "return form.responses[0].id"},
        {"revise": {"id": "2_ABaOnu" + "d" * 90 + "1", "said": DECLINED}},
    )  # fmt: skip
    first, second = posted(done)
    assert first["response_id"] == second["response_id"] == done.results[-2]
    assert first["submitted_at"] < second["submitted_at"]


CHANGES = {
    "retitled": "form.items[1].setTitle('Other words'); form.items.find((i) => i.rows).setTitle('Another heading')",
    "reordered": "form.items.splice(2, 0, ...form.items.splice(-9, 4)); form.items.find((i) => i.rows).rows.reverse()",
}


@pytest.mark.parametrize("change", CHANGES)
def test_words_and_order_may_be_changed(change):
    """Ids carry the answers, and rows are known by their words wherever they stand."""
    done = google(*CONNECTED, {"by_hand": CHANGES[change]}, {"by_hand": "return form.items[1].title"}, {"submit": {
        **SAID, "Other words": "Yes, send my answers",
    }})  # fmt: skip
    said = said_in(posted(done)[0])
    assert said == {ref: SAID.get(title) for ref, title in TITLES.items()}


def test_a_row_with_other_words_is_no_longer_ours():
    """It might ask something else now: it is sent by its words alone, the others as before."""
    code = "form.items.find((i) => i.rows).rows[1].title = 'Something else'"
    done = google(*CONNECTED, {"by_hand": code}, {"submit": SAID | {"Something else": "Agree"}})
    grid = next(item for item in posted(done)[0]["items"] if item["type"] == "GRID")
    assert ("", "Something else", "Agree") == tuple(grid[part][1] for part in ("refs", "rows", "values"))
    assert all(grid["refs"][:1] + grid["refs"][2:])


def test_questions_that_somebody_adds_or_deletes():
    """What is added is sent by its words; a question that is gone is not mentioned."""
    code = """
      form.addCheckboxItem().setTitle('Which?').setChoiceValues(['a', 'b']);
      form.addScaleItem().setTitle('How much?');
      form.addCheckboxGridItem().setTitle('Many').setRows(['r1', 'r2']).setColumns(['x', 'y']);
      form.addImageItem().setTitle('A picture');
      form.items.push(...form.items.splice(-5, 1));  // the page of those who decline stays the last
      form.items.splice(form.items.findIndex((i) => i.title.startsWith('R3.')), 1);
    """
    added = {"Which?": ["a", "b"], "How much?": 4, "r1": ["x", "y"]}
    done = google(*CONNECTED, {"by_hand": code}, {"submit": {k: v for k, v in SAID.items() if "R3." not in k} | added})
    body = posted(done)[0]
    items = {item["title"]: item for item in body["items"]}
    assert ("CHECKBOX", "", ["a", "b"]) == tuple(items["Which?"][part] for part in ("type", "ref", "value"))
    assert ("SCALE", "", "4") == tuple(items["How much?"][part] for part in ("type", "ref", "value"))
    assert (["", ""], [["x", "y"], None]) == (items["Many"]["refs"], items["Many"]["values"])
    assert not {"A picture", TITLES["rec03"]} & set(items)
    assert "rec03" not in said_in(body)
    assert {ref for ref in said_in(body) if ref} == set(TITLES) - {"rec03"}


def test_a_form_that_this_script_did_not_build_is_sent_by_its_words():
    """Its id is put into FORM_ID by hand."""
    done = google(
        {"run": "buildForm"}, {"by_hand": "for (const n of [...world.properties.keys()]) world.properties.delete(n)"},
        {"by_hand": "world.properties.set('FORM_ID', form.id)"}, *CONNECTED[1:], {"submit": SAID},
    )  # fmt: skip
    items = posted(done)[0]["items"]
    assert {""} == {ref for item in items for ref in item.get("refs", [item.get("ref")])}
    grids = [item for item in items if "rows" in item]
    assert [[SAID.get(row) for row in grid["rows"]] for grid in grids] == [grid["values"] for grid in grids]
