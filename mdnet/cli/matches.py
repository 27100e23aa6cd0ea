"""How matches and helpers are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.output import bold, dim, safe, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.model import Helper, Match, Need

MAX_PASSAGE = 240
MAX_FACT = 100


def print_matches(matches: Sequence[Match], title: str = "", *, scores: bool = False) -> None:
    """Each match: whose need, the passage with the words that tie them marked, what stands before it, and where. What
    was typed and not noted is nobody's need, or stands nowhere."""
    if not matches:
        return
    from mdnet.core.review_matches import context

    if title:
        click.echo("\n" + bold(title))
    for match in matches:
        score = dim(f" {match.score:.2f}") if scores else ""
        click.echo(f"- {bold(safe(_named(match.need)))}{score}")
        around = context(match)
        click.echo("    " + (dim(f"({safe(around)}) ") if around else "") + _marked(match))
        place = f"{match.passage.path}:{match.passage.line}" if match.passage.path else ""
        told = " · ".join(filter(None, (place, ", ".join(match.why))))
        if told:
            click.echo(dim(f"    {safe(told)}"))


def _named(need: Need) -> str:
    return f"{need.person}: {need.text}" if need.person else need.text


def _marked(match: Match) -> str:
    """The passage, or the part of it around the first marks, with the marks in colour."""
    text, marks = match.passage.text, match.marks
    start = max(0, marks[0][0] - MAX_PASSAGE // 3) if marks and len(text) > MAX_PASSAGE else 0
    end = min(len(text), start + MAX_PASSAGE)
    parts = ["…" if start else ""]
    at = start
    for begin, stop in marks:
        if begin >= at and stop <= end:
            parts += [safe(text[at:begin]), styled(safe(text[begin:stop]), "yellow", "bold")]
            at = stop
    parts += [safe(text[at:end]), "…" if end < len(text) else ""]
    return "".join(parts).replace("\n", " ")


def print_helpers(helpers: Sequence[Helper], title: str = "", *, name_needs: bool = True) -> None:
    """Each person who may help, and why: the words that tie them, else what is known of them that fits best. Below
    the need that each may help with, unless there is only one and everybody knows which."""
    if not helpers:
        return
    if title:
        click.echo("\n" + bold(title))
    by_need: dict[str, list[Helper]] = {}
    for helper in helpers:
        by_need.setdefault(helper.need.id, []).append(helper)
    for group in by_need.values():
        if name_needs:
            click.echo(f"- {bold(safe(_named(group[0].need)))}")
        for helper in group:
            why = _why(helper)
            click.echo(("    " if name_needs else "- ") + safe(helper.person.name) + dim(f" · {why}" if why else ""))


def _why(helper: Helper) -> str:
    from mdnet.core.mdtext import cut

    if helper.why or helper.fact is None:
        return safe(", ".join(helper.why))
    return safe(cut(helper.fact.text, MAX_FACT))
