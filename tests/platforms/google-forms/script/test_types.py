"""The script held against the types of Apps Script, which a community of its users publishes."""

import pytest
from tests.npm import type_checker
from tests.platforms.apps_script import BANK, written

PACKAGES = ("@types/google-apps-script@2.0.13", "typescript@5.9.3")

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    return type_checker("google-forms-types", PACKAGES, tmp_path_factory)


@pytest.mark.parametrize("variant", BANK.variants)
def test_the_script_is_well_typed(check, variant):
    """Every service, method and argument exists, and the plan has the shape that the code reads."""
    assert "" == check(written(variant, "cy")[1])


MISTAKES = {
    "addGridItem()": "addGritItem()",
    "PageNavigationType.SUBMIT": "PageNavigationType.SUMBIT",
    ".setRequired(part.required)": '.setRequired("yes")',
    ".everyHours(1)": ".everyHours()",
    "muteHttpExceptions": "muteHttpException",
    "row.title": "row.titel",
    '"bank": ': '"bnak": ',
    "let moved": "let unused, moved",
}


@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_is_found(check, right):
    """The check can fail."""
    code = written("quick", "en")[1]
    assert right in code
    assert "error TS" in check(code.replace(right, MISTAKES[right], 1))
