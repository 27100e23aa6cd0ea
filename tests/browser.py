"""A real Chromium, driven by Playwright: Debian's, never one that Playwright downloads."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.support import require

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, LAPTOP, NARROW = 390, 1280, 320


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """The browser, closed afterwards."""
    require(CHROMIUM is not None, "no Chromium")
    require(importlib.util.find_spec("playwright") is not None, "no Playwright")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


PATIENCE = 180_000
"""Milliseconds for a page: on a busy machine the first look of the matching model takes a while."""


class Visit:
    """One page in the browser, with everything it asked for and complained about."""

    def __init__(self, browser: Any, url: str, *, width: int = LAPTOP, scheme: str = "light", **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **options)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.goto(url)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))

    def violations(self) -> list[str]:
        """What axe-core finds wrong, as `rule: first element`."""
        require(importlib.util.find_spec("axe_playwright_python") is not None, "no axe-core")
        import axe_playwright_python

        source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
        # Through the browser's own door: the page's policy lets no script in.
        session = self.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": source})
        result = session.send(
            "Runtime.evaluate",
            {
                "expression": "axe.run({resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map("
                "v => v.id + ': ' + v.nodes[0].html.slice(0, 160) + ' ' + v.nodes[0].failureSummary)))",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        import json

        found: list[str] = json.loads(result["result"]["value"])
        return found
