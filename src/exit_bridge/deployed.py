"""A survey's form as it was put into its tool."""

from __future__ import annotations

from pathlib import Path

from exit_bridge.errors import UnreadableDelivery, UnreadableExport
from exit_bridge.intake import DeployedForm
from exit_bridge.intake.mapping_file import MappingFile, read_mapping
from exit_bridge.settings import Settings, Survey


def deployed(survey: Survey, settings: Settings) -> DeployedForm:
    """The survey's form as the codebook wants it."""
    return DeployedForm(
        survey=survey.name,
        platform=survey.platform,
        bank=survey.bank,
        variant=survey.variant,
        wave=survey.wave,
        install_key=settings.install_key,
        by_groups=survey.about.answered_by == "group",
        binding=binding_of(survey),
    )


def binding_of(survey: Survey) -> MappingFile:
    """What the survey's form's own words stand for; nothing where no file is named. Raises UnreadableDelivery."""
    if not survey.binding:
        return MappingFile()
    try:
        return read_mapping(Path(survey.binding), survey.bank)
    except UnreadableExport as error:
        raise UnreadableDelivery(f"The survey's binding cannot be used. {error.what}", fix=error.fix) from None
