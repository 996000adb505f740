"""Sheets to build a form from by hand, for tools that take no file: Snap, Jisc Online Surveys, Citizen Space …"""

from exit_bridge.sheets.forms import SheetForms

__all__ = ["SheetForms"]
