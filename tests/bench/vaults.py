"""`python -m tests.bench.vaults FOLDER... [--every N]`: every note through each kind of write, in memory.

Nothing in the folders is changed. Each note is taken for a person's, and written to by every command there is: a
record of each verb, the states and the snoozing of each of its needs and of one that was added, a property, something
heard, a review page merged into it. What comes out is judged by other means than those it was made by: which lines
differ, what is read of it, and whether `undo` gives back the very bytes. A write may be refused, with a reason, but
never damage anything.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.adapters.memory import MemoryVault
from mdnet.adapters.writer import Writer
from mdnet.core import frontmatter, lines, writeback
from mdnet.core.identity import need_id
from mdnet.core.links import person_name
from mdnet.core.merge import merge
from mdnet.core.model import VERBS, Need, Person, Record, State
from mdnet.core.parse import parse_note
from mdnet.core.settings import Settings
from mdnet.core.writeback import Entry
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from mdnet.core.model import Note
    from mdnet.core.undo import Entry as JournalEntry
    from mdnet.core.undo import EntryState

TODAY = date(2026, 11, 24)
DUE = date(2026, 12, 24)
SETTINGS = Settings()
WORDS = "a warehouse lead [in Ohio](https://example.org) for Zoë's 2nd hub #logistics"
PAGE = Path(__file__).parents[1] / "golden" / "review.md"
STATES: tuple[State, ...] = ("helping", "helped", "dropped", "open")
MOST_NEEDS = 5
"""Of one note; those of a note with hundreds of them are all alike."""
EXAMPLES = 20


@dataclass
class Result:
    """`damaged` must be empty."""

    notes: int = 0
    written: Counter[str] = field(default_factory=Counter)
    """How often each kind of write was made."""
    refused: Counter[str] = field(default_factory=Counter)
    """How often, and why."""
    refused_notes: set[str] = field(default_factory=set)
    damaged: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def told(self) -> dict[str, object]:
        """For printing."""
        return {
            "notes": self.notes,
            "writes": self.written.total(),
            "written": dict(self.written),
            "refused": dict(self.refused.most_common()),
            "refused_notes": len(self.refused_notes),
            "damaged": len(self.damaged),
            "examples": self.damaged[:EXAMPLES],
            "seconds": round(self.seconds, 1),
        }


class MemoryJournal:
    """A journal that is gone with its note."""

    def __init__(self) -> None:
        self._entries: dict[str, JournalEntry] = {}

    def plan(self, entry: JournalEntry) -> None:
        self._entries[entry.id] = entry

    def mark(self, entry_id: str, state: EntryState, undone_hash: str = "") -> None:
        self._entries[entry_id] = replace(self._entries[entry_id], state=state, undone_hash=undone_hash)

    def entries(self) -> tuple[JournalEntry, ...]:
        return tuple(self._entries.values())

    def writing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def settling(self) -> AbstractContextManager[bool]:
        return nullcontext(True)


class Bench:
    """One note and all that is done to it."""

    def __init__(self, name: str, data: bytes, result: Result) -> None:
        self.path = f"People/{name}"
        self.name = name
        self.data = data
        self.result = result
        self.person = Person(path=self.path, name=person_name(self.path))

    def parse(self, data: bytes) -> Note:
        return parse_note(self.path, data, SETTINGS, TODAY)

    def run(self) -> None:
        """Every kind of write."""
        for verb in VERBS:
            entry = Entry(verb, WORDS, TODAY, due=DUE if verb == "need" else None)
            self.add(f"add {verb}", entry)
        self.add("add met, several", Entry("met", "coffee", TODAY, people=("Ana Ruiz", "People/Joe Chen")))
        self.add(
            "add gave, from a page", Entry("gave", "“a note”", TODAY, block_id="m-0a1b2c3d-4e5f6a7b", trusted=True)
        )
        before = self.parse(self.data)
        for record in [record for record in before.records if record.verb == "need"][:MOST_NEEDS]:
            self.change_need(self.data, record)
        new = self.made(lambda: writeback.add_record(self.data, self.person, Entry("need", WORDS, TODAY), SETTINGS))
        if new is not None:
            known = {record.text for record in before.records}
            added = [r for r in self.parse(new).records if r.verb == "need" and r.text not in known]
            for record in added:
                self.change_need(new, record, there_and_back=True)
        self.property()
        self.heard()
        self.page()

    def made(self, write: Callable[[], bytes], kind: str = "") -> bytes | None:
        """What `write` gives; None where it is refused."""
        try:
            new = write()
        except MdnetError as error:
            if kind:
                message = re.sub(r"'.*?'|\d+|\S+\.md", "…", str(error).replace(self.path, "…"))
                self.result.refused[f"{kind}: {message[:120]}"] += 1
                self.result.refused_notes.add(self.path)
            return None
        if kind:
            self.result.written[kind] += 1
        return new

    def check(self, kind: str, old: bytes, new: bytes, say: Callable[[], str]) -> None:
        """Note damage if `say` finds any, or if `undo` gives not `old` again."""
        wrong = say() or _ends(old, new) or self.undone(old, new)
        if wrong:
            self.result.damaged.append(f"{self.name}: {kind}: {wrong}")

    def undone(self, old: bytes, new: bytes) -> str:
        """Write and take back."""
        if old == new:
            return ""
        vault = MemoryVault({self.path: old})
        writer = Writer(vault, MemoryJournal())
        writer.edit(self.path, old, new)
        writer.undo()
        if vault.read(self.path)[0] != old:
            return "undo gives other bytes"
        return ""

    # ---- the kinds of writes

    def add(self, kind: str, entry: Entry) -> None:
        old = self.data
        new = self.made(lambda: writeback.add_record(old, self.person, entry, SETTINGS), kind)
        if new is None:
            return
        self.check(kind, old, new, lambda: self.added(old, new, entry))

    def added(self, old: bytes, new: bytes, entry: Entry) -> str:
        gone, come, at = _difference(old, new)
        if len(gone) > 1 or (gone and not (entry.verb in ("need", "offer") and at < self.parse(old).body_line - 1)):
            return f"changes lines: {gone[:3]} to {come[:3]}"
        if gone:
            return self.read_again(old, new, entry, {at + 1})
        items = [line for line in come if line.strip() and not line.lstrip("\ufeff").startswith("#")]
        headings = [line for line in come if line.startswith("#")]
        if len(items) != 1 or len(headings) > 1 or "\ufeff" in "".join(come):
            return f"adds {come}"
        return self.read_again(old, new, entry, set(range(at + 1, at + 1 + len(come))))

    def read_again(self, old: bytes, new: bytes, entry: Entry, where: set[int]) -> str:
        """The old records and one more; the same properties, links and problems."""
        before, after = self.parse(old), self.parse(new)
        fresh = _without([_still(r) for r in after.records], [_still(r) for r in before.records])
        if fresh is None or len(fresh) != 1:
            return f"reads {fresh} more"
        found = next(r for r in after.records if _still(r) == fresh[0])
        day = None if (entry.verb, found.origin) == ("offer", "property") else TODAY
        wanted = (entry.verb, entry.people, entry.due, entry.block_id, "open", day)
        if wanted != (found.verb, found.people, found.due, found.block_id, found.state, found.created or found.date):
            return f"reads {found}"
        if found.line not in where:
            return f"reads it in line {found.line}, not {where}"
        if len(after.problems) > len(before.problems):
            return f"makes problems: {after.problems}"
        if {link.target for link in before.links} - {link.target for link in after.links}:
            return "loses links"
        keys = ("needs", "offers")
        mine = [{k: v for k, v in note.properties.items() if k not in keys} for note in (before, after)]
        return "" if mine[0] == mine[1] else "changes properties"

    def change_need(self, data: bytes, record: Record, *, there_and_back: bool = False) -> None:
        need = Need(
            need_id(self.person.name, record.text, record.block_id), self.person.name, self.path, record.text,
            record.state, self.path, record.line, block_id=record.block_id,
        )  # fmt: skip
        lead = record.lead_text and not record.text.startswith(record.lead_text)
        if lead:  # in a person's own note a link after the verb may be anybody's
            text = f"{record.lead_text} {record.text}".strip()
            need = replace(need, id=need_id(self.person.name, text, record.block_id), text=text)
        for state in STATES:
            self.changed(f"state {state}", data, need, record, lambda old, s=state: self.set_state(old, need, s))
            done = self.made(lambda s=state: self.set_state(data, need, s))
            if done is not None and there_and_back and record.state == "open":
                back = self.made(lambda done=done: self.set_state(done, need, "open"))
                same = back is not None and back.replace(b'"[ ] ', b'"') == data.replace(b'"[ ] ', b'"')
                self.check(f"{state} and open", data, done, lambda back=back, ok=same: "" if ok else f"gives {back!r}")
        self.changed("snooze", data, need, record, lambda old: self.snoozed(old, need))

    def set_state(self, data: bytes, need: Need, state: State) -> bytes:
        return writeback.set_state(data, need, self.person, state, TODAY, SETTINGS)

    def snoozed(self, data: bytes, need: Need) -> bytes:
        return writeback.set_not_before(data, need, self.person, DUE, TODAY, SETTINGS)

    def changed(self, kind: str, old: bytes, need: Need, record: Record, write: Callable[[bytes], bytes]) -> None:
        new = self.made(lambda: write(old), kind)
        if new is None:
            return

        def say() -> str:
            gone, come, at = _difference(old, new)
            if old == new:
                return ""
            if (len(gone), len(come), at + 1) != (1, 1, record.line):
                return f"line {record.line}: changes lines {at + 1}: {gone[:3]} to {come[:3]}"
            before, after = self.parse(old), self.parse(new)
            if len(before.records) != len(after.records):
                return "changes how many records there are"
            pairs = zip(before.records, after.records, strict=True)
            others = [(a, b) for a, b in pairs if _still(a) != _still(b)]
            state = kind.partition(" ")[2]
            fine = len(others) == 1 and ((others[0][1].state == state) if state else others[0][1].not_before == DUE)
            if not fine:
                return f"changes {others}"
            if write(new) != new:
                return "a second time changes more"
            if need_id(need.person, need.text, others[0][1].block_id) != need.id:
                return "makes another need of it"
            return "" if len(after.problems) <= len(before.problems) else f"makes problems: {after.problems}"

        self.check(kind, old, new, say)

    def property(self) -> None:
        old = self.data
        new = self.made(lambda: writeback.set_property(old, self.path, "snooze", "2026-12-24"), "property")
        if new is None:
            return

        def say() -> str:
            gone, come, _ = _difference(old, new)
            if gone and not (len(gone) == len(come) == 1 and gone[0].lower().startswith("snooze")):
                return f"changes {gone} to {come}"
            if not gone and [line.strip() for line in come] not in (["snooze: 2026-12-24"], FENCED):
                return f"adds {come}"
            before, after = (frontmatter.read(lines.decode(data)[0]) for data in (old, new))
            if {**before.properties, "snooze": "2026-12-24"} != {
                **after.properties,
                "snooze": str(after.properties["snooze"]),
            }:
                return "changes other properties"
            again = writeback.set_property(new, self.path, "snooze", "2027-01-02")
            gone, come, _ = _difference(new, again)
            return "" if len(gone) == len(come) == 1 else f"set again, changes {gone} to {come}"

        self.check("property", old, new, say)

    def heard(self) -> None:
        old = self.data
        new = self.made(lambda: writeback.add_heard(old, "rents are rising in Ohio"), "heard")
        if new is None:
            return

        def say() -> str:
            gone, come, _ = _difference(old, new)
            if gone or [line.strip()[2:] for line in come if line.strip()] != ["rents are rising in Ohio"]:
                return f"changes {gone} to {come}"
            before, after = (parse_note(f"Daily/{self.name}", data, SETTINGS, TODAY) for data in (old, new))
            return (
                "" if [_still(r) for r in before.records] == [_still(r) for r in after.records] else "changes records"
            )

        self.check("heard", old, new, say)

    def page(self) -> None:
        """The note as the user's own text on a review page."""
        try:
            text = self.data.decode("utf-8")
        except UnicodeDecodeError:
            return
        page = PAGE.read_text("utf-8")
        new = merge(text, page)
        self.result.written["page"] += 1

        def say() -> str:
            if text.strip("\ufeff \t\r\n") and not new.startswith(text.rstrip("\r\n")):
                return "the user's text is not there any more"
            return "" if merge(new, page) == new else "merged again, it differs"

        self.check("page", self.data, new.encode("utf-8"), say)


FENCED = ["---", "snooze: 2026-12-24", "---"]


def _difference(old: bytes, new: bytes) -> tuple[list[str], list[str], int]:
    """The lines that went, those that came, and where (from 0), without line ends; common lines are left out."""
    a, b = (_texts(data) for data in (old, new))
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    # Of equal neighbours, it does not matter which one is new; of a line put below its like, it does.
    return a[start : len(a) - end], b[start : len(b) - end], start


def _texts(data: bytes) -> list[str]:
    body = data.removeprefix(lines.BOM).decode("utf-8", "surrogateescape")
    found = body.split("\n")
    return found[:-1] if found[-1] == "" else found


def _ends(old: bytes, new: bytes) -> str:
    """What is wrong with the byte order mark and the line ends of the lines that stayed."""
    if old.startswith(lines.BOM) != new.startswith(lines.BOM):
        return "the byte order mark"
    if b"\r" not in old and b"\r" in new:
        return "makes CRLF"
    if old.count(b"\r\n") > new.count(b"\r\n"):
        return "loses CRLF"
    if old and b"\n" in old and b"\r\n" in old and old.count(b"\n") == old.count(b"\r\n"):
        plain = new.count(b"\n") - new.count(b"\r\n")
        return "mixes line ends" if plain else ""
    return ""


def _still(record: Record) -> Record:
    """A record without where it stands."""
    raw = record.raw.rstrip("\r") if record.origin == "line" else ""
    return replace(record, line=0, raw=raw)


def _without(items: list[object], others: Iterable[object]) -> list[object] | None:
    """`items` without `others`; None where one of these is not there."""
    left = list(items)
    for other in others:
        if other not in left:
            return None
        left.remove(other)
    return left


def bench(notes: Iterable[tuple[str, bytes]]) -> Result:
    """Put each note (a path, its bytes) through every kind of write."""
    result = Result()
    started = time.monotonic()
    for name, data in notes:
        result.notes += 1
        try:
            Bench(name, data, result).run()
        except Exception as error:  # a crash is damage too, and the other notes are still to be looked at
            result.damaged.append(f"{name}: {error!r}")
    result.seconds = time.monotonic() - started
    return result


def notes_in(folder: Path, *, largest: int = 1_000_000) -> Iterator[tuple[str, bytes]]:
    """All Markdown files below a folder, in order, those left out of a vault too."""
    for path, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            file = Path(path, name)
            if name.lower().endswith(".md") and file.is_file() and file.stat().st_size <= largest:
                yield file.relative_to(folder).as_posix(), file.read_bytes()


def main() -> None:
    """Run, and print a result as JSON for each folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="Only each N-th note.")
    asked = parser.parse_args()
    for folder in asked.folder:
        notes = islice(notes_in(folder), 0, None, asked.every)
        print(json.dumps({"folder": folder.name, **bench(notes).told()}, ensure_ascii=False, indent=1), flush=True)


if __name__ == "__main__":
    main()
