"""What a check finds, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

from exit_bridge.errors import StoreUnavailable
from exit_bridge.settings import Settings, Survey
from exit_bridge.store import SchemaState, open_store

if TYPE_CHECKING:
    from exit_bridge.store.store import Store

Status = Literal["ok", "look", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it is, and what to do unless it is fine."""

    status: Status
    about: str
    line: str
    fix: str = ""

    def __post_init__(self) -> None:
        if (self.status == "ok") == bool(self.fix):
            raise ValueError("a finding says what to do, unless all is well")


@dataclass
class Scene:
    """One look at an installation. `only`: the one survey it is about; `offline`: connect to nobody but the database.

    `clocks`: by how many seconds the clocks that checks have met are ahead of this machine's, by whose they are.
    Use it as a context manager where a check may ask the store.
    """

    settings: Settings
    offline: bool = False
    only: str | None = None
    clocks: dict[str, float] = field(default_factory=dict)

    @cached_property
    def store(self) -> Store:
        """Opened when first asked for. Raises SettingsError."""
        return open_store(self.settings.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def tables(self) -> SchemaState | StoreUnavailable:
        """The state of the tables, or why it cannot be told."""
        try:
            return self.store.schema_state()
        except StoreUnavailable as error:
            return error

    @property
    def usable(self) -> bool:
        """Can the database be asked for more?"""
        return self.tables == "current"


Check = Callable[[Scene], Iterator[Finding]]
SurveyCheck = Callable[[Scene, Survey], Iterator[Finding]]
