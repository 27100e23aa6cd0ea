"""Whom a record line concerns, now that it is known what its links mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.links import FROM_HERE, is_elsewhere, key_of
from mdnet.core.model import Problem, Record
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.links import Named, Names
    from mdnet.core.model import Note, NoteKind
    from mdnet.core.settings import Settings

NOBODY = "no person in this line: link one, as in [[Ana Ruiz]]"
_OWN = ("need", "offer")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A link in a record that no note answers; a hint is made when it is shown, since it depends on everybody."""

    line: int
    target: str


@dataclass(frozen=True, slots=True)
class Who:
    """Whom one record is about. `lead`: the links right after the verb mean people, so they are not text."""

    people: tuple[str, ...] = ()
    lead: bool = False
    problems: tuple[Problem, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()


def records_of(note: Note, settings: Settings) -> tuple[Record, ...]:
    """The note's records, and, where mentions count, one `met` for each link in a dated note without records of it."""
    if not settings.mentions_count or note.kind != "note" or note.date_source == "file" or note.date is None:
        return note.records
    spoken = {key_of(target) for record in note.records for target in record.people}
    mentions = []
    for link in note.links:
        key = key_of(link.target)
        if key not in spoken and not link.embed:
            spoken.add(key)
            mentions.append(Record("met", link.line, raw="", text="", people=(link.target,), lead=1, mention=True))
    return (*note.records, *mentions)


def who_is_meant(record: Record, path: str, kind: NoteKind, names: Names) -> Who:
    """Whom a record in the note at `path` concerns.

    In a person's own note that is this person, unless the links right after the verb name somebody; so too for the
    user's own needs and offers. Everywhere else it is everybody linked in the line.
    """
    own = kind == "person" or (kind == "me" and record.verb in _OWN)
    if own and not record.people:
        return Who((path,))
    answers = [(target, names.answer(target, path)) for target in record.people]
    if record.mention:
        return Who(_persons(answers))
    doubtful = tuple(
        Problem(path, record.line, ambiguous(target, found)) for target, found in answers if len(found) > 1
    )
    lost = tuple(Unanswered(record.line, target) for target, found in answers if not found and not is_elsewhere(target))
    leading = answers[: record.lead]
    if own:
        if _persons(leading):
            return Who(_persons(answers), True, doubtful, lost)
        unsure = any(len(found) > 1 or (not found and not is_elsewhere(target)) for target, found in leading)
        return Who(() if unsure else (path,), False, doubtful, lost)
    people = _persons(answers) if record.verb in _OWN else _persons(answers, me=False)
    if not people and not doubtful and not lost:
        doubtful = (Problem(path, record.line, NOBODY),)
    return Who(people, bool(_persons(leading)), doubtful, lost)


def _persons(answers: Sequence[tuple[str, tuple[Named, ...]]], *, me: bool = True) -> tuple[str, ...]:
    kinds = ("person", "me") if me else ("person",)
    plain = [found[0] for _, found in answers if len(found) == 1]
    return tuple(dict.fromkeys(note.path for note in plain if note.kind in kinds))


def ambiguous(target: str, found: Sequence[Named]) -> str:
    """What to tell of a link that several notes answer."""
    shown = [note.path.removesuffix(".md") for note in found[:4]]
    more = f" or {len(found) - 4} more" if len(found) > 4 else ""
    return f"[[{_shown(target)}]] may be {' or '.join(shown)}{more}: write the path, as in [[{shown[0]}]]"


def _shown(target: str) -> str:
    return target.removeprefix(FROM_HERE).lstrip("/") if target.startswith(FROM_HERE) else target


def unanswered(path: str, lost: Unanswered, near: Sequence[str]) -> Problem:
    """What to tell of a link that no note answers; `near` are names that look like it."""
    hint = f"; did you mean {' or '.join(f'[[{name}]]' for name in near)}?" if near else ""
    return Problem(path, lost.line, f"no note or alias is called [[{_shown(lost.target)}]]{hint}")
