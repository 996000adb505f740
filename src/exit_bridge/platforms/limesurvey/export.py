"""LimeSurvey's exports of responses, as CSV, XLSX and JSON. What each fact rests on is explained in the package.

run: files of the export page and of RemoteControl, 3.25.12, 5.6.8 and 6.14.0.

- Headings are codes, texts, texts cut after so many characters, or both; RemoteControl of 3 and 5 puts nothing between
  code and text. A row of an array is `code[code of the row]`, `code_code of the row` on request, or
  `text [text of the row]`. Texts, and in files with texts alone LimeSurvey's own headings too, are in the language of
  the export. Spaces in texts become `_` on request.
- `submitdate` has no value in rows that were not completed, and is 1980-01-01 where the survey keeps no dates.
- CSV puts every cell in quotation marks; 6 leaves the marks out where there is no value at all, 3 and 5 do not. JSON
  has null in all three, XLSX an empty cell in all three.
- Timings come after the questions, and only from the export page.
"""

from __future__ import annotations

from exit_bridge.bank import HIDDEN
from exit_bridge.platforms.base import ExportProfile, HeadingStyle, RowFilter

_OWN = ("id", "submitdate", "lastpage", "startlanguage")
_IN_WORDS = (
    ("response id", "date submitted", "last page", "start language"),
    ("id ymateb", "dyddiad cyflwyno", "tudalen olaf", "iaith dechrau"),
)
_KEPT_APART = ("seed", "startdate", "datestamp", "ipaddr", "refurl", "token")
_NAMES = "|".join((*_OWN, *_KEPT_APART))

_ROW = r"[A-Za-z][A-Za-z0-9]*\[(?P<code>[A-Za-z0-9]+)\]"
_TEXTS = (
    r".*\[(?P<text>[^\[\]]+)\]",
    r"(?P<text>.+)",
    r"(?:.* )?\[(?P<start>[^\[\]]+?)\.\. ?\]",
    r"(?P<start>[^\[\]]+?)\.\.",
)

STYLES = (
    HeadingStyle("codes", _OWN, (_ROW, r"(?:[A-Za-z][A-Za-z0-9]*_)?(?P<code>[A-Za-z0-9]+)")),
    HeadingStyle(
        "codes and texts",
        tuple(rf"{name}[^a-z0-9].*" for name in _OWN),
        (
            rf"{_ROW}.*",
            r"[A-Za-z][A-Za-z0-9]*_(?P<code>[A-Za-z][A-Za-z0-9]*)[^A-Za-z0-9].*",
            r"(?P<code>[A-Za-z][A-Za-z0-9]*)[^A-Za-z0-9].*",
        ),
    ),
    # Nothing tells where the code ends: a digit before a letter does, and what is known as a whole.
    HeadingStyle(
        "codes and texts run together",
        tuple(rf"{name}.+" for name in _OWN),
        (
            rf"{_ROW}.*",
            r"(?P<code>[a-z]+[0-9]+)[^a-z0-9].*",
            r"(?P<code>[a-z]+)(?P=code)",
            rf"(?P<code>{_NAMES})[^a-z].*",
            r"[a-z]+(?P<text>[^a-z].*)",
        ),
    ),
    *(HeadingStyle("texts", names, _TEXTS) for names in _IN_WORDS),
    *(
        HeadingStyle("texts with _ for spaces", tuple(name.replace(" ", "_") for name in names), _TEXTS, space="_")
        for names in _IN_WORDS
    ),
)

PROFILE = ExportProfile(
    detect=None,
    styles=STYLES,
    metadata={
        "response_id": (*(names[0] for names in _IN_WORDS), "id"),
        "submitted_at": (*(names[1] for names in _IN_WORDS), "submitdate"),
        "language": (*(names[3] for names in _IN_WORDS), "startlanguage"),
        **{name: (name,) for name in HIDDEN},
    },
    filters=(RowFilter("submitted_at", keep=None, reason="partial", absent_ok=False),),
    drop=(
        *_KEPT_APART,
        "lastpage",
        *(names[2] for names in _IN_WORDS),
        *("date started", "date last action", "dyddiad cychwyn", "dyddiad y weithred ddiwethaf"),
        *("ip address", "referrer url", "access code"),
        *("firstname", "lastname", "email", "first name", "last name", "email address"),
    ),
    # Scores that were written back, and seconds spent on questions.
    drop_like=("score[a-z]+", "[a-z0-9]+time[0-9]*", "(total|group|question) time.*"),
    strip_leading="'",
    placeholders=("1980-01-01 00:00:00",),
    before_id=("form",),
    null_not_shown=True,
)
