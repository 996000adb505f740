#!/usr/bin/env python3
"""Fill the generated parts of README.md and the pages in docs/ from the code and the question bank.

A part stands between `<!-- generated: NAME -->` and `<!-- end generated -->`. `--check` changes nothing and exits with
1 when a part is stale. The same code and bank always give the same bytes.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end generated -->)", re.DOTALL)
COMMAND = "python docs/generate.py"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; a bar inside a cell is written so that it stays inside."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(text: object) -> str:
    """Text as code."""
    return f"`{text}`"


def codes(texts: Sequence[object]) -> str:
    """Several texts as code."""
    return ", ".join(map(code, texts))


def either(texts: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    return " or ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))


# -- platforms -------------------------------------------------------------------------------------------------------


def platforms() -> str:
    """The survey tools of this package and what each can do."""
    from exit_bridge.platforms import BUILT_IN, platform

    rows = []
    for tool in map(platform, BUILT_IN):
        faces = ["yes" if face in tool.faces else "" for face in ("form", "delivery", "export", "api")]
        name = f"[{tool.title}](docs/platforms/{tool.name}.md)"
        rows.append([name, code(tool.name), *faces, ", ".join(tool.schemes), tool.evidence])
    head = ["Survey tool", "Name", "Form", "Webhook", "Export", "API", "Ways to prove a delivery", "Rests on"]
    return table(head, rows)


# -- recorded files --------------------------------------------------------------------------------------------------


def payloads() -> str:
    """How many recorded cases of each tool rest on what, and then each of them."""
    from exit_bridge.platforms import BUILT_IN, platform
    from exit_bridge.testing.provenance import KINDS, provenance

    counted, parts = [], []
    for tool in map(platform, BUILT_IN):
        path = ROOT / "tests" / "platforms" / tool.name / "recorded" / "PROVENANCE.md"
        if not path.is_file():  # the checklist asks for it; the other pages can be made meanwhile
            continue
        rows = provenance(path.read_text("utf-8"))
        cases = [sum(len(row.cases) for row in rows if row.kind == kind) for kind in KINDS]
        counted.append([f"[{tool.title}](platforms/{tool.name}.md)", *(number or "" for number in cases), sum(cases)])
        told = table(["Case", "What it holds", "Rests on"], [[codes(row.cases), row.holds, row.source] for row in rows])
        parts.append(f"## {tool.title}\n\n{told}")
    return "\n\n".join([table(["Survey tool", *KINDS, "In all"], counted), *parts])


# -- the command line ------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups before their members."""
    from exit_bridge.cli import COMMANDS, cli

    yield "exit-bridge", cli
    for name in COMMANDS:
        yield from _below(f"exit-bridge {name}", cli.get_command(None, name))  # type: ignore[arg-type]


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for inner, member in getattr(command, "commands", {}).items():
        yield from _below(f"{name} {inner}", member)


def cli() -> str:
    """Every command with its arguments and options, from the same words as `--help`."""
    parts = []
    for name, command in commands():
        arguments = [p for p in command.params if p.param_type_name == "argument" and not getattr(p, "hidden", False)]
        options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
        usage = " ".join([name, *(["[OPTIONS]"] if options else []), *map(_argument, arguments)])
        if hasattr(command, "commands") or name == "exit-bridge":
            usage += " COMMAND"
        parts += [f"## {name}", _help(command.help), f"```text\n{usage}\n```"]
        if options:
            parts.append(table(["Option", "What it does"], [[code(_option(o)), _about(o)] for o in options]))
    return "\n\n".join(parts)


def _help(text: str) -> str:
    paragraphs = inspect.cleandoc(text).replace("\b\n", "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _argument(argument: Any) -> str:
    name = (argument.metavar or argument.name.upper()).strip("[].")
    name = f"{name}..." if argument.nargs == -1 else name
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if option.is_flag or option.count:
        return names
    choices = getattr(option.type, "choices", None)
    value = option.metavar or ("|".join(map(str, choices)) if choices else option.type.name.upper())
    return f"{names} {value}"


def _about(option: Any) -> str:
    said = [" ".join((option.help or "").split())]
    if option.show_default and option.default is not None and not option.is_flag:
        said.append(f"Default: `{option.default}`.")
    if option.envvar and option.show_envvar:
        said.append(f"Also read from `${option.envvar}`.")
    if option.multiple:
        said.append("May be given several times.")
    if option.required:
        said.append("Required.")
    return " ".join(filter(None, said))


# -- settings --------------------------------------------------------------------------------------------------------


def settings() -> str:
    """Every setting, from the schema the file is checked with."""
    from exit_bridge.settings import settings_schema

    schema = settings_schema()
    survey = schema["properties"]["surveys"]["additionalProperties"]
    sections = [
        ("At the top", "", schema),
        *(
            (f'[email] by = "{way["properties"]["by"]["const"]}"', "email", way)
            for way in schema["properties"]["email"]["oneOf"]
        ),
        ("[http]", "http", schema["properties"]["http"]),
        ("[surveys.NAME]", "surveys", survey),
        ("[surveys.NAME.about]", "about", survey["properties"]["about"]),
        ("[[surveys.NAME.waves]]", "waves", survey["properties"]["waves"]["items"]),
        ("[surveys.NAME.api]", "api", survey["properties"]["api"]),
    ]
    sections += [
        (f'[[surveys.NAME.send]] by = "{way["properties"]["by"]["const"]}"', "send", way)
        for way in survey["properties"]["send"]["items"]["oneOf"]
    ]
    return "\n\n".join(_section(*section) for section in sections)


def _section(title: str, key: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", [])
    rows = [
        [
            code(name),
            _value(row) + (", required" if name in required else ""),
            row.get("description", "Which way out this is."),
        ]
        for name, row in schema["properties"].items()
        if row.get("type") != "object"
    ]
    said = {"": "", "surveys": schema["description"], "send": schema["description"]}.get(key, schema["description"])
    return "\n\n".join(filter(None, [f"## {title}", said, table(["Setting", "Value", "Meaning"], rows)]))


def _value(row: Mapping[str, Any]) -> str:
    if "const" in row:
        return code(f'"{row["const"]}"')
    if "enum" in row:
        return either([code(f'"{value}"') for value in row["enum"]])
    if row.get("pattern", "").startswith(r"^\$"):
        return code('"$NAME"')
    match row.get("type"):
        case "array" if "oneOf" in row["items"]:
            return "tables, see below"
        case "array":
            return f"list of {_value(row['items'])}"
        case "boolean":
            return "`true` or `false`"
        case "integer":
            return f"{row['minimum']} to {row['maximum']}"
        case _:
            return "text"


# -- errors ----------------------------------------------------------------------------------------------------------


def errors() -> str:
    """Every error with its exit code and its HTTP status."""
    from exit_bridge import errors as module

    rows = [
        [code(name), cls.exit_code, cls.http_status, " ".join((cls.__doc__ or "").split("\n\n")[0].split())]
        for name, cls in vars(module).items()
        if inspect.isclass(cls) and issubclass(cls, module.ExitBridgeError)
    ]
    return table(["Error", "Exit code", "HTTP", "What it is"], rows)


# -- the web service -------------------------------------------------------------------------------------------------


def endpoints() -> str:
    """Every path and method with the statuses it may answer with."""
    from exit_bridge.openapi import description

    rows = [
        [code(f"{method.upper()} {path}"), operation["summary"], ", ".join(operation["responses"])]
        for path, item in description()["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]
    return table(["Request", "What it does", "HTTP"], rows)


def statuses() -> str:
    """What can become of one submission."""
    from exit_bridge.openapi import STATUSES

    return table(["`status`", "What it means"], [[code(status), meaning] for status, meaning in STATUSES.items()])


def proofs() -> str:
    """The headers of each way to prove a delivery."""
    from exit_bridge.openapi import proofs as known

    rows = [[tool.title, code(f'auth = "{mode}"'), codes(headers)] for tool, mode, headers in known()]
    return table(["Survey tool", "Setting", "Headers, all of them"], rows)


# -- the question bank -----------------------------------------------------------------------------------------------


def bank() -> str:
    """What the shipped bank asks: ingredients and variants."""
    found, words = _bank()
    rows = []
    for ingredient in found.ingredients:
        named = words.ingredients[ingredient.id]
        more = len(ingredient.items) - len(ingredient.core)
        rows.append([named.name, named.question, len(ingredient.core), more])
    ingredients = table(["Ingredient", "The question behind it", "Items", "Extension items"], rows)
    variants = table(
        ["Variant", "Items", "Open questions", "Scores"],
        [[code(v.id), len(v.items), len(v.comments), "yes" if v.scored else "no"] for v in found.variants.values()],
    )
    return f"{ingredients}\n\n{variants}"


def thresholds() -> str:
    """Every cut-off that decides what a report says."""
    score = import_module("exit_bridge.scoring.score")
    found, words = _bank()
    reading = found.reading
    bands = [band.start for band in found.bands] + [100]
    rows: list[list[object]] = [
        [f"Band “{words.bands[band.id]}”", f"{start:g} up to {'and with 100' if end == 100 else f'below {end:g}'}"]
        for band, start, end in zip(found.bands, bands, bands[1:], strict=False)
    ]
    rows += [
        ["Asks for attention, and is listed as a priority", f"below {reading.low:g}"],
        ["May be called a strength", f"{reading.strength:g} or more"],
        [
            "Joint weakest, or furthest along",
            f"within {reading.joint_weakest:g} points of the lowest, or of the highest",
        ],
        ["Something stands out", f"{reading.stands_out:g} points or more between highest and lowest"],
        ["Fewest scored ingredients before anything is called weakest", score.FEWEST_SCORED],
        ["Most notes in a report", score.MOST_NOTES],
        ["Most actions in a report", score.MOST_ACTIONS],
    ]
    return table(["What", "Cut-off"], rows)


def emphasis() -> str:
    """Which ingredient matters when, with the evidence for each cell."""
    from exit_bridge.bank import STAGES

    found, words = _bank()
    rows = []
    for ingredient in found.ingredients:
        at = [found.emphasis_at(stage)[ingredient.id] for stage in STAGES]
        rows.append([words.ingredients[ingredient.id].name, *(f"{cell.weight} ({cell.strength})" for cell in at)])
    return table(["Ingredient", *(stage.capitalize() for stage in STAGES)], rows)


def rules() -> str:
    """Every rule with its condition in words."""
    found, _ = _bank()
    rows = [
        [code(rule.id), rule.priority, _condition(rule.when), codes(rule.silences), _claims(rule.claim)]
        for rule in found.rules
    ]
    return table(["Rule", "Priority", "Fires when", "Silences", "Claim rests on"], rows)


def _condition(when: Mapping[str, Any]) -> str:
    _, words = _bank()
    match when:
        case {"all": parts}:
            return "; and ".join(_condition(part) for part in parts)
        case {"any": parts}:
            return "any of: " + ", ".join(_condition(part) for part in parts)
        case {"exactly_one": parts}:
            return "exactly one of: " + ", ".join(_condition(part) for part in parts)
        case {"stage": stages}:
            return f"stage is {either(stages)}"
        case {"about": name, "is": values}:
            return f"{code(name)} is {either([code(value) for value in values])}"
        case {"score": ingredient, **limits}:
            return f"{words.ingredients[ingredient].name} {_limits(limits)}"
        case {"value": item, **limits}:
            return f"{code(item)} {_limits(limits)}"
        case {"dont_know": _, "at_least": least}:
            return f"{least} or more “don't know” on one ingredient"
        case {"lowest": ingredient, "by_more_than": distance}:
            return f"{words.ingredients[ingredient].name} is lowest by more than {distance:g}"
    raise AssertionError(f"a condition without words: {when}")


def _limits(limits: Mapping[str, float]) -> str:
    words = {"at_least": "at least", "at_most": "at most", "below": "below"}
    return " and ".join(f"{said} {limits[name]:g}" for name, said in words.items() if name in limits)


def _claims(evidence: Sequence[Any]) -> str:
    return ", ".join(f"[{claim.source}](evidence.md#sources) {claim.strength}" for claim in evidence)


def sources() -> str:
    """What the bank rests on and what of it was read."""
    found, words = _bank()
    used = [e.source for rows in (found.items.values(), found.actions) for row in rows for e in row.evidence]
    used += [claim.source for rule in found.rules for claim in rule.claim]
    head = ["Key", "Work", "What we read of it", "Used"]
    rows = [[code(s.key), f"[{s.title}]({s.link})", s.seen, used.count(s.key)] for s in found.sources.values()]
    about = (
        f"Question bank {code(found.ref)}, licence {found.licence}. Structure fingerprint {code(found.fingerprint)}, "
        f"English wording fingerprint {code(words.fingerprint)}."
    )
    return f"{about}\n\n{table(head, rows)}"


def evidence() -> str:
    """Per ingredient every item and action, and then every rule, with what supports it."""
    found, words = _bank()
    parts = []
    for ingredient in found.ingredients:
        named = words.ingredients[ingredient.id]
        items = []
        for item in ingredient.items:
            marks = [
                item.kind,
                *([] if item.core else ["extension"]),
                *(["reverse-keyed"] if item.reverse_keyed else []),
            ]
            when = f"{item.starts}{', about the past' if item.history else ''}"
            items.append(
                [code(item.id), words.items[item.id].text, ", ".join(marks), item.level, when, _support(item.evidence)]
            )
        actions = [
            [code(action.id), words.actions[action.id].what, codes(action.items), _support(action.evidence)]
            for action in found.actions
            if action.ingredient == ingredient.id
        ]
        parts += [
            f"## {named.name}",
            f"{named.question} {named.summary}",
            table(["Item", "Statement or question", "Kind", "Level", "From", "Rests on"], items),
            table(["Action", "What to put in place", "Answers", "The idea rests on"], actions),
        ]
    notes = []
    for rule in found.rules:
        said = words.rules[rule.id]
        notes.append([code(rule.id), f"{said.claim} {said.advice}", _support(rule.claim), rule.trigger])
    parts += ["## Notes", table(["Rule", "Claim and advice", "Claim rests on", "Cut-off"], notes)]
    return "\n\n".join(parts)


def _support(evidence: Sequence[Any]) -> str:
    return ", ".join(f"{claim.source} {claim.strength}" for claim in evidence)


def _bank() -> tuple[Any, Any]:
    from exit_bridge.bank import load_bank

    found = load_bank()
    return found, found.wordings["en"]


# -- data protection -------------------------------------------------------------------------------------------------

FIELDS = {
    "schema_version": "number of this list's format",
    "survey": "name of the survey in the settings",
    "platform": "name of the survey tool",
    "response_id": "the tool's own id of the response: whoever has access to the tool can look up the person there",
    "revision": "number of an edit, where the tool gives one",
    "submitted_at": "when it was sent, as the tool says",
    "language": "language of the form",
    "respondent_key": "keyed hash of the id in a personal link, where the form carries one and `install_key` is set; "
    "the same person has the same hash in every round",
    "sheet": "name of the group, where several groups fill in the same form; never kept of individuals",
    "variant": "which form",
    "wave": "name of the round",
    "bank": "id and version of the questions",
    "context": "answers to the questions on the person and the work: {context}",
    "answers": "answers to the statements: a number, “don't know” or “does not apply”",
    "not_asked": "which statements the form left out",
    "comments": "what the person wrote in their own words, by ingredient",
}
"""What each field of a stored submission holds. A field without words here stops the generator."""

KEPT = {
    "submission": ("one row a response: survey, the tool's response id, a random result id", "{retain_days}"),
    "version": ("the submission as above and the scores from it, once for each edit", "{retain_days}"),
    "job": ("one row for each report to be sent: to which destination, its state and times", "{retain_days}"),
    "attempt": ("when a send was tried and how it ended, in technical words", "as the job"),
    "quarantine": ("a delivery that was proved but could not be read, **whole**, and why", "{quarantine_days}"),
    "tally": (
        "how many declined, stopped half-way, tested, were forgotten or got no report: numbers",
        "for ever",
    ),
    "pull": ("up to which number a tool's API was asked for responses, and which were not finished there", "for ever"),
    "snapshot": (
        "a closed round's team report: figures over five people or more, and numbers of the submissions behind them",
        "for ever",
    ),
    "revoked": ("until when links to a report, by its random result id, were taken back", "for ever"),
    "trouble": ("which destination keeps failing: nothing about a person", "until it works again"),
    "mailed": ("keyed hash of an address that got its own report, to count mails a day", "a day"),
}
"""By table of the database: what it holds, and until when. A table without words here stops the generator."""


def fields() -> str:
    """Every field of a stored submission, from the schema that it must fit."""
    from exit_bridge.intake import submission_schema

    found, words = _bank()
    asked = "; ".join(words.context[q.id].text.rstrip("?.") if q.id in words.context else q.id for q in found.context)
    schema = submission_schema(found)
    rows = [
        [code(name), FIELDS[name].format(context=asked), "always" if name in schema["required"] else "if there is one"]
        for name in schema["properties"]
    ]
    return table(["Field", "What it holds", "When"], rows)


def retention() -> str:
    """Every table of the database and every folder, with what ends it."""
    from exit_bridge.store.tables import metadata

    timers = {name: _timer(name, row) for name, row in _settings_rows().items() if name.endswith("_days")}
    rows = [
        [f"database, {code(each.name)}", KEPT[each.name][0], KEPT[each.name][1].format_map(timers)]
        for each in metadata.sorted_tables
    ]
    rows += [
        ["database, in `job`", "a person's own address, for their own report",
         "until the mail is sent; where it cannot be, " + timers["quarantine_days"]],
        ["spool folder", "a delivery that came while the database was away, **whole**",
         "until the database is back; a damaged one, or one whose survey is no longer in the settings, "
         + timers["quarantine_days"]],
        ["report folders, if set", "report and result of each response", timers["retain_days"]],
        ["log", "survey, outcome, random ids, times", "your system's log"],
    ]  # fmt: skip
    if "report_link_days" in timers:
        until = f"{timers['report_link_days']}; to a team's, {timers['team_link_days']}"
        rows.append(["links to reports", "stored nowhere: a signature over the result id", until])
    return table(["Where", "What", "Until"], rows)


def _settings_rows() -> dict[str, Any]:
    from exit_bridge.settings import settings_schema

    schema = settings_schema()
    return schema["properties"] | schema["properties"]["surveys"]["additionalProperties"]["properties"]


def _timer(name: str, row: Mapping[str, Any]) -> str:
    (usual,) = re.findall(r"Default (\d+)", row["description"])
    return f"{code(name)} days: {usual} unless set, {row['minimum']} to {row['maximum']}"


# -- benchmarks ------------------------------------------------------------------------------------------------------


def _measured(name: str) -> dict[str, Any] | None:
    path = ROOT / "docs" / "benchmarks" / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def _taken(found: Mapping[str, Any]) -> str:
    on = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in found["machine"].items() if key != "taken_on")
    return f"{code(found['command'])}, taken on {found['machine']['taken_on']} ({on})."


def _figures(name: str, alt: str, tables: Callable[[dict[str, Any]], str]) -> str:
    found = _measured(name)
    if found is None:
        how = code(f"python benchmarks/{name}.py --save docs/benchmarks")
        return f"No figures are kept with this version: run {how}."
    return f"{tables(found)}\n\n![{alt}](benchmarks/{name}.svg)\n\n{_taken(found)}"


def sustained() -> str:
    """Accepted deliveries a second, beside raw commits; backlog."""

    def tables(found: dict[str, Any]) -> str:
        rows = [
            [row["store"], row["processes"], f"{row['per_second']:.0f}", f"{row['raw']:.0f}", f"{row['ratio']:.2f}",
             f"{row['p50_ms']:.0f} / {row['p99_ms']:.0f}", row["put_off"],
             f"{row['sent_meanwhile']:,} / {row['backlog_at_end']:,}",
             f"{row['drained_within']:.0f} s" if row["drained_within"] is not None else "not",
             "yes" if row["whole"] else "no"]
            for row in found["full"]
        ]  # fmt: skip
        head = [
            "Store",
            "Web processes",
            "Accepted a second",
            "Raw commits a second",
            "Ratio",
            "p50 / p99 ms",
            "Put off",
        ]
        head += ["Sent meanwhile / left", "Drained in", "All there, sent once"]
        slow = [
            [row["store"], row["processes"], f"{row['per_second']:.0f}", f"{row['p50_ms']:.0f} / {row['p99_ms']:.0f}",
             f"{row['longest_backlog']:.0f}", f"{row['backlog_at_end']:.0f}", "yes" if row["whole"] else "no"]
            for row in found["paced"]
        ]  # fmt: skip
        words = f"At half the pace that the {found['workers']} workers keep up with alone, the backlog is drained "
        words += f"meanwhile; it may never hold more than {found['bound']:g} seconds of deliveries:"
        slow_head = [*head[:3], "p50 / p99 ms", "Longest backlog", "At the end", "Drained, all there, sent once"]
        return f"{table(head, rows)}\n\n{words}\n\n{table(slow_head, slow)}"

    return _figures("sustained", "Backlog during and after a load", tables)


def memory() -> str:
    """Memory of web process and worker, early and late."""

    def tables(found: dict[str, Any]) -> str:
        rows = [
            [name, f"{row['early_mib']:.1f}", f"{row['late_mib']:.1f}", f"{row['most_mib']:.1f}",
             f"{row['kib_per_thousand']:.1f}", "yes" if row["flat"] else "no"]
            for name, row in found["processes"].items()
        ]  # fmt: skip
        head = ["Process", "Early, MiB", "Late, MiB", "Most, MiB", "Rise, KiB a thousand"]
        head.append(f"Flat (at most {found['bound']:g})")
        return f"{found['count']:,} submissions.\n\n{table(head, rows)}"

    return _figures("memory", "Memory over many submissions", tables)


def claims() -> str:
    """Time of a claim by the number of finished jobs."""

    def tables(found: dict[str, Any]) -> str:
        rows = [
            [store, f"{int(finished):,}", f"{row['claim']:.0f}", f"{row['finish']:.0f}", f"{row['nothing']:.0f}"]
            for store, medians in found["medians_us"].items()
            for finished, row in medians.items()
        ]
        ratios = ", ".join(f"{store} {ratio:.2f}" for store, ratio in found["ratios"].items())
        head = ["Store", "Finished jobs", "Claim, µs", "Finish, µs", "Nothing due, µs"]
        return f"{table(head, rows)}\n\nMost to fewest, times: {ratios} (bound {found['bound']:g})."

    return _figures("claims", "Time to claim a job", tables)


# -- filling in ------------------------------------------------------------------------------------------------------

PARTS: dict[str, Callable[[], str]] = {
    "platforms": platforms,
    "payloads": payloads,
    "cli": cli,
    "settings": settings,
    "errors": errors,
    "endpoints": endpoints,
    "statuses": statuses,
    "proofs": proofs,
    "bank": bank,
    "thresholds": thresholds,
    "emphasis": emphasis,
    "rules": rules,
    "sources": sources,
    "evidence": evidence,
    "fields": fields,
    "retention": retention,
    "sustained": sustained,
    "memory": memory,
    "claims": claims,
}


def pages() -> list[Path]:
    """Every page that may hold generated parts."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def filled(text: str) -> str:
    """A page with its generated parts made anew. Raises KeyError for a part nobody generates."""
    return PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n\n{part[3]}", text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with --check name the stale ones."""
    parser = argparse.ArgumentParser(description="Fill the generated parts of README.md and docs/.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when a page is stale")
    check = parser.parse_args(arguments).check
    stale = 0
    for page in pages():
        text = page.read_text("utf-8")
        new = filled(text)
        if new == text:
            continue
        if check:
            stale += 1
            sys.stderr.write(f"{page.relative_to(ROOT).as_posix()} is stale. Run: {COMMAND}\n")
        else:
            page.write_text(new, "utf-8", newline="\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
