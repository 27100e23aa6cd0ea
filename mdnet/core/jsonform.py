"""The values as plain dictionaries with stable keys: what `--json` prints. Paths relative, lines from 1, dates ISO."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mdnet.core.model import Exchange, Helper, Match, Need, Offer, Person, Problem


def iso(day: date | None) -> str | None:
    """A day as `2026-11-24`, or None."""
    return day.isoformat() if day else None


def plain(value: Any) -> Any:
    """A dataclass as a dictionary of its fields, all that it holds too: tuples as lists, days as text."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 4) if isinstance(value, float) else value


def person(value: Person) -> dict[str, Any]:
    """`name`, `path`, `aliases` and what their note says of them."""
    return {
        "name": value.name,
        "path": value.path,
        "aliases": list(value.aliases),
        "company": value.company,
        "role": value.role,
        "location": value.location,
        "email": list(value.email),
        "phone": list(value.phone),
        "url": list(value.url),
        "birthday": value.birthday,
        "relation": value.relation,
        "cadence_days": value.cadence_days,
        "snooze": iso(value.snooze),
        "met": iso(value.met),
        "tags": list(value.tags),
        "private": value.private,
    }


def need(value: Need) -> dict[str, Any]:
    """`id`, `person`, `text`, `state`, `created`, `path`, `line`, and the fields in the line."""
    return {
        "id": value.id,
        "person": value.person,
        "text": value.text,
        "state": value.state,
        "created": iso(value.created),
        "created_from": value.created_source,
        "path": value.path,
        "line": value.line,
        "due": iso(value.due),
        "not_before": iso(value.not_before),
        "done": iso(value.done),
        "priority": value.priority,
        "block_id": value.block_id,
        "private": value.private,
    }


def offer(value: Offer) -> dict[str, Any]:
    """`person`, `text`, `path`, `line`, `date`."""
    return {
        "person": value.person,
        "text": value.text,
        "path": value.path,
        "line": value.line,
        "date": iso(value.date),
        "private": value.private,
    }


def exchange(value: Exchange) -> dict[str, Any]:
    """`verb`, `person`, `date`, `text`, `path`, `line`."""
    return {
        "verb": value.verb,
        "person": value.person,
        "date": iso(value.date),
        "date_from": value.date_source,
        "text": value.text,
        "path": value.path,
        "line": value.line,
        "private": value.private,
    }


def match(value: Match) -> dict[str, Any]:
    """`need` (its id), `person` and `text` of the need; `path`, `line`, `passage`, `score`, `why`, `new`."""
    return {
        "id": value.id,
        "need": value.need.id,
        "person": value.need.person,
        "text": value.need.text,
        "path": value.passage.path,
        "line": value.passage.line,
        "passage": value.passage.text,
        "date": iso(value.passage.date),
        "score": round(value.score, 4),
        "why": list(value.why),
        "new": value.new,
        "judged_by": value.judged_by,
        "private": value.need.private or value.passage.private,
    }


def helper(value: Helper) -> dict[str, Any]:
    """`need` (its id), `person` and `text` of the need; `helper` (a name), `score`, `why`."""
    return {
        "need": value.need.id,
        "person": value.need.person,
        "text": value.need.text,
        "helper": value.person.name,
        "score": round(value.score, 4),
        "why": list(value.why),
    }


def problem(value: Problem) -> dict[str, Any]:
    """`path`, `line`, `message`."""
    return {"path": value.path, "line": value.line, "message": value.message}
