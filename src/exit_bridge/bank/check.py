"""Everything that can be wrong with a question bank: where, what, and what to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from exit_bridge.bank import about, lint
from exit_bridge.bank.shape import Document, shape_faults, sound
from exit_bridge.bank.wording import FORM_SENTENCES, fill_terms
from exit_bridge.errors import Fault

_ABOUT_VALUES = {
    "funding": about.FUNDING,
    "external_view": about.EXTERNAL_VIEW,
    "financial_pressure": about.FINANCIAL_PRESSURE,
    "organisation_type": about.ORGANISATION_TYPES,
    "nation": about.NATIONS,
}


def faults_in(document: Document) -> list[Fault]:
    """Every fault of a bank document; empty when it can be used.

    Meaning is looked at only once the shape is right, and words wherever what they are for has the right shape.
    """
    shape = shape_faults(document)
    return [*shape, *_all_words(sound(document))] if shape else list(_meaning(document))


def warnings_in(document: Document) -> list[Fault]:
    """What does not stop a bank from being used but will trouble the people who answer: the wording linter."""
    document = sound(document)
    found = []
    for language, raw in document.get("wording", {}).items():
        words = fill_terms(raw, raw.get("terms", {}))
        english = language.partition("-")[0] == "en"
        found += _lint(document, f"wording.{language}", words, young=False, english=english)
        for variant, own in words.get("variants", {}).items():
            where, young = f"wording.{language}.variants.{variant}", variant.startswith("young")
            found += _lint(document, where, own, young=young, english=english)
    return found


# -- meaning -------------------------------------------------------------------------------------------------------


def _meaning(document: Document) -> Iterator[Fault]:
    yield from _twice(document)
    yield from _structure(document)
    yield from _selections(document)
    yield from _rules(document)
    yield from _actions(document)
    yield from _sources(document)
    yield from _all_words(document)


def _twice(document: Document) -> Iterator[Fault]:
    for section in ("ingredients", "items", "context", "bands", "rules", "actions"):
        for name, n in Counter(row["id"] for row in document.get(section, ())).items():
            if n > 1:
                yield Fault(f"{section}.{name}", f"stands {n} times", "Give each its own id")
    for mark, n in Counter(row["mark"] for row in document["ingredients"]).items():
        if n > 1:
            yield Fault("ingredients", f"the mark {mark} is used {n} times", "Give each ingredient its own mark")


def _structure(document: Document) -> Iterator[Fault]:
    ingredients = {row["id"] for row in document["ingredients"]}
    prefixes: dict[str, str] = {}
    points: dict[str, set[int]] = {}
    for item in document["items"]:
        where = f"items.{item['id']}"
        if item["ingredient"] not in ingredients:
            yield Fault(where, f"there is no ingredient {item['ingredient']!r}", f"Use one of {sorted(ingredients)}")
        if item["scale"] not in document["scales"]:
            yield Fault(where, f"there is no scale {item['scale']!r}", f"Use one of {sorted(document['scales'])}")
            continue
        if prefixes.setdefault(item["id"][:3], item["ingredient"]) != item["ingredient"]:
            yield Fault(where, "its three letters belong to another ingredient", "Use other letters")
        if item.get("core", True):
            points.setdefault(item["ingredient"], set()).add(document["scales"][item["scale"]]["points"])
    for ingredient in sorted(ingredients):
        sizes = points.get(ingredient, set())
        if not sizes:
            yield Fault(f"ingredients.{ingredient}", "no core item, so it can never be scored", "Add core items")
        if len(sizes) > 1:
            fix = "Use scales of one length for the core items of an ingredient"
            yield Fault(f"ingredients.{ingredient}", f"core items with {sorted(sizes)} answer points", fix)
    starts = [band["start"] for band in document["bands"]]
    if starts[0] != 0 or starts != sorted(set(starts)) or starts[-1] >= 100:
        yield Fault("bands", "the starts must begin at 0 and rise, all below 100", "Put them in order")
    for question in document.get("context", ()):
        if question.get("gate") and "yes" not in question["codes"]:
            yield Fault(f"context.{question['id']}", "a gate needs the code yes", 'Add "yes" to its codes')


def _selections(document: Document) -> Iterator[Fault]:
    items = {row["id"] for row in document["items"]}
    ingredients = {row["id"] for row in document["ingredients"]}
    context = {row["id"] for row in document.get("context", ())}
    gates = {row["id"] for row in document.get("context", ()) if row.get("gate")}
    for name, variant in document.get("variants", {}).items():
        where = f"variants.{name}"
        if isinstance(variant["items"], list):
            yield from _unknown(where, "item", variant["items"], items)
        if isinstance(variant["comments"], list):
            yield from _unknown(where, "ingredient", variant["comments"], ingredients)
        yield from _unknown(where, "context question", variant["context"], context)
        for gate in sorted(gates - set(variant["context"])):
            yield Fault(where, f"the gate {gate!r} is not asked, so nothing could be kept", "Add it to context")
    for stage, row in document.get("emphasis", {}).items():
        yield from _unknown(f"emphasis.{stage}", "ingredient", row, ingredients)
        for missing in sorted(ingredients - set(row)):
            yield Fault(f"emphasis.{stage}", f"{missing} missing", "Say high, medium or background for each")


def _rules(document: Document) -> Iterator[Fault]:
    rules = {row["id"] for row in document.get("rules", ())}
    items = {row["id"]: row for row in document["items"]}
    ingredients = {row["id"] for row in document["ingredients"]}
    for rule in document.get("rules", ()):
        where = f"rules.{rule['id']}"
        yield from _unknown(where, "rule to silence", rule.get("silences", ()), rules)
        for condition in _conditions(rule["when"]):
            yield from _unknown(
                where, "ingredient", [condition[k] for k in ("score", "lowest") if k in condition], ingredients
            )
            if "about" in condition:
                yield from _unknown(where, condition["about"], condition["is"], _ABOUT_VALUES[condition["about"]])
            if "value" in condition:
                yield from _unknown(where, "item", [condition["value"]], items)
                scale = document["scales"].get(items.get(condition["value"], {}).get("scale"), {"points": 9})
                if max(condition.get("at_most", 1), condition.get("at_least", 1)) > scale["points"]:
                    yield Fault(
                        where, f"{condition['value']} has only {scale['points']} points", "Use a value it can have"
                    )


def _conditions(when: Document) -> Iterator[Document]:
    for kind in ("all", "any", "exactly_one"):
        if kind in when:
            for inner in when[kind]:
                yield from _conditions(inner)
            return
    yield when


def _actions(document: Document) -> Iterator[Fault]:
    items = {row["id"]: row for row in document["items"]}
    answered: set[str] = set()
    for action in document.get("actions", ()):
        where = f"actions.{action['id']}"
        yield from _unknown(where, "ingredient", [action["ingredient"]], {row["id"] for row in document["ingredients"]})
        for name in action["items"]:
            if name not in items:
                yield Fault(where, f"there is no item {name!r}", "Use an id from [[items]]")
            elif items[name]["ingredient"] != action["ingredient"]:
                yield Fault(where, f"{name} belongs to another ingredient", "Answer items of its own ingredient")
        answered |= set(action["items"])
    if document.get("actions"):
        for name, item in items.items():
            if item.get("core", True) and name not in answered:
                yield Fault(f"items.{name}", "no action answers it", "Add it to an action's items")


def _sources(document: Document) -> Iterator[Fault]:
    known = document.get("sources", {})
    rows = [("items", r, r.get("evidence", ())) for r in document["items"]]
    rows += [("actions", r, r["evidence"]) for r in document.get("actions", ())]
    rows += [("rules", r, r["claim"]) for r in document.get("rules", ())]
    for section, row, texts in rows:
        for text in texts:
            if text.split()[0] not in known:
                yield Fault(f"{section}.{row['id']}", f"there is no source {text.split()[0]}", "Add it to [sources]")


def _unknown(where: str, what: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            yield Fault(where, f"there is no {what} {name!r}", f"Use one of {', '.join(sorted(known))}")


# -- words ---------------------------------------------------------------------------------------------------------


def _all_words(document: Document) -> Iterator[Fault]:
    for language, words in document.get("wording", {}).items():
        yield from _words(document, f"wording.{language}", words, language)


def _words(document: Document, where: str, words: Document, language: str) -> Iterator[Fault]:
    if words["language"] != language:
        yield Fault(where, f"the file says language {words['language']!r}", "Make name and language agree")
    scales = document["scales"]
    for name, scale in scales.items():
        labels = words.get("scales", {}).get(name, ())
        if scale["labels"] == "shared" and len(labels) != scale["points"]:
            yield Fault(
                f"{where}.scales.{name}", f"{len(labels)} labels for {scale['points']} points", "Give one a point"
            )
    rows = {row["id"]: row for row in document["items"]}
    for name, row in rows.items():
        yield from _item_words(f"{where}.items.{name}", row, scales, words["items"].get(name))
    for variant, own in words.get("variants", {}).items():
        for name in own.get("items", {}).keys() & rows.keys():
            yield from _item_words(f"{where}.variants.{variant}.items.{name}", rows[name], scales, own["items"][name])
    texts = Counter(text["text"].casefold() for text in words["items"].values())
    for name, text in words["items"].items():
        if texts[text["text"].casefold()] > 1:
            yield Fault(f"{where}.items.{name}", "another item has the same text", "Make them differ")
    yield from _complete(document, where, words)


def _complete(document: Document, where: str, words: Document) -> Iterator[Fault]:
    for section in ("ingredients", "bands", "rules", "actions", "context"):
        for row in document.get(section, ()):
            if row["id"] not in words.get(section, {}):
                yield Fault(f"{where}.{section}.{row['id']}", "no words for it", "Add them")
    for key in FORM_SENTENCES:
        if key not in words.get("form", {}):
            yield Fault(f"{where}.form.{key}", "no words for it", "Add them")
    for question in document.get("context", ()):
        have = words.get("context", {}).get(question["id"], {}).get("options", {})
        for code in question["codes"]:
            if code not in have:
                yield Fault(f"{where}.context.{question['id']}.options", f"no label for {code!r}", "Add it")


def _item_words(where: str, item: Document, scales: Document, words: Document | None) -> Iterator[Fault]:
    if words is None:
        yield Fault(where, "no words for it", "Add its text")
        return
    scale = scales.get(item["scale"])
    levels = words.get("levels", ())
    if scale and scale["labels"] == "own" and len(levels) != scale["points"]:
        yield Fault(where, f"{len(levels)} levels for {scale['points']} points", "Give one a point, lowest first")
    if scale and scale["labels"] == "shared" and levels:
        yield Fault(where, "levels of its own on a shared scale", "Take them out, or use a scale with own labels")


def _lint(document: Document, where: str, words: Document, *, young: bool, english: bool) -> list[Fault]:
    scales = {row["id"]: row["scale"] for row in document["items"]}
    found: list[Fault] = []
    for name, item in words.get("items", {}).items():
        found += lint.statement(f"{where}.items.{name}", item["text"], young=young, english=english)
        own = item.get("levels") or words.get("scales", {}).get(scales.get(name, ""), [])
        found += lint.labels(f"{where}.items.{name}", [*own, *words.get("non_answers", {}).values()])
    for name, question in words.get("context", {}).items():
        found += lint.unsafe(f"{where}.context.{name}", question["text"])
        found += lint.labels(f"{where}.context.{name}", list(question["options"].values()))
    return list(dict.fromkeys(found))
