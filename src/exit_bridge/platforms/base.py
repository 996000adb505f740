"""What every survey tool is to the rest of exit-bridge: values in, values out.

A platform *extracts*: it turns a tool's own shape into `RawResponse` and never decides which item or option a key or
label means. That happens once, in `exit_bridge.intake`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from exit_bridge.errors import SettingsError, UnreadableDelivery
from exit_bridge.platforms.parse import parse_json
from exit_bridge.platforms.profile import ExportProfile, HeadingStyle, RowFilter

if TYPE_CHECKING:
    from exit_bridge.bank import About, QuestionBank
    from exit_bridge.platforms.api import ToolApi
    from exit_bridge.platforms.signatures import Scheme

__all__ = [
    "TEXT",
    "AuthMode",
    "BadElement",
    "Delivery",
    "DeliveryResult",
    "ExportProfile",
    "FormFile",
    "HeadingStyle",
    "LiveQuestion",
    "Platform",
    "RawAnswer",
    "RawResponse",
    "RowFilter",
    "fault_in",
    "file_stem",
    "many",
    "parse_json",
    "plain",
    "shape",
]

AuthMode = Literal["signature", "header", "basic", "path", "none"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One incoming HTTP request, exactly as received. Header names are lower-case."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer in the tool's own words.

    `keys`: what may name the question, best first (our ref, the tool's id, the title).
    `values`: what may name the option, best first (our ref, the tool's id, the label); empty means left blank.
    """

    keys: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawResponse:
    """One completed response in the tool's own words.

    `hidden` holds what travelled unseen (`bank`, `variant`, `wave`, `respondent`, `language`); `asked` the keys of
    every question the form really showed, or None where the tool does not say. `reply_to` is the address for the
    respondent's own report: it is an envelope and never becomes part of a submission.
    """

    response_id: str
    answers: tuple[RawAnswer, ...]
    revision: int | None = None
    submitted_at: str | None = None
    language: str | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[tuple[str, ...], ...] | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class BadElement:
    """One element of a batch that could not be read; the others go on."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What one delivery holds: complete responses, reasons why something was no response, ids still to be fetched.

    `places`: of a batch in which something was ignored, which of its elements each response was.
    """

    responses: tuple[RawResponse, ...] = ()
    ignored: tuple[str, ...] = ()
    fetch: tuple[str, ...] = ()
    bad: tuple[BadElement, ...] = ()
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveQuestion:
    """One question as the form has it now: what may name it, its words last, and the same of each of its options."""

    keys: tuple[str, ...]
    options: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class FormFile:
    """One file a person imports, or one body an API takes. `path` is relative to the platform's folder."""

    path: str
    content: bytes
    how_to_import: str

    @classmethod
    def json(cls, path: str, document: Any, how_to_import: str) -> FormFile:
        """A JSON file whose bytes depend on the document alone, in the order it was put together."""
        return cls(path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(), how_to_import)


def file_stem(bank: str, variant: str, language: str = "") -> str:
    """How every platform names its files: `exit-open-1.full.en`, or `exit-open-1.full` where no word is in them."""
    return ".".join(part for part in (bank.replace("@", "-"), variant, language) if part)


def plain(value: str | float) -> str:
    """A value as the text that intake compares: 4, 4.0, "4" and "4.0" are one answer."""
    return re.sub(r"^([0-9]+)\.0+$", r"\1", str(value).strip())


class Platform:
    """Base of every survey tool. A face a tool cannot have is left out, and `faces` tells which remain.

    Subclasses set the class attributes and override some of `write_form`, `read_delivery`, `export`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    docs: ClassVar[str]
    """The vendor's page on the formats read and written here."""

    schemes: ClassVar[Mapping[AuthMode, Scheme]] = {}
    """Ways a delivery can prove where it comes from; the first is what `init` sets up."""
    delivery_schema: ClassVar[Mapping[str, Any] | None] = None
    """JSON Schema (2020-12) of the parts of a delivery that are read; everything else may be there too."""
    content_types: ClassVar[tuple[str, ...]] = ("application/json",)
    max_body: ClassVar[int] = 1024 * 1024
    """Largest body accepted, in bytes."""
    sender_retries: ClassVar[bool] = False
    """Does the tool send again after a 503? If not, a delivery is spooled to disk when the store is away."""
    same_id_in_export: ClassVar[bool] = False
    """Does the export carry the id the webhook used?"""
    told_apart: ClassVar[tuple[str, ...]] = ()
    """What the export tells of the same response in another way, or not at all: `submitted_at`, `language`."""
    evidence: ClassVar[Literal["recorded", "from vendor docs", "ours"]] = "from vendor docs"
    """What the shapes read here rest on; shown to users in the platform table."""
    export: ClassVar[ExportProfile | None] = None
    api: ClassVar[type[ToolApi] | None] = None
    """What creates the form in the tool, fetches responses and writes scores back; see `platforms.api`."""
    delivers_ids: ClassVar[bool] = False
    """Do deliveries hold ids alone, so that a hook is of no use without the `api`?"""

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """The form in the tool's own format. Deterministic: no clock, no random."""
        raise NotImplementedError

    def companions(self) -> list[FormFile]:
        """What the tool needs besides a form, the same for every bank: a plugin, a script. Deterministic."""
        return []

    def payload(self, body: bytes) -> Any:
        """A body, as it came or as it was kept, as JSON values: for a tool that posts JSON, parsed strictly.

        A tool that posts anything else overrides this. Nothing but the body is known here, so it must tell by itself
        how it is to be read. Raises UnreadableDelivery.
        """
        return parse_json(body)

    def read_delivery(self, payload: Any) -> DeliveryResult:
        """What a delivery holds. `payload` already fits `delivery_schema`."""
        raise NotImplementedError

    def sample_delivery(
        self,
        bank: QuestionBank,
        variant: str,
        answers: Mapping[str, str],
        response_id: str,
        submitted_at: str,
        wave: str = "",
    ) -> bytes:
        """The body this tool would deliver for made-up answers: what the demo and `send-test` post.

        `answers`: id of an item, context question, `comment_<ingredient>` or `reply_to` -> option code or text.
        `submitted_at` is RFC 3339. A platform may leave this out.
        """
        raise NotImplementedError

    def id_parts(self, response_id: str) -> tuple[str, ...]:
        """The pieces of a response id as they stand in a delivery, for a body that can no longer be read."""
        return (response_id,)

    def scheme(self, mode: AuthMode) -> Scheme:
        """How credentials of that mode are checked for this tool; `none` is the same everywhere.

        Raises SettingsError, naming the modes the tool can carry, for any other.
        """
        if mode in self.schemes:
            return self.schemes[mode]
        if mode == "none":
            from exit_bridge.platforms.signatures import Open

            return Open()
        raise SettingsError(f"{self.title} cannot carry auth = {mode!r}", fix=f"Use one of: {', '.join(self.schemes)}")

    def read(self, payload: Any) -> DeliveryResult:
        """Hold what `payload` gave against `delivery_schema`, then read it. Raises UnreadableDelivery."""
        if self.delivery_schema and (fault := fault_in(payload, self.delivery_schema)):
            raise UnreadableDelivery(
                f"This is not what {self.title} sends", where=fault, fix="Check which tool the survey is set to"
            )
        return self.read_delivery(payload)

    @property
    def faces(self) -> tuple[str, ...]:
        """Which of form, delivery, export and api this tool has."""
        cls = type(self)
        return tuple(
            face
            for face, present in (
                ("form", cls.write_form is not Platform.write_form),
                ("delivery", cls.read_delivery is not Platform.read_delivery),
                ("export", cls.export is not None),
                ("api", cls.api is not None),
            )
            if present
        )


# -- schemas of what is read -----------------------------------------------------------------------------------------

TEXT: dict[str, Any] = {"type": "string"}

_validators: dict[int, tuple[Mapping[str, Any], Any]] = {}


def shape(*required: str, **properties: Any) -> dict[str, Any]:
    """JSON Schema of an object by its properties; those named in `required` must be there, others may be."""
    return {"type": "object", "required": list(required), "properties": properties}


def many(items: Mapping[str, Any], **limits: int) -> dict[str, Any]:
    """JSON Schema of a list."""
    return {"type": "array", "items": items, **limits}


def fault_in(document: Any, schema: Mapping[str, Any]) -> str | None:
    """The first place where a document breaks a schema, as path and rule without the value, or None."""
    held = _validators.get(id(schema))
    if held is None:
        from jsonschema import Draft202012Validator

        # The schema is kept beside its validator, so that its id cannot become another's.
        held = _validators[id(schema)] = (schema, Draft202012Validator(schema))
    error = next(held[1].iter_errors(document), None)
    if error is None:
        return None
    # Keys that the schema does not name are the sender's own words, and may be anybody's.
    known = set(_names(schema))
    path = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" if part in known else ".*" for part in error.absolute_path
    )
    return f"${path} breaks {error.validator!r}"


def _names(schema: Any) -> Iterator[str]:
    """Every property a schema names, at any depth."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
    for inner in schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ():
        yield from _names(inner)
