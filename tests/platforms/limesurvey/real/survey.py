"""A small survey in the shape of ours: an item in an array, one in a list, one that is not shown, a comment."""

from __future__ import annotations

import csv
import io

_COLUMNS = ("class", "type/scale", "name", "relevance", "text", "language", "mandatory")
_LEVELS = (("1", "Never"), ("2", "Rarely"), ("3", "Sometimes"), ("4", "Often"), ("5", "Always"))


def survey(**settings: str) -> bytes:
    """The survey as LimeSurvey's tab-separated file, in English and Welsh; `settings` overrule its own."""
    ours = {
        "sid": "614001",
        "language": "en",
        "additional_languages": "cy",
        "format": "A",
        "anonymized": "N",
        "datestamp": "Y",
        "ipaddr": "Y",
        "refurl": "Y",
        "showwelcome": "N",
        "showsurveypolicynotice": "0",
        "alloweditaftercompletion": "N",
        **settings,
    }
    written = io.StringIO()
    rows = csv.writer(written, delimiter="\t", lineterminator="\n")
    rows.writerow(_COLUMNS)
    rows.writerows(("S", "", name, "", value) for name, value in ours.items())
    rows.writerow(("SL", "", "surveyls_title", "", "What helps this work last?", "en"))
    rows.writerow(("SL", "", "surveyls_title", "", "Beth sy'n helpu?", "cy"))
    for language in ("en", "cy"):
        rows.writerow(("G", "G0", "Receptivity", "1", "", language))
        _question(rows, language, "notice", "I have read the notice", "L", (("yes", "Yes"), ("no", "No")))
        _question(rows, language, "qrec01", "Time is protected", "F", _LEVELS, row="rec01")
        _question(rows, language, "rec03", "How is it paid for?", "L", _LEVELS)
        _question(rows, language, "qrec04", "Only after 'always'", "F", _LEVELS, row="rec04", shown='rec03.NAOK == "5"')
        _question(rows, language, "commentreceptivity", "Anything else?", "T", ())
    return ("\ufeff" + written.getvalue()).encode()


def _question(rows, language, code, text, kind, options, row="", shown="1"):
    rows.writerow(("Q", kind, code, shown, text, language, "N"))
    if row:
        rows.writerow(("SQ", "0", row, "", text, language))
    rows.writerows(("A", "0", option, "", label, language) for option, label in options)
