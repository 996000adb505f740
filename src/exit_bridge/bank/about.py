"""Facts the coordinator knows once and respondents are never asked."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal

AnsweredBy = Literal["group", "individuals"]
IndividualReports = Literal["respondent", "recipients", "none"]


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture: `kind` is png or jpeg."""

    kind: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """`[surveys.X.about]` together with the settings the form's notice must tell people of.

    Empty text means "not said". `stage`, `funding`, `external_view` and `financial_pressure` feed rules and order;
    everything else is printed only. `reply_domains` are the domains that a respondent's report may be sent to; without
    any no form asks for an address. `report_link_days`: how long a link to the report works; 0 where none is given.
    `scores_in_tool`: are scores written back into the survey tool? `logo` stands at the top of reports.
    """

    innovation: str = ""
    organisations: tuple[str, ...] = ()
    organisation_type: str = ""
    nation: str = ""
    stage: str = ""
    funding: str = ""
    external_view: str = ""
    financial_pressure: str = ""
    controller: str = ""
    contact: str = ""
    purpose: str = ""
    worried_contact: str = ""
    reply_by: str = ""
    answered_by: AnsweredBy = "group"
    individual_reports: IndividualReports = "respondent"
    retain_days: int = 365
    reply_domains: tuple[str, ...] = ()
    report_link_days: int = 0
    scores_in_tool: bool = False
    sample: bool = False
    logo: Logo | None = None

    @classmethod
    def names(cls) -> frozenset[str]:
        """Field names, for rules and schemas to be checked against."""
        return frozenset(f.name for f in fields(cls))


FUNDING = ("none", "ends_within_12_months", "ends_later", "regular")
EXTERNAL_VIEW = ("strong", "mixed", "weak", "none")
FINANCIAL_PRESSURE = ("none", "some", "severe")
ORGANISATION_TYPES = ("council", "trust", "health", "charity", "provider", "partnership", "other")
NATIONS = ("england", "scotland", "wales", "northern_ireland")
