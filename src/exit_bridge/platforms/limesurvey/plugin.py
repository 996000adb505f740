"""Our LimeSurvey plugin as the ZIP that LimeSurvey's plugin page takes.

The plugin is PHP, in the folder `plugin`; `docs/platforms/limesurvey.md` says what it does.
"""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files

NAME = "ExitBridge"
"""The plugin's class, and the folder LimeSurvey keeps it in."""


def plugin_zip() -> bytes:
    """`ExitBridge.zip`. The same bytes wherever and whenever it is made: no clock, no owner, nothing compressed."""
    folder = files("exit_bridge.platforms.limesurvey") / "plugin"
    content = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith((".php", ".xml"))}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(content):
            # 1980 is the first year a ZIP knows. Stored, because compressors differ between machines.
            entry = zipfile.ZipInfo(f"{NAME}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content[name])
    return made.getvalue()
