"""The workbook of answers, and the CSV that people save from it."""

from __future__ import annotations

from exit_bridge.platforms.base import ExportProfile

# seen in ten repositories: the English names, lower-cased here. believed: those of other languages. Each says
# in this order: when it was begun, when it was sent, address, name, when it was last changed (in newer files).
_FIXED = (
    ("start time", "completion time", "email", "name", "last modified time"),
    ("amser cychwyn", "amser cwblhau", "e-bost", "enw", "amser addasu diwethaf"),
    ("heure de début", "heure de fin", "adresse de messagerie", "nom", "heure de la dernière modification"),
    ("startzeit", "fertigstellungszeit", "e-mail", "name", "zeitpunkt der letzten änderung"),
    ("hora de inicio", "hora de finalización", "correo electrónico", "nombre", "hora de la última modificación"),
    ("ora di inizio", "ora di completamento", "posta elettronica", "nome", "ora dell'ultima modifica"),
    ("begintijd", "tijd van voltooien", "e-mail", "naam", "tijd van laatste wijziging"),
    ("hora de início", "hora de conclusão", "email", "nome", "hora da última modificação"),
    ("godzina rozpoczęcia", "godzina ukończenia", "adres e-mail", "nazwa", "godzina ostatniej modyfikacji"),
    ("starttid", "slutförandetid", "e-post", "namn", "tid för senaste ändring"),
)

_FIRST, *_OTHERS = (("id", started, sent) for started, sent, *_ in _FIXED)

EXPORT = ExportProfile(
    detect=_FIRST,
    detect_also=tuple(_OTHERS),
    metadata={"response_id": ("id",), "submitted_at": tuple(sent for _, sent, *_ in _FIXED)},
    # Who answered, and when they began or changed it. "anonymous" stands there at best.
    drop=tuple({name for started, _, *rest in _FIXED for name in (started, *rest)}),
    # believed: of forms that were made as a quiz.
    drop_like=("total points", "quiz feedback", "(points|feedback) - .*", "grade posted time"),
    # seen: a question called Name is `Name2`, because the sheet is a table with a column of that name already.
    numbered_headings=True,
    # seen: `8/20/25 12:51:45` and `9/9/26 18:01` in CSV, as the spreadsheet program of whoever saved it shows them.
    local_times=True,
)
