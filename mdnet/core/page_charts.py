"""What the pages' pictures show, gathered from the network: numbers, names and the geometry of `core.charts`."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from mdnet.core import charts
from mdnet.core.balance import distinct, months_before
from mdnet.core.charts_map import network_map
from mdnet.core.page_links import map_edges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from mdnet.core.model import Network
    from mdnet.core.stats import Stats

CONTACT_ROWS = 18
_TREND = (280, 84)


def contact_years(network: Network, today: date, paths: Sequence[str]) -> dict[str, dict[str, Any]]:
    """A year of contact for each of `paths`, those never contacted too."""
    days: dict[str, list[tuple[date, str]]] = defaultdict(list)
    wanted = set(paths)
    for exchange in distinct(network.exchanges):
        if exchange.person_path in wanted:
            days[exchange.person_path].append((exchange.date, exchange.verb))
    return {path: charts.contact_year(days[path], today) for path in paths}


def most_in_touch(network: Network, today: date) -> list[str]:
    """Paths of those with most contacts in the year up to `today`, the latest contact first."""
    start = months_before(today, 12)
    number: Counter[str] = Counter()
    last: dict[str, date] = {}
    for exchange in distinct(network.exchanges):
        if start < exchange.date <= today and exchange.person_path in network.people:
            number[exchange.person_path] += 1
            last[exchange.person_path] = max(exchange.date, last.get(exchange.person_path, exchange.date))
    most = sorted(number, key=lambda path: (-number[path], path))[:CONTACT_ROWS]
    return sorted(most, key=lambda path: (-last[path].toordinal(), network.people[path].name.casefold(), path))


def balance_rows(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The review's balance, each with its bar, all drawn to the same scale."""
    most = max((max(item["gave"], item["asked"], item["got"]) for item in items), default=0)
    return [{**item, "bar": charts.diverging(item["gave"], item["asked"], item["got"], max(most, 4))} for item in items]


def review_charts(review: Mapping[str, Any], network: Network, stats: Stats) -> dict[str, Any]:
    """All pictures of the review page."""
    today = stats.today
    me = network.me.path if network.me else ""
    edges = map_edges(review, me)
    names = {path: person.name for path, person in network.people.items()} | {me: "You"}
    rows = most_in_touch(network, today)
    shown = [item["person_path"] for part in ("due", "more_due", "no_need") for item in review[part]]
    shown += [item["person_path"] for part in ("matches", "more_matches") for item in review[part]]
    years = contact_years(network, today, list(dict.fromkeys([*rows, *shown])))
    return {
        "balance": balance_rows(review["balance"]),
        "ticks": charts.month_ticks(today),
        "years": years,
        "contact": [{"person": names[path], "person_path": path, "year": years[path]} for path in rows],
        "edges": edges,
        "map": network_map(edges, names),
        "trends": trends(stats),
    }


def trends(stats: Stats) -> dict[str, Any]:
    """Needs open, helped and days to help over the weeks, as lines and columns with their numbers."""
    width, height = _TREND
    days = [week.days_to_help for week in stats.weeks]
    latest = next((day for day in reversed(days) if day is not None), None)
    return {
        "weeks": [
            {
                "week": week.week,
                "first": week.first.isoformat(),
                "open": week.open,
                "opened": week.opened,
                "helped": week.helped,
                "days": week.days_to_help,
            }
            for week in stats.weeks
        ],
        "open": charts.line([week.open for week in stats.weeks], width, height) | {"now": stats.weeks[-1].open},
        "helped": charts.columns([{"helped": week.helped} for week in stats.weeks], ("helped",), width, height)
        | {"sum": sum(week.helped for week in stats.weeks)},
        "days": charts.line(days, width, height) | {"now": latest},
    }


def stats_charts(stats: Stats) -> dict[str, Any]:
    """All pictures of the page of figures."""
    width, height = 560, 150
    months = [{"met": m.met, "gave": m.gave, "asked": m.asked, "got": m.got} for m in stats.months]
    return {
        "trends": trends(stats),
        "contacts": charts.columns(months, ("met", "gave", "asked", "got"), width, height),
        "balance": charts.columns([{"n": n} for _, n in stats.balance], ("n",), 280, 110, gap=0.2),
    }
