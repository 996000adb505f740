"""Text, page and mail: the same words, nothing that acts, nothing that is fetched."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reports.report_cases import (
    ABOUT,
    BANK,
    INDIVIDUAL,
    MADE_ON,
    NEVER_MAILED,
    PROVISIONAL,
    every,
    report,
    states,
    submission,
    visible,
    written,
)

from exit_bridge import reports
from exit_bridge.reports.text import WIDTH, _wrapped
from exit_bridge.reports.types import Bar, Chart, Report, Row, Section, Table, Zone
from exit_bridge.scoring import result_document, score

STATES = states()
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}&amp;\u202eevil\x1b[31m"
HARMLESS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}&amp; evil [31m"


def said(value: object) -> Iterator[str]:
    """Every word a report's tree holds for readers."""
    match value:
        case str():
            yield value
        case Report():
            for part in (value.kicker, value.title, value.notices, value.intro, value.facts, value.sections):
                yield from said(part)
        case Section():
            yield from said((value.heading, value.blocks))
        case Zone():
            yield from said((value.label, value.span))
        case Bar():
            yield from said((value.name, value.standing, value.detail))
        case Row():
            yield from said((value.header, value.cells, value.code, value.note))
        case Table():
            yield from said((value.caption, value.rows, value.quote))
        case Chart():
            yield from said((value.zones, value.bars, value.title, value.remark))
        case tuple():
            for part in value:
                yield from said(part)
        case _ if is_dataclass(value):
            for one in fields(value):
                if one.name not in ("style", "address"):
                    yield from said(getattr(value, one.name))


@pytest.mark.parametrize("state", STATES)
def test_every_word_stands_in_text_page_and_mail(state: str) -> None:
    """One tree, three ways of writing it: none of them leaves anything out."""
    ways = written(STATES[state])
    for words in said(STATES[state]):
        flat = " ".join(words.split())
        assert [way for way, text in ways.items() if flat not in text] == [], words


@given(
    st.lists(st.text("abc-é", min_size=1, max_size=100) | st.just("50\xa0%"), max_size=12),
    st.sampled_from(["", "- ", "10. "]),
    st.sampled_from(["", "  "]),
    st.sampled_from([None, "> "]),
)
@settings(max_examples=300, deadline=None)
def test_lines_break_where_the_library_breaks_them(words, mark, indent, following):
    """Ours is for speed alone."""
    text = " ".join(words)
    margin = indent + (" " * len(mark) if following is None else following)
    expected = textwrap.wrap(
        text, WIDTH, initial_indent=indent + mark, subsequent_indent=margin, break_on_hyphens=False
    )
    assert list(_wrapped(text, mark, indent, following)) == expected


@pytest.mark.parametrize("answers", ["mixed", "provisional", "even", "nothing"])
def test_numbers_are_those_of_the_result(answers: str) -> None:
    """Ingredient by ingredient, the printed number is the result's score, rounded, in every way of writing."""
    sent = {
        "mixed": submission(), "provisional": submission(PROVISIONAL),
        "even": submission("rec01 3"), "nothing": submission(every("dk")),
    }[answers]  # fmt: skip
    scores = score(sent, BANK, ABOUT)
    result = result_document(sent, scores, BANK, "x")
    expected = {
        BANK.wordings["en"].ingredients[row["id"]].name: None
        if row["score"] is None
        else int(Decimal(row["score"]).quantize(Decimal(1), ROUND_HALF_UP))
        for row in result["ingredients"]
    }
    made = report(sent)
    for way, text in written(made).items():
        start = text.rindex("Ingredient by ingredient")
        part = text[start : text.index("What stands out", start)]
        ends = [*list(expected)[1:], "The same in figures" if way == "page" else ""]
        for name, end in zip(expected, ends, strict=True):
            own = part[part.index(name) :]
            own = own[: own.index(end, len(name))] if end else own
            found = re.search(r"(\d+) of 100", own)
            assert (int(found[1]) if found else None) == expected[name], (way, name)
    page = reports.as_html(made)
    cells = re.findall(r'data-label="Of 100">(\w+)<', page)
    assert [None if cell == "None" else int(cell) for cell in cells] == list(expected.values())
    widths = [int(n) for n in re.findall(r'class="fill[a-z ]*" width="(\d+)%"', page)]
    assert widths == [number for number in expected.values() if number is not None]


def test_text_fits_80_columns() -> None:
    """Only addresses may be longer: they must stay whole."""
    for name, made in STATES.items():
        for line in reports.as_text(made).splitlines():
            assert len(line) <= 80 or "://" in line, (name, line)


def test_text_draws_bars_and_says_numbers() -> None:
    """A bar is an extra: the number stands in words beside it."""
    text = reports.as_text(STATES["provisional"])
    assert "Receptivity. Largely in place, 75 of 100" in text
    assert f"  [{'#' * 30}{'.' * 10}]\n" in text
    assert f"  [{'+' * 12}{'.' * 28}]\n" in text


@pytest.mark.parametrize("audience", ["group", "respondent", "recipients"])
@pytest.mark.parametrize("variant", ["full", "quick", "young-person"])
def test_hostile_words_are_only_words(audience: reports.Audience, variant: str) -> None:
    """Comments, names, contacts and rounds cannot open a tag, an attribute, a template, or turn a line round."""
    about = replace(
        INDIVIDUAL,
        **dict.fromkeys(("innovation", "controller", "contact", "worried_contact", "reply_by"), HOSTILE),
        organisations=(HOSTILE,),
    )
    sent = submission(variant=variant, comments=dict.fromkeys(BANK.ingredient_by_id, HOSTILE))
    sent = replace(sent, wave=HOSTILE, response_id=HOSTILE, survey=HOSTILE)
    made = report(sent, about, audience=audience)
    for html in (reports.as_html(made), reports.as_mail_html(made)):
        assert "<script" not in html
        assert "<img" not in html
        assert "{{7*7}}" in html
        assert HARMLESS in visible(html)
        assert not set("\u202e\x1b") & set(html)
    text = reports.as_text(made)
    assert not set("\u202e\x1b") & set(text)
    assert not set("\r\n\x1b") & set(made.subject)


def test_a_comment_cannot_forge_a_section_of_the_text() -> None:
    """Its lines are marked as quoted, whatever breaks it brings."""
    sent = submission(comments={"coproduction": "fine\n\nSummary\n-------\nAll is well\ud800"})
    text = reports.as_text(report(sent))
    assert "  > fine Summary ------- All is well\n" in text
    assert text.count("\nSummary\n-------\n") == 1
    text.encode()


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_fetched_or_run(state: str) -> None:
    """Self-contained: no script, image, style sheet or font from anywhere; no style attribute in the page."""
    page, mail = reports.as_html(STATES[state]), reports.as_mail_html(STATES[state])
    for html in (page, mail):
        assert not re.search(r"<(script|img|link|iframe|object|form|input|video|audio)\b|src=|url\(|@import", html)
        assert html.startswith('<!doctype html>\n<html lang="en">')
        assert '<meta name="robots" content="noindex">' in html
        assert html.count("<h1") == 1
    assert " style=" not in page
    assert " on" not in " ".join(re.findall(r"<[a-z][^>]*>", page)).replace(" one", "")
    assert "<svg" not in mail
    assert "<style" not in mail


def test_mail_stays_below_what_mail_programs_cut_off() -> None:
    """Gmail clips at 102 KB. Groups side by side are a file and no mail."""
    for name, made in STATES.items():
        if name in NEVER_MAILED:
            continue
        assert len(reports.as_mail_html(made).encode()) < 90_000, name


def test_bars_say_what_they_show() -> None:
    """Each drawing has a name and a description, and the figures stand in a table with headings."""
    page = reports.as_html(STATES["group"])
    assert len(re.findall(r'<svg class="bar" role="img" aria-labelledby="bar(2-\d)-name bar\1-text">', page)) == 5
    assert '<desc id="bar2-2-text">Not yet in place, 21 of 100, close to the band Early</desc>' in page
    assert "<caption>The same in figures</caption>" in page
    assert '<th scope="row" role="rowheader">Receptivity</th>' in page


def test_a_printed_mail_keeps_a_bar_with_its_label() -> None:
    """Name, bar and figures stand in one table row that no page break divides; so does every answer."""
    mail = reports.as_mail_html(STATES["group"])
    for ingredient in BANK.wordings["en"].ingredients.values():
        heading = mail.index(f">{ingredient.name}</h3>")
        opened = mail.rindex("<table", 0, heading)
        assert mail[opened:heading].count("page-break-inside:avoid") == 2
        assert "</table>" not in mail[opened:heading]
    assert mail.count('<tr style="page-break-inside:avoid;">\n<th scope="row"') == 35


def test_a_bank_without_words_still_gives_a_report() -> None:
    """Codes-only banks show their codes."""
    bare = replace(BANK, wordings={})
    sent = submission(comments={"coproduction": "x"})
    made = reports.build(bare, sent, score(sent, bare, ABOUT), ABOUT, audience="group", made_on=MADE_ON)
    for text in written(made).values():
        assert "coproduction" in text
        assert "not_yet, 21 of 100" in text


def test_an_own_bank_is_not_called_ours() -> None:
    """Its licence is cited under its own name, and our study is not cited for it."""
    own = replace(BANK, id="county-bank", sources={}, rules=(), wordings=BANK.wordings)
    sent = replace(submission(), bank="county-bank@1")
    text = reports.as_text(reports.build(own, sent, score(sent, own, ABOUT), ABOUT, audience="group", made_on=MADE_ON))
    assert "Cite the questions as: county-bank@1, CC BY 4.0." in text
    assert "Currie" not in text


ANSWERS = st.fixed_dictionaries(
    {}, optional={item.id: st.sampled_from([1, 2, 3, 4, 5, "dk", "na"]) for item in BANK.items.values()}
)
CONTEXT = st.fixed_dictionaries(
    {"notice": st.just("yes")},
    optional={q.id: st.sampled_from(q.codes) for q in BANK.context if q.id != "notice"},
)


@settings(max_examples=60, deadline=None)
@given(
    ANSWERS, CONTEXT, st.sampled_from(list(BANK.variants)), st.sampled_from(["group", "respondent", "recipients"]),
    st.sampled_from(["", "weak", "strong"]), st.sampled_from(["", "ends_within_12_months"]),
)  # fmt: skip
def test_every_submission_gives_a_report(
    answers: dict[str, int | str],
    context: dict[str, str],
    variant: str,
    audience: reports.Audience,
    view: str,
    funding: str,
) -> None:
    """Whatever was answered: no error, no unfilled gap, the same words three times, a JSON-safe language tag."""
    asked = BANK.variants[variant].items
    sent = replace(
        submission("", variant=variant),
        answers={item: code for item, code in answers.items() if item in asked},
        context=context,
    )
    made = report(sent, replace(INDIVIDUAL, external_view=view, funding=funding), audience=audience)
    ways = written(made)
    for words in said(made):
        flat = " ".join(words.split())
        assert all(flat in text for text in ways.values()), words
        assert not set("{}") & set(flat)
        assert flat == flat.strip()
    assert json.dumps(made.language) == '"en"'
    assert len({part.id for part in made.sections}) == len(made.sections)
