"""From a command or a tick to the bytes of a note: one line changed or added, all others as they were.

Every function takes the note's bytes as they are on disk now and gives the bytes to write. What comes out is read
again before it is given: where it would not say exactly what was meant, nothing is written.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mdnet.core import frontmatter, lines, property_edit, sections, task_line
from mdnet.core.identity import need_id
from mdnet.core.links import names_of, target_key
from mdnet.core.mdtext import md_link, md_text, one_line
from mdnet.core.parse import parse_note
from mdnet.core.syntax import parse_item
from mdnet.core.values import dataclass, replace
from mdnet.errors import UnsafeTextError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from mdnet.core.model import Need, Note, Person, Record, State, Verb
    from mdnet.core.settings import Settings

MAX_TEXT = 2_000
"""Characters of one captured text; more is no line but a note."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to write. `people` are link targets where it concerns several, the note's own person not needed."""

    verb: Verb
    text: str
    day: date
    people: tuple[str, ...] = ()
    due: date | None = None
    block_id: str | None = None
    private: bool = False
    trusted: bool = False
    """The text is mdnet's own Markdown (from a review page) and not what somebody typed."""


# ---- a need's state -------------------------------------------------------------------------------------------


def set_state(data: bytes, need: Need, person: Person, state: State, today: date, settings: Settings) -> bytes:
    """The note with `need` in that state; the same bytes where it is in it already."""

    def change(line: str, form: task_line.Form, *, is_item: bool) -> str:
        return task_line.with_state(line, state, today, form, is_item=is_item)

    return _change_need(data, need, person, settings, today, change, unless=lambda record: record.state == state)


def set_not_before(data: bytes, need: Need, person: Person, day: date, today: date, settings: Settings) -> bytes:
    """The note with `need` snoozed until `day`."""

    def change(line: str, form: task_line.Form, *, is_item: bool) -> str:  # noqa: ARG001
        return task_line.with_field(line, "not_before", day, form)

    return _change_need(data, need, person, settings, today, change, unless=lambda record: record.not_before == day)


def find_record(note: Note, need: Need, person: Person) -> Record:
    """The one record in `note` that is this need. Raises WriteRefusedError where none or two are."""
    own, others = names_of(person.path, person.aliases)
    keys = {own, *others}
    found = [
        record
        for record in note.records
        if record.verb == "need"
        and (note.path == person.path or any(target_key(target) in keys for target in record.people))
        and need.id in {need_id(need.person, text, record.block_id) for text in _readings(record)}
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise WriteRefusedError(
            f"{note.path}: the need '{need.text}' is not there any more; nothing was written. "
            "Run the command again: the notes have changed."
        )
    places = " and ".join(str(record.line) for record in found)
    raise WriteRefusedError(
        f"{note.path}: the need '{need.text}' stands there twice, in lines {places}; nothing was written. Remove one."
    )


def _readings(record: Record) -> tuple[str, str]:
    """What a record may say, depending on whether its leading links mean people."""
    return record.text, f"{record.lead_text} {record.text}".strip()


def _change_need(
    data: bytes,
    need: Need,
    person: Person,
    settings: Settings,
    today: date,
    change: Callable[..., str],
    unless: Callable[[Record], bool],
) -> bytes:
    note = parse_note(need.path, data, settings, today)
    record = find_record(note, need, person)
    if unless(record):
        return data
    text, _ = lines.decode(data)
    form = task_line.form_of(text)
    if record.origin == "line":
        new = lines.replace_line(data, record.line, change(record.raw, form, is_item=True))
    else:
        try:
            new = _change_property(data, text, record, change, form, settings)
        except WriteRefusedError as error:
            raise WriteRefusedError(f"{need.path}:{record.line}: {error}; nothing was written") from error
    after = parse_note(need.path, new, settings, today)
    _only_differs(note, after, record, find_record(after, need, person))
    return new


def _change_property(
    data: bytes, text: str, record: Record, change: Callable[..., str], form: task_line.Form, settings: Settings
) -> bytes:
    """The need is an item of the `needs` property: changed in place, in the YAML style it has."""
    block, physical = _block(text)
    prop = property_edit.find(block, "needs")
    wanted = (record.text, record.block_id, record.lead_text)
    for item in prop.items if prop else ():
        read = parse_item(item.value, settings, "need", origin="property").record
        if item.line + 2 == record.line and read and (read.text, read.block_id, read.lead_text) == wanted:
            value = change(item.value, form, is_item=False)
            return lines.replace_line(data, record.line, property_edit.replaced(physical[item.line], item, value))
    raise WriteRefusedError("this item of 'needs' cannot be changed in place; edit it by hand")


def _block(text: str) -> tuple[str, list[str]]:
    """The front matter without its fences, and its physical lines."""
    front = frontmatter.read(text)
    if front.body_line == 1:
        return "", []
    physical = text.split("\n")[1 : front.body_line - 2]
    return "\n".join(physical) + "\n", physical


def _only_differs(before: Note, after: Note, old: Record, new: Record) -> None:
    """Make sure that the record kept its words and all other records are as they were."""
    same = (old.verb, old.text, old.lead_text, old.people, old.block_id, old.private)
    if same != (new.verb, new.text, new.lead_text, new.people, new.block_id, new.private):
        raise WriteRefusedError(f"{before.path}:{old.line}: this line cannot be changed safely; edit it by hand")
    others = [_said(record) for record in before.records if record is not old]
    if others != [_said(record) for record in after.records if record is not new]:
        raise WriteRefusedError(f"{before.path}:{old.line}: the change would alter other lines; edit it by hand")


# ---- a new record ---------------------------------------------------------------------------------------------


def add_record(data: bytes, person: Person, entry: Entry, settings: Settings) -> bytes:
    """The person's note with `entry` added under the right heading; the same bytes where its block id is there."""
    note = parse_note(person.path, data, settings, entry.day)
    if entry.block_id and any(_is_there(record, entry) for record in note.records):
        return data
    text, fault = lines.decode(data)
    if fault:
        raise WriteRefusedError(f"{person.path}: the file {fault}; nothing was written")
    if entry.verb in ("need", "offer") and not entry.people:
        in_property = _add_to_property(data, text, note, entry, settings)
        if in_property is not None:
            with suppress(UnsafeTextError):  # else it goes under a heading, where more can be written
                return _checked(note, in_property, entry, settings)
    slot = _slot(text, entry.verb, settings, entry.day)
    form = task_line.form_of(text)
    last = UnsafeTextError("this text cannot be written as one line")
    for wording in _wordings(entry):
        line = slot.bullet + _line(wording, slot.dates, form, implied=_implies(entry.verb))
        new = _inserted(data, slot, line)
        if len(new) > settings.max_note_bytes:
            raise WriteRefusedError(f"{person.path}: so large that only its properties are read; nothing was written")
        try:
            return _checked(note, new, wording, settings)
        except UnsafeTextError as error:
            last = error
    raise last


def _is_there(record: Record, entry: Entry) -> bool:
    return record.verb == entry.verb and record.block_id == entry.block_id


def _implies(verb: Verb) -> bool:
    """Whether the heading that such a record goes under says its verb."""
    return verb in ("need", "offer")


def _slot(text: str, verb: Verb, settings: Settings, day: date | None = None) -> sections.Slot:
    body = frontmatter.read(text).body_line - 1
    physical = text.split("\n")
    if physical and not physical[-1]:
        physical.pop()
    if not _implies(verb):
        dated = sections.Dated(day, settings) if day else None
        return sections.find_slot(physical, settings.log_headings, "Log", body=body, dated=dated)
    names = [heading for heading, meant in settings.headings.items() if meant == verb]
    title = "Needs" if verb == "need" else "Offers"
    return sections.find_slot(physical, names, title, body=body, before="log")


def _wordings(entry: Entry) -> list[Entry]:
    """The entry as it was typed, and with every sign that could mean something made plain."""
    typed = one_line(entry.text)
    if not typed and entry.verb in ("need", "offer"):
        raise UnsafeTextError(f"what is the {entry.verb}? The text is empty")
    if len(typed) > MAX_TEXT:
        raise UnsafeTextError(f"the text is longer than {MAX_TEXT:,} characters: write a note instead")
    if entry.trusted:
        return [replace(entry, text=typed)]
    return [replace(entry, text=typed), replace(entry, text=md_text(typed))]


def _line(entry: Entry, dates: sections.DateStyle | None, form: task_line.Form, *, implied: bool) -> str:
    """The item's text: checkbox, date, verb, people, text, fields, block id."""
    parts: list[str] = []
    if implied:
        parts.append("[ ]")
    else:
        if dates == "link":
            parts.append(f"[[{entry.day.isoformat()}]]")
        elif dates != "field":
            parts.append(entry.day.isoformat())
        parts.append(f"#{entry.verb}")
    if entry.people:
        if implied:
            parts.append(f"#{entry.verb}")
        names = [md_link(target, _display(target)) for target in entry.people]
        joined = " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
        parts.append(joined + (":" if entry.text and not implied else ""))
    parts.append(entry.text)
    if entry.private:
        parts.append("#private")
    line = " ".join(part for part in parts if part)
    if implied or dates == "field":
        line = task_line.with_field(line, "created", entry.day, form)
    if entry.due:
        line = task_line.with_field(line, "due", entry.due, form)
    return f"{line} ^{entry.block_id}" if entry.block_id else line


def _display(target: str) -> str:
    """How a link to a person reads: their name, without folders and `@`."""
    return target.rpartition("/")[2].removeprefix("@")


def _inserted(data: bytes, slot: sections.Slot, line: str) -> bytes:
    for text in reversed((*slot.above, line, *slot.below)):  # each pushes down those that come after it
        data = lines.insert_line(data, slot.before + 1, text)
    return data


def _add_to_property(data: bytes, text: str, note: Note, entry: Entry, settings: Settings) -> bytes | None:
    """With the need added to a `needs` (or `offers`) list, where the note keeps them there and has no such heading."""
    key = f"{entry.verb}s"
    if key not in map(str.lower, note.properties) or _has_heading(text, entry.verb, settings):
        return None
    block, physical = _block(text)
    try:
        prop = property_edit.find(block, key)
        if prop is None or prop.kind in ("empty", "single"):
            return None
        value = _wordings(entry)[0].text + (" #private" if entry.private else "")
        if entry.verb == "need":
            value = task_line.with_field(value, "created", entry.day, task_line.form_of(text))
        if entry.due:
            value = task_line.with_field(value, "due", entry.due)
        value = f"{value} ^{entry.block_id}" if entry.block_id else value
        at, line, is_new = property_edit.added(physical, prop, value)
    except WriteRefusedError:
        return None
    return lines.insert_line(data, at + 2, line) if is_new else lines.replace_line(data, at + 2, line)


def _has_heading(text: str, verb: Verb, settings: Settings) -> bool:
    """Whether the note has a heading for such records: one does not have to be made."""
    return not any(line.startswith("#") for line in _slot(text, verb, settings).above)


def _checked(before: Note, new: bytes, entry: Entry, settings: Settings) -> bytes:
    """`new`, once reading it again gives what was there and just this record more. Raises UnsafeTextError."""
    after = parse_note(before.path, new, settings, entry.day)
    known = [_said(record) for record in before.records]
    fresh = [record for record in after.records if not _taken(known, _said(record))]
    fine = (
        not known
        and len(fresh) == 1
        and fresh[0].verb == entry.verb
        and fresh[0].lead == len(entry.people)
        and fresh[0].people[: fresh[0].lead] == entry.people
        and fresh[0].block_id == entry.block_id
        and fresh[0].state == "open"
        and (fresh[0].due == entry.due or not entry.due)
        and (fresh[0].private or not entry.private)
        and len(after.problems) <= len(before.problems)
    )
    if not fine:
        raise UnsafeTextError(
            f"this text would not be read as one {entry.verb}: '{one_line(entry.text)[:80]}'. "
            "Leave out tags such as #gave, a ^id at the end and dates that do not exist."
        )
    return new


def _said(record: Record) -> tuple[object, ...]:
    """What makes a record the same; the items of a property may share one line, which changes with each."""
    where = record.raw if record.origin == "line" else ""
    return (record.verb, where, record.text, record.people, record.origin, record.state, record.due, record.created)


def _taken(known: list[tuple[object, ...]], said: tuple[object, ...]) -> bool:
    """Whether `said` is among `known`; then it is crossed out there."""
    if said in known:
        known.remove(said)
        return True
    return False


# ---- other notes ----------------------------------------------------------------------------------------------


def add_heard(data: bytes, text: str, path: str = "the daily note") -> bytes:
    """A daily note with a new item at its end."""
    typed = one_line(text)
    if not typed:
        raise UnsafeTextError("what did you hear? The text is empty")
    body, fault = lines.decode(data)
    if fault:
        raise WriteRefusedError(f"{path}: the file {fault}; nothing was written")
    physical = body.split("\n")
    end = len(physical)
    while end > 0 and not physical[end - 1].strip():
        end -= 1
    begin = frontmatter.read(body).body_line - 1
    if opened := sections.never_closed(physical[begin:end]):
        raise WriteRefusedError(
            f"{path}:{begin + opened}: code or a comment begins here that is never closed, so what is written below is "
            "no text: close it; nothing was written"
        )
    last = physical[end - 1] if end else ""
    is_list = last.lstrip()[:2] in ("- ", "* ", "+ ")
    above = () if is_list or not last or end <= begin else ("",)
    bullet = last.lstrip()[:2] if is_list else "- "
    for wording in (typed, md_text(typed)):
        if sections.adds_an_item(physical[begin:end], (*above, bullet + wording)):
            return _inserted(data, sections.Slot(end, above=above), bullet + wording)
    raise UnsafeTextError(f"this text would not be read as one item of a list: '{typed[:80]}'")


def set_property(data: bytes, path: str, key: str, value: str) -> bytes:
    """The note with the one-value property `key` set, its line changed or added; front matter is made if need be."""
    text, fault = lines.decode(data)
    if fault:
        raise WriteRefusedError(f"{path}: the file {fault}; nothing was written")
    front = frontmatter.read(text)
    if front.problems:
        at, message = front.problems[0]
        raise WriteRefusedError(f"{path}:{at}: {message} Mend that first; nothing was written")
    name = next((known for known in front.key_lines if known.lower() == key), key)
    line = f"{name}: {value}"
    if front.body_line == 1:
        new = data
        for number, part in enumerate(("---", line, "---"), 1):
            new = lines.insert_line(new, number, part)
    elif name in front.key_lines:
        block, physical = _block(text)
        prop = property_edit.find(block, key)
        at = front.key_lines[name]
        if prop is not None and prop.kind == "single":
            new = lines.replace_line(data, at, property_edit.replaced(physical[at - 2], prop.items[0], value))
        elif prop is not None and prop.kind == "empty":
            new = lines.replace_line(data, at, property_edit.filled(physical[at - 2], value))
        else:
            raise WriteRefusedError(f"{path}:{at}: '{key}' is not one value; edit it by hand")
    else:
        new = lines.insert_line(data, front.body_line - 1, line)
    after = frontmatter.read(lines.decode(new)[0])
    if str(after.properties.get(name)) != value or {**after.properties, name: 0} != {**front.properties, name: 0}:
        raise WriteRefusedError(f"{path}: '{key}' cannot be set safely; edit it by hand")
    return new
