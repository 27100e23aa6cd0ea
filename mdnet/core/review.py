"""The week's review: whom the user may help and with what, whom to get in touch with, what to ask again.

Everything is chosen as of `today`, but what is shown are days, never "3 days ago": the page of a vault in which
nothing changed stays the same, byte for byte, on every device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdnet.core import balance, cadence, review_parts
from mdnet.core.jsonform import plain
from mdnet.core.model import LIVE
from mdnet.core.page import answers
from mdnet.core.privacy import public_helpers, public_matches, public_part
from mdnet.core.review_matches import choose_matches
from mdnet.core.review_model import Budget, Counts, Footer, Review, Totals
from mdnet.core.review_together import few, introductions
from mdnet.core.review_view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mdnet.core.model import Helper, Match, Network
    from mdnet.core.page import PageForm
    from mdnet.core.weeks import Week

__all__ = ["Budget", "Counts", "Review", "as_json", "build"]

SCHEMA = "mdnet-1"


def build(
    network: Network,
    matches: Iterable[Match],
    helpers: Iterable[Helper],
    *,
    week: Week,
    since: date | None,
    today: date,
    pages: Sequence[PageForm] = (),
    counts: Counts | None = None,
    default_cadence: int | None = None,
    public: bool = False,
    budget: Budget | None = None,
) -> Review:
    """The review of `week`, best first within each part, cut to the `budget`.

    `matches` may hold all pairs or only those that are new or were undecided; `Match.new` says which are new.
    `pages` are all review pages read, this week's among them: what was answered on them is not asked again.
    `public`: without anything private, for what leaves the vault (HTML, exports, a server).
    """
    counts, budget = counts or Counts(), budget or Budget()
    matches, helpers = list(matches), list(helpers)
    if public:
        network, veil = public_part(network)
        matches, helpers = public_matches(matches, veil), public_helpers(helpers, veil)
    view = View(network, answers(pages), today, since, week, budget)
    shown, more, to_decide = choose_matches(view, matches)
    together = introductions(view, helpers)
    ledger = balance.ledger(network, today)
    due = review_parts.due_items(view, cadence.due(network, today, default_cadence))
    no_need = review_parts.without_need(view, due)
    follow_ups = review_parts.follow_ups(view)
    still = review_parts.still_true(view, {item.need for item in follow_ups} | {item.need for item in shown})
    unanswered = review_parts.unanswered(view)
    my_needs = review_parts.my_needs(view, helpers, ledger)
    soon = review_parts.soon(view)
    sums = review_parts.balance_items(view, ledger)
    return Review(
        week=str(week),
        first=week.first,
        last=week.last,
        since=since,
        today=today,
        public=public,
        matches=tuple(shown),
        more_matches=tuple(more),
        introductions=tuple(few(together, budget.introductions)),
        due=tuple(due[: budget.due]),
        more_due=tuple(due[budget.due : budget.due + budget.more_due]),
        no_need=tuple(no_need[: budget.no_need]),
        still_true=tuple(still[: budget.still_true]),
        follow_ups=tuple(follow_ups[: budget.follow_ups]),
        unanswered=tuple(unanswered[: budget.unanswered]),
        my_needs=tuple(my_needs[: budget.my_needs]),
        soon=tuple(soon[: budget.soon]),
        warnings=tuple([item for item in sums if item.warning][: budget.warnings]),
        balance=tuple(sums[: budget.balance]),
        done=() if public else review_parts.done_items(pages, week),
        totals=Totals(
            matches=len(to_decide),
            new_matches=sum(match.new for match in to_decide),
            introductions=len(together),
            due=len(due),
            no_need=len(no_need),
            still_true=len(still),
            follow_ups=len(follow_ups),
            unanswered=len(unanswered),
            my_needs=len(my_needs),
            soon=len(soon),
            balance=len(sums),
        ),
        footer=Footer(
            notes=counts.notes,
            people=len(network.people),
            open_needs=sum(need.state in LIVE for need in network.needs),
            problems=counts.problems,
            conflicts=() if public else counts.conflicts,
            unreadable=counts.unreadable,
            index_age_days=counts.index_age_days,
        ),
    )


def as_json(review: Review) -> dict[str, Any]:
    """The review as plain values, its keys those of `review_model`; dates as `2026-11-24`, first key `schema`.

    This is what `--json` prints and all that a template gets.
    """
    return {"schema": SCHEMA, "decisions": review.decisions, **plain(review)}
