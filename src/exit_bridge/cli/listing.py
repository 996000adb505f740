"""What there is to choose from: `platforms`, `bank check`, `bank show`."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from exit_bridge.bank import DEFAULT_BANK, QuestionBank, Wording, load_bank
from exit_bridge.bank.check import faults_in, warnings_in
from exit_bridge.bank.load import read_document
from exit_bridge.bank.wording import words_for
from exit_bridge.cli.printing import print_json, print_table
from exit_bridge.errors import BankError, Fault, UsageError
from exit_bridge.platforms import broken_plugins
from exit_bridge.platforms import platforms as usable_platforms


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def platforms(as_json: bool) -> None:
    """List the survey tools and what each can do.

    form: a file or body that the tool takes. delivery: what its webhook sends is read. export: its files are scored.
    api: exit-bridge makes the form there, fetches responses and writes scores back.
    """
    rows: list[dict[str, Any]] = [
        {
            "name": tool.name,
            "title": tool.title,
            "docs": tool.docs,
            "faces": list(tool.faces),
            "auth": list(tool.schemes),
            "evidence": tool.evidence,
            "sender_retries": tool.sender_retries,
            "same_id_in_export": tool.same_id_in_export,
        }
        for tool in usable_platforms()
    ]
    if as_json:
        print_json(rows)
    else:
        head = ("name", "tool", "can do", "credentials", "shapes rest on", "sends again")
        table = [
            (
                r["name"],
                r["title"],
                ", ".join(r["faces"]),
                ", ".join(r["auth"]),
                r["evidence"],
                _yes(r["sender_retries"]),
            )
            for r in rows
        ]
        print_table(head, table, [None] * len(rows))
    for broken in broken_plugins():
        click.echo(f"{broken.name} of {broken.distribution} cannot be used: {broken.reason}", err=True)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


@click.group()
def bank() -> None:
    """Check or show a question bank."""


# -- check ---------------------------------------------------------------------------------------------------------


@bank.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Look for everything that is wrong with question banks (files or folders) or wording files.

    Faults stop a bank from being used, and end in exit code 1. Warnings are about wording that will trouble people or
    survey tools.
    """
    own = dict(_references(files))
    bad = False
    for path in files:
        try:
            what, faults, warnings = _checked(path, own)
        except BankError as error:
            click.echo(f"{path}: cannot be checked")
            click.echo(f"  fault: {error}")
            bad = True
            continue
        click.echo(f"{path}: {what}: {_number(faults, 'fault')}, {_number(warnings, 'warning')}")
        for kind, found in (("fault", faults), ("warning", warnings)):
            for one in found:
                click.echo(f"  {kind}: {one}")
        bad = bad or bool(faults)
    ctx.exit(int(bad))


def _references(files: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Banks among the files by reference, so that wording files given with them lie over them."""
    for path in files:
        if _wording_in(path) is None and path.exists():
            try:
                yield _reference(read_document(path)), path
            except BankError:
                continue


def _reference(document: Mapping[str, Any]) -> str:
    return f"{document.get('id')}@{document.get('version')}"


def _wording_in(path: Path) -> dict[str, Any] | None:
    """The document of a wording file; None for a bank, and for what is no TOML."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return document if "language" in document and "id" not in document else None


def _checked(path: Path, own: Mapping[str, Path]) -> tuple[str, list[Fault], list[Fault]]:
    """What a file is, its faults and its warnings."""
    words = _wording_in(path)
    if words is None:
        document = read_document(path)
        what, mine = f"question bank {_reference(document)}" if "id" in document else "no question bank", "wording"
    else:
        ref = str(words.get("bank", DEFAULT_BANK))
        document = read_document(own.get(ref, ref), [str(path)])
        what, mine = f"words in {words['language']!r}, laid over {ref}", f"wording.{words['language']}"
    warnings = [found for found in warnings_in(document) if found.where.startswith(mine)]
    return what, faults_in(document), warnings


def _number(found: Sequence[Fault], what: str) -> str:
    return f"{len(found) or 'no'} {what}{'' if len(found) == 1 else 's'}"


# -- show ----------------------------------------------------------------------------------------------------------


@bank.command()
@click.argument("source", default=DEFAULT_BANK, metavar="[REF|FILE]")
@click.option("--language", metavar="CODE", help="In this language (default: English, else the first there is).")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def show(source: str, language: str | None, as_json: bool) -> None:
    """Show a question bank: ingredients, items and options."""
    loaded = load_bank(source)
    if language and language not in loaded.wordings:
        known = ", ".join(loaded.wordings) or "none, it has codes only"
        raise UsageError(f"{loaded.ref} has no words in {language!r}", fix=f"Use one of: {known}")
    document = _document(loaded, words_for(loaded, language))
    if as_json:
        return print_json(document)
    click.echo(f"{document['title']} ({loaded.ref}, {document['language']}, {loaded.licence or 'no licence named'})")
    for ingredient in document["ingredients"]:
        click.echo(f"\n{ingredient['name']}: {ingredient['question']}".rstrip(": "))
        for item in ingredient["items"]:
            _print_item(item)
    return None


def _print_item(item: Mapping[str, Any]) -> None:
    marks = [text for text, said in (("extension", not item["core"]), ("reversed", item["reverse_keyed"])) if said]
    note = f" [{', '.join(marks)}]" if marks else ""
    click.echo(
        textwrap.fill(f"{item['text']}{note}", 100, initial_indent=f"  {item['id']}  ", subsequent_indent=" " * 9)
    )
    options = "; ".join(f"{option['code']} {option['label']}" for option in item["options"])
    click.echo(textwrap.fill(options, 100, initial_indent=" " * 9, subsequent_indent=" " * 9))


def _document(bank: QuestionBank, words: Wording) -> dict[str, Any]:
    return {
        "id": bank.id,
        "version": bank.version,
        "licence": bank.licence,
        "fingerprint": bank.fingerprint,
        "language": words.language,
        "wording_fingerprint": words.fingerprint,
        "title": words.title,
        "ingredients": [
            {
                "id": ingredient.id,
                "name": words.ingredients[ingredient.id].name,
                "question": words.ingredients[ingredient.id].question,
                "items": [
                    {
                        "id": item.id,
                        "kind": item.kind,
                        "core": item.core,
                        "reverse_keyed": item.reverse_keyed,
                        "text": words.item(item).text,
                        "options": _options(words.option_labels(item)),
                    }
                    for item in ingredient.items
                ],
            }
            for ingredient in bank.ingredients
        ],
        "context": [
            {
                "id": question.id,
                "gate": question.gate,
                "text": words.context_words(question.id).text,
                "options": _options({code: words.context_words(question.id).options[code] for code in question.codes}),
            }
            for question in bank.context
        ],
        "variants": {
            variant.id: {"items": list(variant.items), "scored": variant.scored} for variant in bank.variants.values()
        },
    }


def _options(labels: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in labels.items()]
