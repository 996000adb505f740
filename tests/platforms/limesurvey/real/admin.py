"""LimeSurvey's administration in a real browser, as far as our plugin needs it; 5.6 and 6.x."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.platforms.limesurvey.real.server import ADMIN, PASSWORD, LimeSurvey

NAME = "ExitBridge"


class Admin:
    """A signed-in administrator."""

    def __init__(self, page: Any, limesurvey: LimeSurvey) -> None:
        self.page = page
        self.limesurvey = limesurvey
        page.goto(limesurvey.admin("admin/authentication/sa/login"))
        page.fill("#user", ADMIN)
        page.fill("#password", PASSWORD)
        with page.expect_navigation():
            page.locator("#password").press("Enter")

    # -- the plugin page -------------------------------------------------------------------------------------------

    def upload(self, archive: Path) -> str:
        """Upload a plugin's ZIP and confirm; what LimeSurvey says."""
        self._plugins()
        self.page.locator("[data-bs-target='#installPluginZipModal'], [data-target='#installPluginZipModal']").click()
        self.page.set_input_files("#the_file", archive)
        with self.page.expect_navigation():
            self.page.locator("#installPluginZipModal .modal-footer .btn[onclick]").click()
        with self.page.expect_navigation():
            self.page.locator("form[action*='installUploadedPlugin'] [type=submit]").click()
        return self.said()

    def switch(self, action: str) -> str:
        """`activate`, `deactivate` or `uninstallPlugin`, as the row of the plugin does; what LimeSurvey says."""
        self._plugins()
        plugin = self._id()
        # The row's menu asks in a dialog that differs between versions; what it posts in the end is this.
        with self.page.expect_navigation():
            self.page.evaluate(
                """([action, id]) => {
                    const form = document.createElement('form');
                    const token = document.querySelector('[name=YII_CSRF_TOKEN]').value;
                    form.method = 'post';
                    form.action = action;
                    for (const [name, value] of [['pluginId', id], ['YII_CSRF_TOKEN', token]]) {
                        form.append(Object.assign(document.createElement('input'), {name, value, type: 'hidden'}));
                    }
                    document.body.append(form);
                    form.submit();
                }""",
                [self.limesurvey.admin(f"admin/pluginmanager/sa/{action}"), plugin],
            )
        return self.said()

    def open_global(self) -> None:
        """The plugin's own page, its settings in view."""
        self.page.goto(self.limesurvey.admin(f"admin/pluginmanager/sa/configure/id/{self._id()}"))
        self.page.locator("a[href='#settings']").click()
        self.page.locator("[name=send_now]").wait_for()

    def submit_global(self, button: str) -> str:
        """Press one of its buttons; what is said then."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        return self.said()

    # -- a survey's page -------------------------------------------------------------------------------------------

    def open_survey(self, survey: int) -> None:
        """The plugin's settings of a survey, unfolded."""
        path = f"surveyAdministration/rendersidemenulink/subaction/plugins/surveyid/{survey}"
        self.page.goto(self.limesurvey.admin(path))
        if not self.field("address").is_visible():
            self.page.locator(f"[id=button-plugin{self._id()}]").click()
        self.field("address").wait_for()

    def fill(
        self, *, active: bool, address: str = "", secret: str = "", link: bool = False, test: bool = False
    ) -> None:
        """Fill in the plugin's settings of the open survey, and save as people do."""
        self.field("address").fill(address)
        self.field("secret").fill(secret)
        for name, value in (("active", active), ("show_link", link), ("send_test", test)):
            self._choose(f"plugin[{NAME}][{name}]", value)
        with self.page.expect_navigation():
            self.page.locator("#save-button, #save-form-button").first.click()
        self.page.wait_for_load_state("networkidle")

    def field(self, name: str) -> Any:
        """One field of the plugin's settings of a survey."""
        return self.page.locator(f"[name='plugin[{NAME}][{name}]']")

    def state(self, survey: int) -> str:
        """What the page tells of waiting and delivered responses."""
        self.open_survey(survey)
        return str(self.page.locator(f"[data-name='plugin[{NAME}][state]']").inner_text())

    def said(self) -> str:
        """The messages LimeSurvey shows."""
        self.page.wait_for_load_state("networkidle")
        return " ".join(self.page.locator("#notif-container, #notif-container-v2, .alert").all_inner_texts())

    def _choose(self, name: str, value: bool) -> None:
        self.page.evaluate(
            """([name, value]) => {
                for (const input of document.querySelectorAll(`input[name='${name}']`)) {
                    if (input.type === 'radio' && input.value === value) { input.click(); input.checked = true; }
                    if (input.type === 'checkbox') { input.checked = value === '1'; }
                }
            }""",
            [name, "1" if value else "0"],
        )

    def _plugins(self) -> None:
        self.page.goto(self.limesurvey.admin("admin/pluginmanager/sa/index"))

    def _id(self) -> str:
        (row,) = self.limesurvey.sql("SELECT id FROM {plugins} WHERE name=?", NAME)
        return str(row["id"])
