"""`demo --team`: three partners' sheets side by side, and a team of fourteen in two rounds, in every format."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exit_bridge.errors import ExitBridgeError

if TYPE_CHECKING:
    from exit_bridge.bank import About
    from exit_bridge.bridge import Bridge
    from exit_bridge.intake import Submission
    from exit_bridge.settings import Survey
    from exit_bridge.settings_waves import WaveSettings
    from exit_bridge.store.store import Store

SECRET = "made-up-and-never-used-outside-this-demo"  # noqa: S105 (nothing listens)


def demo_team(out: Path) -> None:
    """Write everything into `out`: groups, both rounds of the team, and the page for everybody who answered."""
    from exit_bridge.cli import demo_team_answers as made_up
    from exit_bridge.cli.compare import sheet_files, sheets_of
    from exit_bridge.cli.team import team_files, write_files
    from exit_bridge.closing import close, document_of, next_report, report_on
    from exit_bridge.intake import from_document
    from exit_bridge.reports import as_html, as_pdf, as_text, sides
    from exit_bridge.store import open_store

    pdf, now = find_spec("typst") is not None, datetime.now(UTC)
    click.echo("exit-bridge demo --team: reports that a team acts on. All answers are made up.\n")
    with tempfile.TemporaryDirectory() as work, open_store(f"sqlite:///{Path(work) / 'demo.sqlite3'}") as store:
        store.upgrade()
        through, groups, team = _bridge(Path(work), store)
        _take(through, groups, made_up.sheets(groups.bank))
        sheets = sheets_of(
            (from_document(one.document) for one in store.submissions(groups.name)), groups.bank, groups.about, 2, ()
        )
        made = sides.build(groups.bank, sheets, groups.about, language="en", made_on=now.date())
        heads = [sheet.name for sheet in sheets]
        write_files(out / "groups", sheet_files(made, sheets, heads, groups.bank, now.date(), pdf=pdf))
        _tell(out / "groups", f"{len(sheets)} partner organisations, each with one sheet it agreed on, side by side")
        for name, days in zip(made_up.ROUNDS, (200, 1), strict=True):
            _take(through, team, made_up.people(team.bank, name))
            closed = close(through, team, name, now=now - timedelta(days=days))
            made, shown = report_on(through, team, name)
            write_files(out / f"team-{name}", team_files(made, document_of(shown), pdf=pdf))
            beside = ", beside the round before" if days == 1 else ""
            _tell(out / f"team-{name}", f"{closed.picture['n']} people, each alone, the round “{name}” closed{beside}")
        made = next_report(through, team, made_up.ROUNDS[-1])
        texts = {"next.html": as_html(made).encode(), "next.txt": as_text(made).encode()}
        write_files(out / "next", texts | ({"next.pdf": as_pdf(made, now.date())} if pdf else {}))
        _tell(out / "next", "what you told us, what happens next, by when: one page for everybody who answered")
    click.echo("\nOpen report.html in each folder; facilitator.html is one page for whoever leads the meeting.")
    if not find_spec("typst"):
        click.echo('For PDFs too, in the repository of exit-bridge: pip install ".[pdf]"')


def _tell(folder: Path, what: str) -> None:
    click.echo(f"  {folder}\n      {what}\n      {', '.join(sorted(path.name for path in folder.iterdir()))}")


def _bridge(work: Path, store: Store) -> tuple[Bridge, Survey, Survey]:
    from exit_bridge.bridge import Bridge
    from exit_bridge.cli import demo_team_answers as made_up
    from exit_bridge.settings import Settings
    from exit_bridge.settings_waves import WaveSettings

    said = WaveSettings(made_up.ROUNDS[-1], None, made_up.STATEMENT, *made_up.PROMISE)
    groups = _survey("demo-groups", replace(made_up.about(), answered_by="group"), {})
    team = _survey("demo-team", made_up.about(), {said.name: said})
    settings = Settings(
        path=work / "exit-bridge.toml",
        database="",
        spool=work / "spool",
        public_url="",
        quarantine_days=1,
        email=None,
        surveys={survey.name: survey for survey in (groups, team)},
    )
    return Bridge(settings, store), groups, team


def _survey(name: str, about: About, waves: Mapping[str, WaveSettings]) -> Survey:
    from exit_bridge.bank import DEFAULT_BANK
    from exit_bridge.settings import Survey

    return Survey(
        name=name,
        platform="generic",
        bank_source=DEFAULT_BANK,
        wordings=(),
        variant="full",
        languages=("en",),
        wave="",
        auth="path",
        secrets=(SECRET,),
        about=about,
        send={},
        on_edit="update",
        reply_scores=False,
        waves=waves,
    )


def _take(through: Bridge, survey: Survey, sent: Iterable[Submission]) -> None:
    """Each goes the whole way: as a delivery of another tool, decoded, checked against its schema, scored, kept."""
    from exit_bridge.platforms.base import Delivery

    for one in sent:
        body = {
            "response_id": one.response_id,
            "variant": one.variant,
            "wave": one.wave,
            "context": dict(one.context),
            "answers": dict(one.answers),
            "comments": dict(one.comments),
            **({"sheet": one.sheet} if one.sheet else {}),
        }
        delivery = Delivery(json.dumps(body).encode(), {"content-type": "application/json"}, SECRET)
        (outcome,) = through.receive(survey.name, delivery)
        if outcome.status != "accepted":
            raise ExitBridgeError(f"A made-up submission was {outcome.status}", where=one.response_id)
