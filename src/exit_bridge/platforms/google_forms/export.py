"""The response sheet, and the CSV that Google Forms or a spreadsheet program makes of it."""

from __future__ import annotations

from exit_bridge.platforms.base import ExportProfile

# seen: `Timestamp`, also in a Spanish form; in programs that read such sheets French, Spanish, Italian, Dutch,
# Portuguese, Polish and Swedish. believed: Welsh, German, Danish, Finnish.
_TIME = (
    "timestamp", "stamp amser", "horodateur", "zeitstempel", "marca temporal", "informazioni cronologiche",
    "tijdstempel", "carimbo de data/hora", "sygnatura czasowa", "tidstämpel", "tidsstempel", "aikaleima",
)  # fmt: skip

# seen: the first two. believed: the others. Google puts an address second or last, where a form collects one.
_ADDRESS = (
    "email address", "username", "email", "cyfeiriad e-bost", "cyfeiriad ebost", "adresse e-mail", "e-mail-adresse",
    "dirección de correo electrónico", "indirizzo email", "e-mailadres", "endereço de e-mail", "adres e-mail",
)  # fmt: skip

EXPORT = ExportProfile(
    detect=(_TIME[0],),
    detect_also=tuple((heading,) for heading in _TIME[1:]),
    metadata={"submitted_at": _TIME},
    drop=_ADDRESS,
    # believed: of forms that were made as a quiz.
    drop_like=("score", r".* \[(score|feedback)\]"),
    local_times=True,
)
