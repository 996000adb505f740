"""The pictures of the pages: `python docs/pictures.py [DIR]`, from the demo's made-up answers, by Debian's chromium.

Needs `pip install -e '.[dev]'` and the Debian package chromium.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from exit_bridge.cli import main as exit_bridge

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"

PICTURES = {
    "report": ("alone/demo-typeform/*/report.html", 1000, 1250),
    "groups": ("team/groups/report.html", 1000, 1500),
    "team": ("team/team-autumn/report.html", 1000, 1750),
    "leader": ("team/team-autumn/facilitator.html", 1000, 1150),
    "next": ("team/next/next.html", 1000, 900),
    "since": ("team/team-autumn/report.html#since", 1000, 760),
    "phone": ("team/team-autumn/report.html", 390, 1400),
}
"""Name -> page of the demo and the section to begin with, width and height in pixels."""


def take(folder: Path) -> list[Path]:
    """Make every picture anew; where they are."""
    from playwright.sync_api import sync_playwright

    taken = []
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        for name, flags in (("alone", []), ("team", ["--team"])):
            try:
                exit_bridge(["demo", *flags, "--out", str(Path(work) / name)])
            except SystemExit as ended:
                if ended.code:
                    raise
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, (place, width, height) in PICTURES.items():
            pattern, _, part = place.partition("#")
            (file,) = Path(work).glob(pattern)
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(file.as_uri())
            top = page.locator(f"#{part}").bounding_box()["y"] if part else 0
            taken.append(folder / f"{name}.png")
            clip = {"x": 0, "y": top, "width": width, "height": height}
            page.screenshot(path=taken[-1], clip=clip, full_page=True)
            page.close()
        browser.close()
    return taken


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pictures"
    target.mkdir(exist_ok=True)
    for path in take(target):
        print(path)
