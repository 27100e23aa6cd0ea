"""Changing what stands in the notes: a need's state, when somebody is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app.writing import Change, person_of, writer
from mdnet.core import writeback

if TYPE_CHECKING:
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Need, Network, Person, State

COMMANDS: dict[State, str] = {"helped": "done", "dropped": "drop", "helping": "start", "open": "reopen"}


def set_state(
    work: Workspace, network: Network, need: Need, state: State, today: date, *, dry_run: bool = False
) -> Change:
    """Tick a need, or take the tick away, where it stands. Raises WriteRefusedError."""
    person = person_of(network, need)
    written = writer(work, dry_run=dry_run).change(
        need.path,
        lambda data: writeback.set_state(data, need, person, state, today, work.settings),
        COMMANDS[state],
    )
    return Change(written, f"{need.person}: {need.text} ({state})")


def snooze_need(
    work: Workspace, network: Network, need: Need, until: date, today: date, *, dry_run: bool = False
) -> Change:
    """Have a need rest until a day. Raises WriteRefusedError."""
    person = person_of(network, need)
    written = writer(work, dry_run=dry_run).change(
        need.path,
        lambda data: writeback.set_not_before(data, need, person, until, today, work.settings),
        "snooze",
    )
    return Change(written, f"{need.person}: {need.text} (not before {until})")


def snooze_person(work: Workspace, person: Person, until: date, *, dry_run: bool = False) -> Change:
    """Have a person not be due before a day: the property `snooze` of their note. Raises WriteRefusedError."""
    written = writer(work, dry_run=dry_run).change(
        person.path,
        lambda data: writeback.set_property(data, person.path, "snooze", until.isoformat()),
        "due",
    )
    return Change(written, f"{person.name} is not due before {until}")
