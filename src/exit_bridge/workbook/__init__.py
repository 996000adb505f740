"""The questionnaire as a spreadsheet that scores by formulas, where nothing may be installed."""

from exit_bridge.workbook.forms import WorkbookForms

__all__ = ["WorkbookForms"]
