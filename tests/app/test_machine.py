"""Random captures, ticks, edits and undos, in any order, over notes in memory."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mdnet.adapters.config import UserFolders
from mdnet.adapters.index import Index
from mdnet.adapters.memory import MemoryVault
from mdnet.app.apply import apply_ticks
from mdnet.app.capture import Said, write_heard, write_record
from mdnet.app.states import set_state, snooze_need, snooze_person
from mdnet.app.sync import sync
from mdnet.app.undo import undo
from mdnet.app.workspace import Workspace
from mdnet.core.identity import passage_id
from mdnet.core.model import VERBS, Need, State, Verb
from mdnet.core.settings import Settings
from mdnet.core.ticks import helped_id, read_tick, still_id, touch_id
from mdnet.core.weeks import parse_week
from mdnet.errors import NotFoundError, UndoRefusedError, WriteRefusedError

if TYPE_CHECKING:
    from mdnet.adapters.vault import Vault

TODAY = date(2026, 11, 24)
WEEK = parse_week("2026-W48")
PAGE = f"Reviews/{WEEK}.md"
NOTES = {
    "People/Ana Ruiz.md": "---\r\nneeds:\r\n  - 'a plumber'  # the tap\r\n---\r\n\r\n## Log\r\n* 2026-11-01 #met",
    "People/Joe Chen.md": "\ufeff## Offers\n- help\n\n## needs\n- [ ] a van [created:: 2026-11-01]\n",
    "Work/@Mei.md": "",
    "Me.md": "- [ ] #need time\n",
    "2026-11-20.md": "- [ ] #need [[Ana Ruiz]] and [[Joe Chen]] a lamp\n\t- #need [[@Mei]] a desk ^desk\n",
    PAGE: f"---\ntype: mdnet-review\nweek: {WEEK}\n---\n",
}
TEXTS = st.sampled_from(
    [
        "a thing",
        "[[Joe Chen]]'s key",
        "two\nlines",
        "an id ^abc",
        "#gave again",
        "- [x] a box",
        "`x` 📅 2026-12-01 y",
        "é 🦊",
    ]
)
STATES: tuple[State, ...] = ("open", "helping", "helped", "dropped")


@dataclass
class Done:
    """One command: the lines that went and came, by note, and the ticks that it carried out."""

    id: str
    went: dict[str, Counter[str]]
    came: dict[str, Counter[str]]
    ticks: frozenset[str] = frozenset()


class Machine(RuleBasedStateMachine):
    """What was done and not taken back is what stands in the notes; the user's own lines are always there."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.vault = MemoryVault({path: text.encode() for path, text in NOTES.items()})
        self.work = Workspace(
            self.folder, Settings(), cast("Vault", self.vault), Index.memory(Settings()),
            UserFolders(self.folder, self.folder, self.folder), (),
        )  # fmt: skip
        self.done: list[Done] = []
        self.mine: list[tuple[str, str]] = []
        self.number = 0
        self.sync()

    def teardown(self) -> None:
        self.work.close()
        shutil.rmtree(self.folder)

    def sync(self) -> None:
        sync(self.work.vault, self.work.index, self.work.settings)

    def lines(self) -> dict[str, Counter[str]]:
        """The lines of every note, without their ends."""
        paths = sorted(self.vault.scan(Settings()).stamps)
        texts = {path: self.vault.read(path)[0].decode("utf-8-sig") for path in paths}
        return {path: Counter(line.rstrip("\r") for line in text.split("\n")) for path, text in texts.items()}

    def remember(self, id_: str, before: dict[str, Counter[str]], ticks: frozenset[str] = frozenset()) -> None:
        self.sync()
        after = self.lines()
        changed = {path for path in after if after[path] != before.get(path)}
        went = {path: before.get(path, Counter()) - after[path] for path in changed}
        came = {path: after[path] - before.get(path, Counter()) for path in changed}
        assert bool(id_) == bool(changed)
        if changed:
            self.done.append(Done(id_, went, came, ticks))

    def need(self, data: st.DataObject) -> Need:
        return data.draw(st.sampled_from(self.work.index.network().needs))

    # ---- what is done

    @rule(data=st.data(), verb=st.sampled_from(VERBS), text=TEXTS)
    def capture(self, data: st.DataObject, verb: Verb, text: str) -> None:
        known = list(self.work.index.network().people.values())
        people = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True))
        before = self.lines()
        self.number += 1
        said = Said(verb, f"{text} {self.number}", TODAY - timedelta(days=self.number % 3))
        self.remember(write_record(self.work, people, said).written.id, before)
        network = self.work.index.network()
        record = {"need": network.needs, "offer": network.offers}.get(verb, network.exchanges)
        mine = [item for item in record if str(self.number) in item.text.split()]
        assert {item.person for item in mine} == {person.name for person in people}

    @rule(text=TEXTS)
    def heard(self, text: str) -> None:
        before = self.lines()
        self.remember(write_heard(self.work, text, TODAY).written.id, before)

    @rule(data=st.data(), state=st.sampled_from(STATES))
    def state(self, data: st.DataObject, state: State) -> None:
        need, before, network = self.need(data), self.lines(), self.work.index.network()
        self.remember(set_state(self.work, network, need, state, TODAY).written.id, before)
        assert {other.state for other in self.work.index.network().needs if other.id == need.id} == {state}

    @rule(data=st.data(), days=st.integers(1, 40))
    def snooze(self, data: st.DataObject, days: int) -> None:
        need, before, network = self.need(data), self.lines(), self.work.index.network()
        until = TODAY + timedelta(days)
        self.remember(snooze_need(self.work, network, need, until, TODAY).written.id, before)
        assert {other.not_before for other in self.work.index.network().needs if other.id == need.id} == {until}

    @rule(days=st.integers(1, 40))
    def snooze_person(self, days: int) -> None:
        before, person = self.lines(), self.work.index.network().people["People/Ana Ruiz.md"]
        self.remember(snooze_person(self.work, person, TODAY + timedelta(days)).written.id, before)

    @rule(data=st.data(), kind=st.sampled_from("mhst"), twice=st.booleans())
    def tick(self, data: st.DataObject, kind: str, twice: bool) -> None:
        """The user ticks a line, or one that a sync tool doubled; all ticks are carried out."""
        need = self.need(data)
        said = f"something {self.number}"
        id_ = {
            "m": f"m-{need.id}-{passage_id(said)}",
            "h": helped_id(need.id),
            "s": still_id(need.id, WEEK),
            "t": touch_id("Joe Chen", WEEK),
        }[kind]
        page = self.vault.read(PAGE)[0].decode().split("\n")
        if any((tick := read_tick(line, 1)) and tick.id == id_ for line in page):
            return
        line = f"- [{'-' if kind == 's' else 'x'}] “{said}” ([[2026-11-20]]) ^{id_}"
        self.vault.put(PAGE, "\n".join([*page[:-1], *[line] * (1 + twice), ""]).encode())
        before = self.lines()
        self.sync()
        applied = apply_ticks(self.work, TODAY)
        assert applied.problems == ()
        ids = {change.written.id for change in applied.changes}
        assert len(ids) == 1
        self.remember(ids.pop(), before, frozenset([id_]))
        assert apply_ticks(self.work, TODAY + timedelta(1)).changes == ()

    @rule(data=st.data(), at=st.sampled_from(["top", "bottom"]))
    def edit(self, data: st.DataObject, at: str) -> None:
        """The user writes a line of their own."""
        path = data.draw(st.sampled_from(["People/Joe Chen.md", "2026-11-20.md", "Me.md"]))
        self.number += 1
        line, old = f"my own line {self.number}", self.vault.read(path)[0]
        bom = old[:3] if old.startswith(b"\xef\xbb\xbf") else b""
        body = old[len(bom) :]
        self.vault.put(path, bom + (f"{line}\n".encode() + body if at == "top" else body + f"\n{line}\n".encode()))
        self.mine.append((path, line))
        self.sync()

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Take back the last write, or any: all of it or nothing."""
        before = self.lines()
        if not self.done:
            return
        item = data.draw(st.sampled_from([None, *self.done]))
        last = item is None
        item = item or self.done[-1]
        try:
            taken = undo(self.work, None if last else item.id)
        except (UndoRefusedError, NotFoundError, WriteRefusedError):
            assert self.lines() == before
            assert not last or self.mine  # nobody else wrote: the last can be taken back
            self.done.remove(item)
            return
        assert {written.path for written in taken} == item.came.keys()
        self.sync()
        after = self.lines()
        for path in item.came:
            if path not in after:
                assert before[path] == item.came[path]
            elif path != PAGE:
                assert after[path] == before[path] - item.came[path] + item.went[path]
        for line in self.vault.read(PAGE)[0].decode().split("\n"):
            tick = read_tick(line, 1)
            assert tick is None or tick.id not in item.ticks or tick.answer is None
        self.done.remove(item)

    # ---- what is always so

    @invariant()
    def the_users_lines_are_there(self) -> None:
        lines = self.lines()
        assert all(lines[path][line] == 1 for path, line in self.mine)

    @invariant()
    def what_was_carried_out_is_not_carried_out_again(self) -> None:
        assert apply_ticks(self.work, TODAY).changes == ()

    @invariant()
    def the_marks_of_a_file_stay(self) -> None:
        assert self.vault.read("People/Joe Chen.md")[0].startswith(b"\xef\xbb\xbf")
        ana = self.vault.read("People/Ana Ruiz.md")[0]
        assert ana.count(b"\n") == ana.count(b"\r\n")
        assert not ana.endswith(b"\n")


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # making one smaller takes minutes
)
