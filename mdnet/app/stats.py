"""The network's figures over time, and their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdnet.app.html import addresses
from mdnet.app.page_file import put_page
from mdnet.app.templates import html_page, renderer
from mdnet.core.jsonform import plain
from mdnet.core.page_charts import stats_charts
from mdnet.core.page_links import linked
from mdnet.core.privacy import public_network
from mdnet.core.stats import Stats, measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from mdnet.app.workspace import Workspace


def gather(work: Workspace, today: date, *, public: bool = False) -> Stats:
    """The figures of the vault; `public`: of what is not private."""
    network = work.index.network()
    network = public_network(network) if public else network
    return measure(network, today, default_cadence=work.settings.cadence_days)


def as_json(stats: Stats) -> dict[str, Any]:
    """The figures as plain values, dates as text; each month with its `contacts` in sum."""
    data: dict[str, Any] = plain(stats)
    for month, values in zip(data["months"], stats.months, strict=True):
        month["contacts"] = values.contacts
    data["balance"] = [{"tilt": tilt, "people": count} for tilt, count in stats.balance]
    return data


def page_variables(work: Workspace, stats: Stats, open_note: Callable[[str], str] | None = None) -> dict[str, Any]:
    """The variables of `stats.html.j2`, from public figures."""
    variables = {
        **as_json(stats),
        "charts": stats_charts(stats),
        "vault": work.root.name,
        "served": open_note is not None,
    }
    return dict(linked(variables, *addresses(work, open_note)))


def write_page(work: Workspace, today: date, *, out: Path | None = None) -> Path:
    """Write the figures as one HTML file, as `app.html.write_page` does, and give its path."""
    page, _ = html_page(renderer(work), "stats.html.j2", page_variables(work, gather(work, today, public=True)))
    return put_page(work, page, "stats.html", out)
