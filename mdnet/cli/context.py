"""What commands share: options, the opened vault, today's date, the one line about problems."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import click

from mdnet.cli.output import count, problems_told, progress, safe, styled
from mdnet.cli.place import today, vault_meant
from mdnet.core.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from mdnet.app.sync import SyncReport
    from mdnet.app.workspace import Workspace

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON, for other programs.")


_FRESH = "mdnet.fresh"
LONGEST_CONTEXT = 160


def vault_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--vault` after the command's name too, and `--fresh`."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        if value:
            ctx.obj = value

    def be_sure(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001
        ctx.meta[_FRESH] = value

    fresh = click.option(
        "--fresh",
        is_flag=True,
        expose_value=False,
        callback=be_sure,
        help="Look at the folder even if a daemon watches it.",
    )
    option = click.option("--vault", metavar="FOLDER", expose_value=False, callback=remember, help="The vault.")
    return option(fresh(function))


@contextmanager
def opened(ctx: click.Context) -> Iterator[Workspace]:
    """The vault, opened, as it was last indexed."""
    from mdnet.app.workspace import open_workspace

    work = open_workspace(*vault_meant(ctx.obj))
    try:
        yield work
    finally:
        work.close()


@contextmanager
def synced(ctx: click.Context, *, quiet: bool = False) -> Iterator[Workspace]:
    """The vault with its index brought up to date; tells on standard error how many problems there are."""
    from mdnet.app.freshness import daemon_is_fresh

    with ExitStack() as stack:
        work = stack.enter_context(opened(ctx))
        if not ctx.meta.get(_FRESH) and daemon_is_fresh(work):
            held, problems = 0, work.index.problem_count()
        else:
            work, report = stack.enter_context(up_to_date(work))
            held, problems = len(report.held), report.problems
        if not quiet:
            tell_problems(held, problems)
        told = stack.enter_context(progress("Matching"))
        yield replace(work, progress=told, notice=_notice)


@cache
def _notice(line: str) -> None:
    """Say it once, however many look-ups meet it."""
    click.echo(f"mdnet: {safe(line)}", err=True)


def sync_with_progress(work: Workspace, **options: Any) -> SyncReport:
    """Sync, with a bar where it takes long. SIGTERM stops it as Ctrl-C does, so that what was read is kept."""
    from mdnet.app.sync import sync
    from mdnet.cli.stopping import stoppable

    with stoppable(), progress("Reading notes") as report:
        return sync(work.vault, work.index, work.settings, progress=report, **options)


@contextmanager
def up_to_date(work: Workspace) -> Iterator[tuple[Workspace, SyncReport]]:
    """`work` with its index brought up to date, and how that went; with an index in memory where the file cannot be
    written. Only the answers of an index that was whole, and that another process writes right now, may be old. Tells
    on standard error what is not as usual."""
    report = sync_with_progress(work)
    if report.warning and work.index.path is not None and not (_is_busy(report) and _was_whole(work, report)):
        from mdnet.adapters.index import Index

        why = why_not_kept(report).partition(";")[0]
        index = Index.memory(work.settings, f"{why}; every note was read instead, which takes longer")
        with closing(index):
            report = sync_with_progress(replace(work, index=index))
            _notice(report.warning)
            yield replace(work, index=index), report
        return
    for said in (report.warning, report.busy and f"{report.busy}; what it has not written yet is not shown"):
        if said:
            _notice(said)
    yield work, report


def why_not_kept(report: SyncReport) -> str:
    """Why the index could not be brought up to date, or cannot be kept; "" where all is well."""
    return str(report.failure or report.warning)


def _is_busy(report: SyncReport) -> bool:
    from mdnet.adapters.index.errors import IndexBusyError

    return isinstance(report.failure, IndexBusyError)


def _was_whole(work: Workspace, report: SyncReport) -> bool:
    """Whether the index held all of the vault before, and not only the part that somebody has read by now."""
    from mdnet.adapters.index.read import RESOLVE_ALL

    return work.index.get_meta(RESOLVE_ALL) is None and (work.index.status().notes > 0 or report.notes == 0)


def tell_problems(held: int, problems: int) -> None:
    """One line on standard error where there are problems or notes on hold."""
    if held:
        click.echo(
            f"mdnet: {count(held, 'note')} gone at once: nothing was forgotten. Is the disk there? "
            "If you deleted them, run 'mdnet index --rebuild'.",
            err=True,
        )
    if problems:
        click.echo(problems_told(problems), err=True)


dry_run_option: Decorator = click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")


def _date(value: str, param: click.Parameter, ctx: click.Context, towards: Literal["past", "future"]) -> date:
    from mdnet.adapters.natural_date import month_first, parse_natural

    found = parse_natural(value, today(), towards, months_first=month_first(os.environ))
    if found is None:
        raise click.BadParameter(f"'{value}' is no date that I know; write it like 2026-11-24", ctx, param)
    return found


def past_date(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A date as people say it; `friday` is the last one."""
    return None if value is None else _date(value, param, ctx, "past")


def past_dates(ctx: click.Context, param: click.Parameter, value: tuple[str, str] | None) -> tuple[date, date] | None:
    """Two dates as people say them, or weeks (`2026-W47`), from the first day to the last."""
    spans = [_span(text, param, ctx) for text in value or ()]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _span(text: str, param: click.Parameter, ctx: click.Context) -> tuple[date, date]:
    from mdnet.core.weeks import week_named

    try:
        week = week_named(text)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None
    if week is not None:
        return week.first, week.last
    day = _date(text, param, ctx, "past")
    return day, day


def future_date(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A date as people say it; `friday` is the next one. One that is past is told on standard error."""
    if value is None:
        return None
    found = _date(value, param, ctx, "future")
    if found < today() and not ctx.resilient_parsing:
        click.echo(f"mdnet: {param.opts[0]} {found} is past already", err=True)
    return found


def print_diff(diff: str) -> None:
    """A unified diff, coloured on a terminal; of very long lines around a change only the beginning."""
    for line in (diff or "nothing to write").rstrip("\n").split("\n"):
        if line.startswith(" ") and len(line) > LONGEST_CONTEXT:
            click.echo(safe(f"{line[:LONGEST_CONTEXT]}…"))
            continue
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        click.echo(styled(safe(line), colour) if colour else safe(line))
