"""Pages for the browser: one file each, with everything in it and nothing private."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mdnet.app.draft import mail_links
from mdnet.app.page_file import put_page
from mdnet.app.templates import html_page, renderer
from mdnet.core import balance, cadence, stats
from mdnet.core.face import faces
from mdnet.core.page_charts import review_charts
from mdnet.core.page_links import grouped, linked
from mdnet.core.privacy import public_part
from mdnet.core.urls import file_url, obsidian, web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mdnet.app.workspace import Workspace


def write_page(work: Workspace, review: Mapping[str, Any], *, out: Path | None = None) -> Path:
    """Write the review as one HTML file, readable by its owner alone, and give its path.

    `review` is `core.review.as_json` of a review built with `public=True`. Without `out` the page goes to the
    user's own state folder, never into the vault. Raises TemplateError and WriteRefusedError, with what was there
    still there.
    """
    data = review_data(work, review)
    return put_page(work, html_page(renderer(work), "review.html.j2", data)[0], f"{review['week']}.html", out)


def review_data(work: Workspace, review: Mapping[str, Any], *, open_note: Callable[[str], str] | None = None) -> Any:
    """The variables of `review.html.j2`. `open_note` says where a path leads; else to Obsidian and the file."""
    if review["public"] is not True:
        raise ValueError("a page is made of a public review only")
    day = date.fromisoformat(review["today"])
    network, veil = public_part(work.index.network())
    figures = stats.measure(network, day, default_cadence=work.settings.cadence_days)
    people = faces(network, cadence.last_contacts(network, day), balance.ledger(network, day), veil)
    shown = {
        item[key]
        for part in ("matches", "more_matches", "due", "more_due", "no_need", "follow_ups", "introductions")
        for item in review[part]
        for key in ("person_path", "other_path")
        if key in item
    }
    data: dict[str, Any] = {
        **review,
        "faces": {path: face for path, face in people.items() if path in shown},
        "charts": review_charts(review, network, figures),
        "mail": mail_links(work, network, review),
        "vault": work.root.name,
        "served": open_note is not None,
    }
    for part in ("matches", "more_matches"):
        data[part] = [{**item, "source_href": web(item["source"])} for item in review[part]]
    data = linked(data, *addresses(work, open_note))
    return data | {"groups": grouped(data["matches"]), "more_groups": grouped(data["more_matches"])}


def addresses(
    work: Workspace, open_note: Callable[[str], str] | None = None
) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Where a note's path leads: (opened, as a file). A page that is served links to itself, and to no file."""
    if open_note is not None:
        return open_note, lambda _path: ""
    root = work.root.absolute().as_posix()
    return (lambda path: obsidian(work.root.name, path)), (lambda path: file_url(root, path))
