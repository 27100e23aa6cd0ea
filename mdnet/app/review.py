"""This week's review: gathered, rendered, and merged into the page that is there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from mdnet.app import kept
from mdnet.app.apply import Applied, apply_ticks
from mdnet.app.matcher import form, model_name
from mdnet.app.pages import read_pages
from mdnet.app.templates import renderer
from mdnet.app.writing import writer
from mdnet.core import lines
from mdnet.core.merge import merge
from mdnet.core.page import read
from mdnet.core.renamed import with_todays_ids
from mdnet.core.store import GoneError, UnreadableError
from mdnet.core.values import dataclass
from mdnet.core.weeks import parse_week, week_of
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.app.workspace import Workspace
    from mdnet.core.page import PageForm
    from mdnet.core.review_model import Review
    from mdnet.core.weeks import Week

FORM = 2
"""To be raised with every change of what the page's values are, so that no older ones are shown."""
_KEPT = "reviews"
TEMPLATE = "review.md.j2"
COMMAND = "review"
FIRST_REVIEW_DAYS = 14
"""What counts as new in a vault that has no review page yet."""


@dataclass(frozen=True, slots=True)
class Page:
    """What `write_review` did, with the values on the page. `diff` only in a dry run."""

    path: str
    values: dict[str, Any]
    changed: bool
    applied: Applied
    diff: str = ""


def page_path(work: Workspace, week: Week) -> str:
    """The path of a week's page."""
    return f"{work.settings.reviews}/{week}.md" if work.settings.reviews else f"{week}.md"


def since_last_review(pages: Sequence[tuple[str, PageForm]], week: Week) -> date:
    """The first day whose notes are new: the one after the week of the last page before, else two weeks back."""
    earlier = [page.week for _, page in pages if page.week and page.week < str(week)]
    if earlier:
        return parse_week(max(earlier)).after.first
    return week.last - timedelta(days=FIRST_REVIEW_DAYS - 1)


def build_review(
    work: Workspace,
    today: date,
    *,
    week: Week | None = None,
    since: date | None = None,
    public: bool = False,
) -> Review:
    """The review of `week` (else of today's). The index must be up to date. A week that is over is seen as of its last
    day."""
    from mdnet.app import matches as matching  # with all that finding out takes
    from mdnet.core import review
    from mdnet.core.conflicts import tells_of_copy
    from mdnet.core.review_model import Counts

    week = week or week_of(today)
    as_of = min(today, week.last)
    network = work.index.network()
    pages = read_pages(work, network)
    since = since or since_last_review(pages, week)
    forms = [page for _, page in pages]
    matches = matching.of_week(work, network, forms, since=since, today=as_of)
    helpers = matching.helpers(work, network, today=as_of)
    notes = work.index.count(without="review")
    unreadable = len(work.index.unread())
    problems = work.index.problems()
    conflicts = tuple(problem.path for problem in problems if tells_of_copy(problem))
    counts = Counts(notes, len(problems) + len(work.problems), conflicts, unreadable, 0)
    return review.build(
        network,
        matches,
        helpers,
        week=week,
        since=since,
        today=as_of,
        pages=forms,
        counts=counts,
        default_cadence=work.settings.cadence_days,
        public=public,
    )


def review_values(
    work: Workspace,
    today: date,
    *,
    week: Week | None = None,
    since: date | None = None,
    public: bool = False,
) -> dict[str, Any]:
    """The review as plain values, as `--json` prints it and templates get it: those of `build_review`, or what was
    kept of them where nothing has changed since."""
    week = week or week_of(today)
    index, judge = work.index, work.settings.judge
    as_of, model = min(today, week.last), model_name(work)
    key = kept.key_of(
        *(FORM, form(), index.generation(), model, str(week), since, as_of, public, len(work.problems)),
    )
    known = None if judge.url else kept.recall(index, _KEPT, key)  # a model elsewhere may answer another time
    if isinstance(known, dict):
        return known
    from mdnet.core import review

    values = review.as_json(build_review(work, today, week=week, since=since, public=public))
    if not judge.url and model_name(work) == model:  # and it was not found to be unusable
        kept.keep(index, _KEPT, key, values, others=1)
    return values


def render_page(work: Workspace, values: dict[str, Any]) -> str:
    """The page as Markdown, by the user's own template where there is one. Raises TemplateError."""
    return renderer(work).render(TEMPLATE, values)


def _of_today(work: Workspace, path: str, page: str, rendered: str) -> str:
    """The text of the page at `path` with today's ids on questions about people who were renamed."""
    asked = {tick.id for tick in read(rendered).ticks}
    if all(tick.answer or tick.id in asked for tick in read(page).ticks):
        return page
    return with_todays_ids(path, page, work.index.network(), work.index.names())


def write_review(
    work: Workspace,
    today: date,
    *,
    week: Week | None = None,
    since: date | None = None,
    apply: bool = True,
    dry_run: bool = False,
) -> Page:
    """Carry out the ticks, then write the week's page; what the user wrote on it stays. No change, no write.

    Raises TemplateError and WriteRefusedError with the page as it was.
    """
    week = week or week_of(today)
    applied = apply_ticks(work, today, dry_run=dry_run) if apply else Applied()
    values = review_values(work, today, week=week, since=since)
    rendered = render_page(work, values)
    path = page_path(work, week)
    pen = writer(work, dry_run=dry_run)

    def written_anew(old: bytes) -> bytes:
        _, fault = lines.decode(old)
        if fault:
            raise WriteRefusedError(f"{path}: the page {fault}; it was not written")
        return merge(_of_today(work, path, old.decode("utf-8"), rendered), rendered).encode()

    try:
        work.vault.read(path)
    except GoneError:
        written = pen.create(path, merge("", rendered).encode(), COMMAND)
        return Page(path, values, True, applied, written.diff)
    except UnreadableError as error:
        raise WriteRefusedError(f"{error.path}: {error.message}; the page was not written") from error
    written = pen.change(path, written_anew, COMMAND)
    return Page(path, values, written.stamp is not None or bool(written.diff), applied, written.diff)
