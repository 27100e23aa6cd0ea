"""Writing down what was said: a person, a need, an offer, a contact, something heard."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from mdnet.adapters.writer import Written
from mdnet.app.writing import Change, writer
from mdnet.core import inline, writeback
from mdnet.core.balance import ledger
from mdnet.core.dates import format_moment
from mdnet.core.identity import need_id, normalise
from mdnet.core.links import key_of, stem_of
from mdnet.core.lookup import find_person, fold
from mdnet.core.mdtext import linkable, one_line
from mdnet.core.store import GoneError, UnreadableError
from mdnet.core.values import dataclass
from mdnet.core.writeback import Entry
from mdnet.errors import NotFoundError, UnsafeTextError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Need, Network, Person, Verb

_SEPARATORS = re.compile(r"\s*(?:[,;+&]|\band\b|\bund\b)\s*")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_VARIABLE = re.compile(r"\{\{\s*(date|time|title)(?::([^}]*))?\s*\}\}")
_ISO, _DAY = "YYYY-MM-DD", re.compile(r"(?:(.*)/)?(\d{4}-\d\d-\d\d\.md)", re.ASCII)
NEW_PERSON = "---\ntype: person\n---\n"


@dataclass(frozen=True, slots=True)
class Said:
    """What to write down: the same line for one person or for several who were there together."""

    verb: Verb
    text: str
    day: date
    due: date | None = None
    private: bool = False

    def when(self, today: date) -> str:
        """The days that were given, to be told with what was written."""
        on = f" on {self.day}" if self.day != today else ""
        return f"{on}, by {self.due}" if self.due else on


def find_people(network: Network, names: str, more: Sequence[str] = (), *, me: bool = False) -> list[Person]:
    """The people that `Ana, Joe and Tim` means, or one whose whole name has such a word in it.

    With `me`, `me` is the user, as long as nobody is called so.
    """
    known = list(network.people.values())
    if me and fold(names) == "me" and not any(fold(person.name) == "me" for person in known):
        if network.me is None:
            raise NotFoundError("there is no note of your own yet: make one, 'Me.md' at the top of your vault")
        return [network.me]
    try:
        found = [find_person(known, names)]
    except NotFoundError:
        parts = [part for part in _SEPARATORS.split(names) if part]
        if len(parts) < 2:
            raise
        found = [find_person(known, part) for part in parts]
    found += [find_person(known, name) for name in more]
    return list({person.path: person for person in found}.values())


def write_record(
    work: Workspace, people: Sequence[Person], said: Said, today: date | None = None, *, dry_run: bool = False
) -> Change:
    """Add one line to the first person's note; tells its day where that is not `today`.

    Raises UnsafeTextError, WriteRefusedError.
    """
    home = people[0]
    targets = tuple(link_target(work, person) for person in people) if len(people) > 1 else ()
    text = _without_others(work, people, said.text) if targets else said.text
    entry = Entry(said.verb, text, said.day, people=targets, due=said.due, private=said.private)
    pen = writer(work, dry_run=dry_run)
    written = pen.change(home.path, lambda data: writeback.add_record(data, home, entry, work.settings), said.verb)
    names = ", ".join(person.name for person in people)
    return Change(written, f"{said.verb} noted for {names}{said.when(today or said.day)}")


def _without_others(work: Workspace, people: Sequence[Person], text: str) -> str:
    """`text` with links to other people as plain names: a line about several concerns everybody linked in it."""
    names, meant = work.index.names(), {person.path for person in people}

    def plain(link: re.Match[str]) -> str:
        target = inline.target_of(link)
        others = [note for note in names.answer(target, people[0].path) if note.path not in meant]
        return (link[3] or target) if any(note.kind in ("person", "me") for note in others) else link[0]

    return inline.LINK.sub(plain, text)


def link_target(work: Workspace, person: Person) -> str:
    """What a wiki-link to this person says: the shortest that means nobody else."""
    stem = stem_of(person.path)
    target = stem if len(work.index.names().answer(stem, person.path)) == 1 else person.path.removesuffix(".md")
    if not linkable(target):
        raise UnsafeTextError(f"{person.path}: this name cannot stand in a wiki-link; rename the note first")
    return target


def new_need(network: Network, person: Person, text: str) -> Need | None:
    """The need just written, as the index knows it."""
    by_id = {need.id: need for need in network.needs}
    wanted = need_id(person.name, text)
    if wanted in by_id:
        return by_id[wanted]
    plain = normalise(text)
    mine = [need for need in network.needs if need.person_path == person.path]
    return next(
        (need for need in reversed(mine) if normalise(need.text) in plain or plain in normalise(need.text)), None
    )


def add_person(work: Workspace, name: str, *, dry_run: bool = False) -> Change:
    """Make a note for a new person. Raises WriteRefusedError where there is one, UnsafeTextError for a bad name."""
    name = _BLANKS.sub(" ", name).strip().removesuffix(".md").removeprefix("@").strip()
    if not name:
        raise UnsafeTextError("whom do you mean? The name is empty")
    if "/" in name or "\\" in name:
        raise UnsafeTextError(f"a name cannot hold '/': '{name}' would be a folder")
    if not linkable(name):
        raise UnsafeTextError(f"'{one_line(name)}' cannot be the name of a note: leave out [ ] | # ^ and line breaks")
    network = work.index.network()
    keys = {key_of(known) for person in network.people.values() for known in (person.name, *person.aliases)}
    if key_of(name) in keys:
        raise WriteRefusedError(f"there is somebody called '{name}' already; 'mdnet show {name}' shows them")
    path = f"{work.settings.people}/{name}.md" if work.settings.people else f"{name}.md"
    written = writer(work, dry_run=dry_run).create(path, NEW_PERSON.encode(), "add")
    return Change(written, f"made a note for {name}")


def write_heard(work: Workspace, text: str, today: date, *, dry_run: bool = False) -> Change:
    """Add something heard to today's daily note, which is made from the user's own template where it is not there."""
    path = daily_path(work, today)
    pen = writer(work, dry_run=dry_run)
    try:
        work.vault.read(path)
    except GoneError:
        data = writeback.add_heard(_from_template(work, path, today), text, path)
        return Change(pen.create(path, data, "heard"), "noted in a new daily note")
    except UnreadableError as error:
        raise WriteRefusedError(f"{error.path}: {error.message}; nothing was written") from error
    written = pen.change(path, lambda data: writeback.add_heard(data, text, path), "heard")
    return Change(written, "noted in today's daily note")


def daily_path(work: Workspace, day: date) -> str:
    """The path of a day's daily note, by the user's own settings; where these name no folder, by what is there."""
    daily = work.settings.daily[0]
    name = f"{format_moment(daily.format, day)}.md"
    folder = daily.folder or (_daily_folder(work, name) if daily.format == _ISO else "")
    return f"{folder}/{name}" if folder else name


def _daily_folder(work: Workspace, name: str) -> str:
    """Where the one note called `name` lies, else the one folder of all notes called by a day; else "", the root."""
    days = [found.groups("") for note in work.index.notes("note") if (found := _DAY.fullmatch(note.path))]
    for homes in ([folder for folder, day in days if day == name], {folder for folder, _ in days}):
        if len(homes) == 1:
            return next(iter(homes))
    return ""


def meeting_note(work: Workspace, person: Person, today: date, *, dry_run: bool = False) -> Change:
    """Make a meeting note with this person, from the user's template `Meeting` where there is one."""
    target = link_target(work, person)
    path = f"Meetings/{today.isoformat()} {person.name}.md"
    data = _template(work, f"{work.settings.templates[0]}/Meeting.md" if work.settings.templates else "")
    if data is None:
        text = f'---\ntype: meeting\ndate: {today.isoformat()}\nattendees:\n  - "[[{target}]]"\n---\n\n'
        text += f"- #met [[{target}]]\n- \n"
    else:
        text = _filled(data, f"{today.isoformat()} {person.name}", today).replace("{{person}}", f"[[{target}]]")
    try:
        work.vault.read(path)
    except GoneError:
        written = writer(work, dry_run=dry_run).create(path, text.encode(), "note")
        return Change(written, f"made a meeting note with {person.name}")
    except UnreadableError as error:
        raise WriteRefusedError(f"{error.path}: {error.message}") from error
    return Change(Written(path), f"today's meeting note with {person.name} is there already")


def _from_template(work: Workspace, path: str, today: date) -> bytes:
    template = work.settings.daily[0].template
    data = _template(work, f"{template.removesuffix('.md')}.md" if template else "")
    return b"" if data is None else _filled(data, stem_of(path), today).encode()


def _template(work: Workspace, path: str) -> str | None:
    if not path:
        return None
    try:
        return work.vault.read(path)[0].decode("utf-8-sig")
    except (UnreadableError, UnicodeDecodeError):
        return None


def _filled(template: str, title: str, today: date) -> str:
    """A template with Obsidian's variables `{{date}}`, `{{date:FORMAT}}`, `{{time}}` and `{{title}}` filled in."""

    def value(found: re.Match[str]) -> str:
        if found[1] == "title":
            return title
        if found[1] == "time":
            return datetime.now().astimezone().strftime("%H:%M")
        return format_moment(found[2] or "YYYY-MM-DD", today)

    return _VARIABLE.sub(value, template)


def word_of_balance(network: Network, people: Sequence[Person], today: date) -> list[str]:
    """A kind word for each of `people` with whom one is out of balance, when about to ask them."""
    sums = ledger(network, today)
    return [
        f"{person.name}: {sums[person.path].warning}"
        for person in people
        if person.path in sums and sums[person.path].tilt == "ask-first"
    ]
