"""Make the README's pictures anew from the example vault: `python -m tests.bench.pictures FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

from mdnet.adapters.config import UserFolders
from mdnet.app import html
from mdnet.app.review import review_values
from mdnet.app.sync import sync
from mdnet.app.workspace import open_workspace
from tests.browser import Visit, chromium
from tests.town import write_notes

EXAMPLE = Path(__file__).resolve().parents[2] / "example-vault"
TODAY = date(2026, 11, 22)


def page(folder: Path) -> Path:
    """The example's page of week 47, matched by words alone, so that it looks the same on every machine."""
    root = folder / "Marrowick"
    notes = {path.relative_to(EXAMPLE).as_posix(): path.read_text("utf-8") for path in EXAMPLE.rglob("*.md")}
    write_notes(root, {**notes, "mdnet.toml": 'matching = "none"\n'})
    work = open_workspace(root, UserFolders(folder / "config", folder / "cache", folder / "state"))
    try:
        sync(work.vault, work.index, work.settings)
        return html.write_page(work, review_values(work, TODAY, public=True))
    finally:
        work.close()


def main(target: Path) -> None:
    """Three pictures: the page on a laptop, on a phone in the dark, and its charts."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        url = page(Path(folder)).as_uri()
        with Visit(browser, url, width=1040) as visit:
            visit.page.screenshot(path=target / "week.png", clip={"x": 0, "y": 0, "width": 1040, "height": 900})
        with Visit(browser, url, width=390, scheme="dark") as visit:
            visit.page.screenshot(path=target / "phone.png", clip={"x": 0, "y": 0, "width": 390, "height": 900})
        with Visit(browser, url, width=800) as visit:
            visit.page.locator("section[aria-labelledby=balance]").screenshot(path=target / "balance.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
