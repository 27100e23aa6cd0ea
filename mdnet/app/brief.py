"""One person before one meets them, gathered and rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdnet.app import matches as matching
from mdnet.app.html import addresses
from mdnet.app.page_file import put_page
from mdnet.app.pages import read_pages
from mdnet.app.templates import html_page, renderer
from mdnet.core import brief
from mdnet.core.draft import slug
from mdnet.core.lookup import find_person
from mdnet.core.model import LIVE
from mdnet.core.page_charts import contact_years
from mdnet.core.page_links import linked
from mdnet.core.privacy import Veil, public_helpers, public_matches, public_network
from mdnet.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from mdnet.app.workspace import Workspace


def gather(work: Workspace, query: str, today: date, *, public: bool) -> dict[str, Any]:
    """The brief of the one person whom `query` names, see `core.brief.build`.

    `public`: without anything private. Raises NotFoundError (for a private person too, then), AmbiguousError.
    """
    network = work.index.network()
    person = find_person(network.people.values(), query)
    forms = [form for _, form in read_pages(work, network)]
    veil = Veil(network) if public else None
    if veil is not None:
        if person.private:
            raise NotFoundError(f"{person.name} is private: this stays in the terminal, without --html")
        network = public_network(network, veil)
        person = network.people[person.path]
    needs = [need for need in network.needs if need.person_path == person.path and need.state in LIVE]
    found = matching.of_needs(work, network, needs, forms, since=None, today=today)
    helpers = matching.helpers(work, network, today=today)
    if veil is not None:
        found, helpers = public_matches(found, veil), public_helpers(helpers, veil)
    return brief.build(brief.Known(network, found, helpers, forms, veil), person, today)


def as_markdown(work: Workspace, data: dict[str, Any]) -> str:
    """The brief as text. Raises TemplateError."""
    return renderer(work).render("brief.md.j2", data)


def page_variables(
    work: Workspace, data: dict[str, Any], today: date, open_note: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """The variables of `brief.html.j2`: a public brief, with addresses, and a year of contact."""
    years = contact_years(public_network(work.index.network()), today, [data["person_path"]])
    variables = {**data, "years": years, "vault": work.root.name, "served": open_note is not None}
    return dict(linked(variables, *addresses(work, open_note)))


def write_page(work: Workspace, query: str, today: date, *, out: Path | None = None) -> Path:
    """Write the brief as one HTML file, as `app.html.write_page` does, and give its path."""
    data = gather(work, query, today, public=True)
    page, _ = html_page(renderer(work), "brief.html.j2", page_variables(work, data, today))
    return put_page(work, page, f"brief-{slug(data['person'])}.html", out)
