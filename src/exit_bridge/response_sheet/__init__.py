"""A script that scores answers inside the spreadsheet a Google form fills, for those without a server."""

from exit_bridge.response_sheet.forms import ResponseSheetForms

__all__ = ["ResponseSheetForms"]
