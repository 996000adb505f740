"""LimeSurvey's exports in every form it offers. Headings written out here are those of real files."""

import csv
import io
import json
from pathlib import Path

import pytest
import xlsxwriter
from tests.cli.cli_calls import call

from exit_bridge.bank import load_bank
from exit_bridge.errors import AmbiguousExport, UnreadableExport
from exit_bridge.intake import Submission
from exit_bridge.intake.exports import Filtered, read_export

BANK = load_bank()
RECORDED = Path(__file__).parent / "limesurvey" / "recorded"
OWN = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
IN_WORDS = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started", "Date last action"]
IN_WELSH = ["ID ymateb", "Dyddiad cyflwyno", "Tudalen olaf", "Iaith dechrau", "Seed", "Dyddiad cychwyn"]
IN_WELSH += ["Dyddiad y weithred ddiwethaf"]
DONE = ["7", "2026-11-25 09:00:00", "7", "en", "1460754065", "2026-11-25 08:59:00", "2026-11-25 09:00:00"]
TEXTS = {item: BANK.wordings["en"].items[item].text for item in BANK.items}
ASKED = "How far do you agree? Tick [one] &amp; go on"


@pytest.fixture
def export(tmp_path):
    """Write a CSV as LimeSurvey 6 does, None for what was never shown, and open it."""

    def opened(headings, *rows, delimiter=",", **how):
        lines = [headings, *rows]
        cells = [["" if c is None else '"' + c.replace('"', '""') + '"' for c in line] for line in lines]
        path = tmp_path / "results-survey.csv"
        path.write_bytes("".join(delimiter.join(line) + "\r\n" for line in cells).encode("utf-8-sig"))
        return read_export(path, bank=BANK, **how)

    return opened


def styled(name):
    """Headings of the same ten columns: the array's two rows, and the hidden number of the survey."""
    first, second = TEXTS["rec01"], TEXTS["rec02"]
    match name:
        case "code":
            return [*OWN, "qrec01[rec01]", "qrec01[rec02]", "form"]
        case "emcode":
            return [*OWN, "qrec01_rec01", "qrec01_rec02", "form"]
        case "texts":
            return [*IN_WORDS, f"{ASKED} [{first}]", f"{ASKED} [{second}]", "form"]
        case "welsh":
            return [*IN_WELSH, f"{ASKED} [{first}]", f"{ASKED} [{second}]", "form"]
        case "underscores":
            return [heading.replace(" ", "_") for heading in styled("texts")]
        case "abbreviated":
            return [
                *IN_WORDS,
                "How far do you ..  [Senior managers.. ]",
                "How far do you ..  [Staff here can .. ]",
                "form",
            ]
        case separator:
            return [f"{code}{separator}{text}" for code, text in zip(styled("code"), styled("texts"), strict=True)]


@pytest.mark.parametrize(
    "style", ["code", "emcode", "texts", "welsh", "underscores", "abbreviated", ". ", "._.", " - ", ": ", ""]
)
@pytest.mark.parametrize("answers", [("4", "dk"), ("Agree", "I don&#x27;t know, or can&#x27;t tell from my role")])
def test_every_heading_and_answer_of_an_array(export, style, answers):
    """Whichever headings, separator and answers were chosen on the export page, in arrays of somebody's own making."""
    opened = export(styled(style), [*DONE, *answers, "614001"])
    (found,) = opened
    assert (opened.platform, opened.unmapped) == ("limesurvey", ())
    assert (found.response_id, found.answers) == ("614001-7", {"rec01": 4, "rec02": "dk"})
    assert (found.submitted_at, found.language) == ("2026-11-25T09:00:00Z", "en")
    assert opened.mapped == dict(
        zip(
            styled(style)[:2] + styled(style)[3:4] + styled(style)[7:9],
            ["response_id", "submitted_at", "language", "rec01", "rec02"],
            strict=True,
        )
    )


def test_the_usual_cut_is_too_short_for_our_statements(export):
    """Fifteen characters, which the export page proposes, do not tell all of them apart: it is said what to do."""
    with pytest.raises(AmbiguousExport, match=r"Young people wh….*Export again with codes"):
        export([*IN_WORDS, "Senior managers.. ", "Young people wh.. "], [*DONE, "4", "4"])


@pytest.mark.parametrize(
    "heading",
    ["Question time: rec01", "Group time: Receptivity", "Total time", "rec01Time", "interviewtime", "groupTime43"],
)
def test_timings_are_no_answers(export, heading):
    """Seconds spent on a question bear its code."""
    head = IN_WORDS if " " in heading else OWN
    opened = export([*head, TEXTS["rec02"] if head is IN_WORDS else "rec02", heading], [*DONE, "4", "1.47"])
    assert (next(iter(opened)).answers, opened.unmapped) == ({"rec02": 4}, ())


def test_questions_that_are_not_ours_are_left_alone(export):
    """Neither a word of ours at the beginning of theirs, nor their code with ours in it."""
    theirs = {"texts": "Team: which one?", "codes": "teamName", ". ": "teamName. Name of the team", "": "teamNameName"}
    for style, heading in theirs.items():
        head = styled({"codes": "code"}.get(style, style))
        opened = export([*head, heading], [*DONE, "4", "4", "614001", "North"])
        assert opened.unmapped == (heading,)
        assert "team" not in next(iter(opened)).context


def test_personal_columns_leave_no_trace(export):
    """Address, referrer, token and names of invited people, under codes as under texts, and written-back scores."""
    codes = ["ipaddr", "refurl", "token", "firstname", "lastname", "email", "scorereceptivity", "replyto"]
    words = ["IP address", "Referrer URL", "Access code", "First name", "Last name", "Email address"]
    marks = [f"mark-{number}.example" for number in range(len(codes))]
    for head, personal in ((styled("code"), codes), (styled(". "), codes), (styled("texts"), words)):
        separator = ". x" if head[0].startswith("id.") else ""
        headings = [*head, *(f"{name}{separator}" for name in personal)]
        opened = export(headings, [*DONE, "4", "4", "614001", *marks[: len(personal)]])
        assert opened.unmapped == ()
        assert not any(mark in repr(opened) + repr(list(opened)) for mark in marks)


def test_never_shown_is_not_skipped(export):
    """Bare in the CSV of LimeSurvey 6: never shown. Empty in quotation marks: left blank. As by webhook."""
    head = [*OWN, "notice", "variant", "rec01", "rec02", "rec03"]
    (found,) = export(head, [*DONE, "yes", "full", "4", "", None])
    assert found.answers == {"rec01": 4}
    assert {item for item in ("rec01", "rec02", "rec03") if item in found.not_asked} == {"rec03"}


def test_a_spreadsheet_program_saved_it_again(tmp_path):
    """Then nothing tells what was never shown: a blank cell is a blank answer."""
    path = tmp_path / "again.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*OWN, "notice", "rec01", "rec02"], [*DONE, "yes", "4", ""]])
    (found,) = read_export(path, bank=BANK)
    assert "rec02" not in found.not_asked


def test_unfinished_rows(export):
    """No submit date, in either form: the respondent never reached the end. The year 1980 is no date, and an end."""
    head = [*OWN, "rec01"]
    rows = [[*DONE[:1], date, *DONE[2:], "4"] for date in (None, "", "1980-01-01 00:00:00")]
    first, second, third = export(head, *rows)
    assert (first, second) == (Filtered(2, "partial"), Filtered(3, "partial"))
    assert third.submitted_at is None


def test_without_submit_dates_nothing_is_scored(export):
    """An export of chosen columns would pass unfinished rows for finished ones."""
    with pytest.raises(UnreadableExport, match="so partial rows cannot be told apart"):
        export(["id", "rec01", "rec02"], ["7", "4", "4"], platform="limesurvey")


def test_headings_in_another_language(tmp_path, export):
    """LimeSurvey writes its own columns in the export's language: codes always do, texts with a mapping file."""
    german = ["Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache", "Seed", "a", "b"]
    with pytest.raises(UnreadableExport, match="No survey tool is known"):
        export([*german, TEXTS["rec01"]], [*DONE, "4"])
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'platform = "limesurvey"\n[columns]\n"Antwort ID" = "response_id"\n"Datum Abgeschickt" = "submitted_at"\n'
    )
    partial = [*DONE[:1], None, *DONE[2:]]
    done, left = export([*german, TEXTS["rec01"]], [*DONE, "4"], [*partial, "4"], mapping_file=mapping)
    assert (done.response_id, done.answers, left) == ("7", {"rec01": 4}, Filtered(3, "partial"))
    coded = [f"{code}. {word}" for code, word in zip(OWN, german, strict=True)]
    assert export([*coded, "rec01. x"], [*DONE, "4"]).platform == "limesurvey"


# -- real files ----------------------------------------------------------------------------------------------------


def rows_of(path):
    """What `score` makes of it, and what it says."""
    said = call(None, "score", path, "--items", "both")
    return list(csv.DictReader(io.StringIO(said.out))), said.err


@pytest.mark.parametrize(
    ("csv_file", "other"),
    [("export_codes_6.csv", "export_codes_6.json"), ("export_codes_6.csv", "export_texts_6.csv")],
)
def test_forms_of_one_survey_score_alike(csv_file, other):
    """Codes or texts, short answers or full ones, CSV or JSON: the same table, to the last digit."""
    assert rows_of(RECORDED / csv_file)[0] == rows_of(RECORDED / other)[0]


def test_xlsx_scores_alike_but_for_what_it_cannot_say():
    """Its empty cells do not tell what was never shown, so more counts as asked; nothing else differs."""
    table, sheet = rows_of(RECORDED / "export_texts_6.csv")[0], rows_of(RECORDED / "export_sheet_6.xlsx")[0]
    assert [row["response_id"] for row in table] == [row["response_id"] for row in sheet]
    differing = {name for one, two in zip(table, sheet, strict=True) for name in one if one[name] != two[name]}
    assert differing == {"adaption_asked"}
    assert [(one["adaption_asked"], two["adaption_asked"]) for one, two in zip(table, sheet, strict=True)] == [
        ("7", "7"),
        ("7", "7"),
        ("0", "7"),
    ]


def test_what_is_said_of_a_real_file():
    """The rule, the columns, and why three rows are left out."""
    _, said = rows_of(RECORDED / "export_codes_6.csv")
    assert 'read as LimeSurvey (headings "id", "submitdate", "lastpage", "startlanguage": codes)' in said
    assert "3 scored, 2 filtered (1 partial, 1 declined), 0 refused" in said


def test_three_versions_say_the_same():
    """The same answers in 3.25, 5.6 and 6.14, each in its own form, come out as the same submission."""

    def first(name):
        found = next(iter(read_export(RECORDED / name, bank=BANK)))
        assert isinstance(found, Submission)
        return found.content_hash(), found.not_asked, found.response_id.partition("-")[2]

    names = sorted(
        path.name
        for path in RECORDED.glob("export_*")
        if "expected" not in path.name and path.stem != "export_community"
    )
    assert len(names) == 8
    assert {first(name) for name in names} == {first("export_codes_6.csv")}


def test_one_content_in_three_forms(tmp_path):
    """CSV, XLSX with numbers as numbers, and JSON: the same table, byte for byte."""
    with (RECORDED / "export_codes_6.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    rows = [row for row in rows if row[0] != "5"]  # whose last page was never shown, which a sheet cannot say
    quoted = [
        ["" if c == "" and place == 1 else '"' + c.replace('"', '""') + '"' for place, c in enumerate(row)]
        for row in rows
    ]
    lines = [",".join(f'"{cell}"' for cell in head), *map(",".join, quoted)]
    (tmp_path / "a.csv").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"strings_to_numbers": True}) as book:
        sheet = book.add_worksheet("results")
        for number, row in enumerate([head, *rows]):
            sheet.write_row(number, 0, row)
    documents = [dict(zip(head, [int(row[0]), row[1] or None, *row[2:]], strict=True)) for row in rows]
    (tmp_path / "a.json").write_text(json.dumps({"responses": documents}), "utf-8")
    tables = [call(None, "score", tmp_path / f"a.{ending}", "--items", "both") for ending in ("csv", "xlsx", "json")]
    assert {table.code for table in tables} == {0}
    assert len({table.out for table in tables}) == 1
    assert [line.partition(",")[0] for line in tables[0].out.splitlines()[1:]] == ["129375-1", "129375-4"]
