"""A survey written down: LimeSurvey's tab-separated `.txt`, and its `.lss` in XML. Both hold all languages.

run: each file is imported unchanged by 3.25, 5.6 and 6.14, and the surveys are the same code by code.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any
from xml.etree import ElementTree as ET

from exit_bridge.platforms.limesurvey.form import Asked, Group, Survey

# src: the columns that the importer knows; any other column of a question's row is an attribute of it.
COLUMNS = ("class", "type/scale", "name", "relevance", "text", "help", "language", "validation", "mandatory", "default")
ATTRIBUTES = ("hidden", "hide_tip")

DB_VERSION = "359"
"""run: a structure that LimeSurvey 3, 5 and 6 all read. That of 4 and later (400 and above) is refused by 3."""

Row = dict[str, str]


def tsv(survey: Survey) -> bytes:
    """UTF-8 with a byte order mark, as LimeSurvey writes it itself."""
    out = io.StringIO()
    table = csv.DictWriter(out, (*COLUMNS, *ATTRIBUTES), delimiter="\t", lineterminator="\n", restval="")
    table.writeheader()
    table.writerows(_rows(survey))
    return out.getvalue().encode("utf-8-sig")


def _rows(survey: Survey) -> Iterator[Row]:
    settings = {
        "sid": str(survey.number),
        "language": survey.languages[0],
        "additional_languages": " ".join(survey.languages[1:]),
        **survey.settings,
    }
    yield from ({"class": "S", "name": name, "text": value} for name, value in settings.items() if value)
    for language, words in survey.words.items():
        yield from ({"class": "SL", "name": name, "text": text, "language": language} for name, text in words.items())
    for language in survey.languages:
        for group in survey.groups:
            yield _group(group, language)
            for question in group.questions:
                yield from _question(question, language)


def _group(group: Group, language: str) -> Row:
    return {
        "class": "G",
        "type/scale": group.key,
        "name": group.titles[language],
        "text": group.intros[language],
        "relevance": group.relevance,
        "language": language,
    }


def _question(question: Asked, language: str) -> Iterator[Row]:
    yield {
        "class": "Q",
        "type/scale": question.kind,
        "name": question.code,
        "relevance": "1",
        "text": question.texts.get(language, ""),
        "help": question.help.get(language, ""),
        "language": language,
        "validation": question.validation,
        "mandatory": "Y" if question.mandatory else "N",
        "default": question.default,
        **question.attributes,
    }
    for option in question.options:
        yield {
            "class": "A",
            "type/scale": "0",
            "name": option.code,
            "text": option.texts[language],
            "language": language,
        }


def lss(survey: Survey) -> bytes:
    """XML with one row for each language of a thing, in the structure that all three versions read."""
    document = ET.Element("document")
    ET.SubElement(document, "LimeSurveyDocType").text = "Survey"
    ET.SubElement(document, "DBVersion").text = DB_VERSION
    languages = ET.SubElement(document, "languages")
    for language in survey.languages:
        ET.SubElement(languages, "language").text = language
    for name, rows in _tables(survey).items():
        table = ET.SubElement(ET.SubElement(document, name), "rows")
        for row in rows:
            element = ET.SubElement(table, "row")
            for column, value in row.items():
                ET.SubElement(element, column).text = str(value)
    ET.indent(document, " ")
    written: bytes = ET.tostring(document, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _tables(survey: Survey) -> dict[str, list[dict[str, Any]]]:
    sid, numbers = survey.number, count(1)
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("answers", "groups", "questions", "question_attributes", "defaultvalues")
    }
    for order, group in enumerate(survey.groups, 1):
        gid = next(numbers)
        about = {"gid": gid, "sid": sid, "group_order": order, "grelevance": group.relevance}
        tables["groups"] += _each(survey, about, group_name=group.titles, description=group.intros)
        for place, question in enumerate(group.questions, 1):
            _add(tables, survey, question, {"sid": sid, "gid": gid, "question_order": place}, numbers)
    own = {"sid": sid, "language": survey.languages[0], "additional_languages": " ".join(survey.languages[1:])}
    words = [
        {"surveyls_survey_id": sid, "surveyls_language": language, **texts} for language, texts in survey.words.items()
    ]
    return {**tables, "surveys": [{**own, **survey.settings}], "surveys_languagesettings": words}


def _add(
    tables: dict[str, list[dict[str, Any]]], survey: Survey, question: Asked, place: Row | dict[str, Any], numbers: Any
) -> None:
    qid = next(numbers)
    about = {
        **place,
        "qid": qid,
        "parent_qid": 0,
        "type": question.kind,
        "title": question.code,
        "preg": question.validation,
        "other": "N",
        "mandatory": "Y" if question.mandatory else "N",
        "relevance": 1,
        "scale_id": 0,
        "same_default": 0,
    }
    tables["questions"] += _each(survey, about, question=question.texts, help=question.help)
    for order, option in enumerate(question.options, 1):
        row = {"qid": qid, "code": option.code, "sortorder": order, "assessment_value": 0, "scale_id": 0}
        tables["answers"] += _each(survey, row, answer=option.texts)
    tables["question_attributes"] += [
        {"qid": qid, "attribute": name, "value": value} for name, value in question.attributes.items()
    ]
    if question.default:
        default = {"qid": qid, "scale_id": 0, "sqid": 0, "specialtype": "", "defaultvalue": question.default}
        tables["defaultvalues"] += _each(survey, default)


def _each(survey: Survey, about: Mapping[str, Any], **texts: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    """The same row once for each language, with its words in that language."""
    for language in survey.languages:
        yield {**about, "language": language, **{name: words.get(language, "") for name, words in texts.items()}}
