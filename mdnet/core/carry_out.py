"""What the answers on the review pages ask to be written, what is written already, and the pages' own lines changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from mdnet.core.markers import may_ask
from mdnet.core.ticks import answered, asked_id, person_hash, read_tick, unanswered
from mdnet.core.values import dataclass
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdnet.core.model import Need, Network, Person
    from mdnet.core.page import PageForm
    from mdnet.core.ticks import Tick

DONE_MARK = "✔"
"""Put on a page's line once its answer changed a need and left no line in a log that would remember it."""
MAX_LOGGED = 160
_LINK = re.compile(r"\(\[\[[^\[\]\n]+\]\][^()\n]*\)")
_QUOTE = re.compile(r"“(.*)”")
LOCK = "🔒"
"""Put on a page's line, before what it quotes, where anything in it is private."""


@dataclass(frozen=True, slots=True)
class Step:
    """One answer to carry out. `log`: a line to add to the person's log; `state`: what the need becomes."""

    tick: Tick
    page: str
    person: Person
    need: Need | None
    verb: Literal["gave", "met"] | None = None
    log: str = ""
    state: Literal["helping", "helped", "dropped"] | None = None
    private: bool = False
    """Whether the line in the log tells of something private."""

    @property
    def marks_page(self) -> bool:
        """Whether the page itself must remember that this was done."""
        return self.verb is None


@dataclass(frozen=True, slots=True)
class Lost:
    """An answer about a need or a person that is not there any more, or one that nobody can read."""

    page: str
    line: int
    message: str


def plan(pages: Sequence[tuple[str, PageForm]], network: Network) -> tuple[list[Step], list[Lost]]:
    """The steps that are still to be done, in the order of the pages; each id once."""
    logged = {exchange.block_id for exchange in network.exchanges if exchange.block_id}
    needs = {need.id: need for need in network.needs}
    everybody = {**network.people, **({network.me.path: network.me} if network.me else {})}
    by_hash = {person_hash(person.name): person for person in network.people.values()}
    steps: dict[str, Step] = {}
    lost: list[Lost] = []
    for path, page in pages:
        for tick in page.ticks:
            asked = asked_id(tick)
            if asked in steps or logged & {tick.id, asked} or not _writes(tick) or is_done(tick):
                continue
            if tick.kind == "touch":
                person = by_hash.get(tick.person_hash or "")
                if person is None:
                    lost.append(Lost(path, tick.line, "the person this tick is about is not there any more"))
                else:
                    steps[asked] = Step(tick, path, person, None, "met")
            elif need := needs.get(tick.need_id or ""):
                steps[asked] = _about_need(tick, path, need, everybody[need.person_path])
            else:
                lost.append(Lost(path, tick.line, "the need this tick is about was reworded or is gone"))
    return list(steps.values()), lost + _unclear(pages, logged)


def _unclear(pages: Sequence[tuple[str, PageForm]], logged: set[str]) -> list[Lost]:
    """The boxes with a sign that is not known, where the question was not answered in a line of its own."""
    answered = logged | {tick.id for _, page in pages for tick in page.ticks if tick.answer}
    return [
        Lost(path, tick.line, f"the sign in [{tick.mark}] is not known, so nothing was done: write [x] or [-]")
        for path, page in pages
        for tick in page.unclear
        if tick.id not in answered and not is_done(tick)
    ]


def _writes(tick: Tick) -> bool:
    """Whether the answer changes a note; the others ("of no use", "still true") are remembered by the page alone."""
    return tick.answer == ("no" if tick.kind == "still" else "yes")


def is_done(tick: Tick) -> bool:
    """Whether the page says that the answer was carried out."""
    return DONE_MARK in tick.raw.rpartition(" ^")[0][-len(DONE_MARK) - 20 :]


def _about_need(tick: Tick, path: str, need: Need, person: Person) -> Step:
    if tick.kind == "match" and person.is_me:  # nobody was given anything: no log would remember it
        return Step(tick, path, person, need, state="helping")
    if tick.kind == "match":
        state: Literal["helping"] | None = "helping" if need.state == "open" else None
        private = need.private or LOCK in tick.raw.partition("“")[0]
        return Step(tick, path, person, need, "gave", passed_on(tick.raw), state, private)
    return Step(tick, path, person, need, state="helped" if tick.kind == "helped" else "dropped")


def passed_on(raw: str) -> str:
    """What the log says of a match that was passed on: the passage as the page shows it, and where it stands."""
    text = raw.rpartition(" ^")[0]
    quote, link = _QUOTE.search(text), _LINK.findall(text)
    said = _shortened(quote[1]) if quote else ""
    if not said:
        return "something that might help"
    return f"“{said}”" + (f" {link[-1]}" if link else "")


def _shortened(text: str) -> str:
    """At most `MAX_LOGGED` characters, without bold signs and without half an escape at its end."""
    text = text.replace("**", "")
    if len(text) <= MAX_LOGGED:
        return text
    return text[:MAX_LOGGED].rpartition(" ")[0].rstrip("\\ ,;") + "…"


def with_done_mark(page: bytes, tick: Tick) -> bytes:
    """The page with the tick's line marked as carried out; every copy of it."""

    def marked(line: str, found: Tick) -> str:
        if found.answer != tick.answer or is_done(found):
            return line
        head, sign, tail = line.rpartition(" ^")
        return f"{head} {DONE_MARK}{sign}{tail}"

    return _changed(page, {tick.id}, marked)


def with_answer(page: bytes, tick: Tick) -> bytes:
    """The page with the tick's sign, and its done date, on every line of its id."""
    return _changed(page, {tick.id}, lambda line, _: answered(line, tick))


def with_sign(page: bytes, tick_id: str, sign: str) -> bytes:
    """The page with `sign` in the box of every line of that id."""

    def signed(line: str, _: Tick) -> str:
        box = line.index("[") + 1
        return f"{line[:box]}{sign}{line[box + 1 :]}"

    return _changed(page, {tick_id}, signed)


def unticked(page: bytes, ids: set[str]) -> bytes:
    """The page with the answers of these ids taken back: their boxes empty, their marks and done dates gone."""

    def emptied(line: str, found: Tick) -> str:
        if found.answer is None:
            return line
        head, blanks = line[: line.index("[")], line[len(line.rstrip()) :]
        said = unanswered(line).partition("[ ] ")[2].removesuffix(f" ^{found.id}").removesuffix(f" {DONE_MARK}")
        return f"{head}[ ] {said} ^{found.id}{blanks}"

    return _changed(page, ids, emptied)


def _changed(page: bytes, ids: set[str], change: Callable[[str, Tick], str]) -> bytes:
    """The page with `change(line, tick)` in the place of every line that asks one of these. All else stays as it is:
    the user's code, its BOM, its line ends and what is no UTF-8.

    Raises WriteRefusedError where there is no such line.
    """
    lines = page.decode("utf-8", "surrogateescape").split("\n")
    asked = [(at, found) for at, line in may_ask(lines) if (found := read_tick(line, at)) and found.id in ids]
    if not asked:
        raise WriteRefusedError(f"the page has no line ^{min(ids)} that could be changed; nothing was written")
    for at, found in asked:
        lines[at] = change(lines[at], found)
    return "\n".join(lines).encode("utf-8", "surrogateescape")
