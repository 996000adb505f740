"""The folder `forms-NAME` beside the settings: a survey's own form files, and how to import them."""

from __future__ import annotations

from pathlib import Path

from exit_bridge.platforms import platform
from exit_bridge.platforms.base import FormFile
from exit_bridge.response_sheet import ResponseSheetForms
from exit_bridge.settings import Survey

HOW_TO = "HOW-TO.txt"


def forms_folder(settings: Path, name: str) -> Path:
    """Where the form files of that survey lie."""
    return settings.parent / f"forms-{name}"


def survey_forms(survey: Survey) -> list[FormFile]:
    """The forms that the settings ask for, and what the tool needs besides; none for a tool whose form nobody writes.

    Raises BankError.
    """
    tool = platform(survey.platform)
    if "form" not in tool.faces:
        return []
    asked = (survey.bank, survey.variant, survey.languages, survey.about)
    scripts = ResponseSheetForms().write_form(*asked) if tool.name == ResponseSheetForms.name else []
    return [*tool.write_form(*asked), *scripts, *tool.companions()]


def as_files(forms: list[FormFile]) -> dict[str, bytes]:
    """Path below the folder -> content: each form, and in one text beside them how to import them."""
    how = "\n".join(f"{form.path}\n\n{form.how_to_import}" for form in forms)
    return {form.path: form.content for form in forms} | ({HOW_TO: how.encode()} if forms else {})


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write them, and the folders they need. Raises OSError."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
