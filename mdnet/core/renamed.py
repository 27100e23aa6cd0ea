"""Questions on review pages about people who have another name by now.

A need is known by its person's name and its words (`core.identity`), and so are the ids on a page. Where the note of a
person was renamed, an editor mends the links on the page, and the ids stay: the person whom the line links, and the
need that it says, tell what is meant. A need that was reworded is another one.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from mdnet.core import inline
from mdnet.core.identity import normalise
from mdnet.core.page import read
from mdnet.core.ticks import asked_id, person_hash
from mdnet.core.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mdnet.core.links import Names
    from mdnet.core.model import Need, Network, Person
    from mdnet.core.page import PageForm
    from mdnet.core.ticks import Tick

_VERB = re.compile(r"[*_\s]*+\S*+\s*")
"""What a line says between person and need: needs, needed."""
_END = re.compile(r"[ .;,]*(?:[←·]|$)")
"""What follows the need."""
_ESCAPED = re.compile(r"\\([^\w\s])")


def found_again(
    pages: Iterable[tuple[str, PageForm]], network: Network, names: Names
) -> Iterator[tuple[str, PageForm]]:
    """The pages with their paths, each question about a need or person of another name with the id that these have
    now; `names` answers links."""
    known = _Known(network, names)
    for path, page in pages:
        ticks = tuple(known.today(tick, path) for tick in page.ticks)
        yield path, replace(page, ticks=ticks) if ticks != page.ticks else page


def with_todays_ids(path: str, text: str, network: Network, names: Names) -> str:
    """The text of the page at `path` with today's ids on its open questions, so that they are known to be asked
    again."""
    lines = text.split("\n")
    page = read(text)
    ((_, found),) = found_again([(path, page)], network, names)
    for written, today in zip(page.ticks, found.ticks, strict=True):
        if written.answer is None and written is not today:
            head, _, tail = lines[written.line - 1].rpartition(written.id)
            lines[written.line - 1] = f"{head}{asked_id(today)}{tail}"
    return "\n".join(lines)


class _Known:
    """Who and what is there today; what takes long is made when the first question needs it."""

    def __init__(self, network: Network, names: Names) -> None:
        self._network = network
        self._names = names
        self._needs = {need.id for need in network.needs}

    @cached_property
    def _hashes(self) -> set[str]:
        return {person_hash(person.name) for person in self._network.people.values()}

    @cached_property
    def _needs_of(self) -> dict[str, list[Need]]:
        found: dict[str, list[Need]] = {}
        for need in self._network.needs:
            found.setdefault(need.person_path, []).append(need)
        return found

    def today(self, tick: Tick, page: str) -> Tick:
        """The tick on this page, with what it is about as that is called today."""
        if tick.person_hash in self._hashes if tick.kind == "touch" else tick.need_id in self._needs:
            return tick
        link = inline.LINK.search(tick.raw)
        person = self._linked(inline.target_of(link), page) if link else None
        if link is None or person is None:
            return tick
        if tick.kind == "touch":
            return replace(tick, person_hash=person_hash(person.name))
        need = self._said(tick.raw[link.end() :].rpartition(" ^")[0], person)
        return replace(tick, need_id=need.id) if need else tick

    def _linked(self, target: str, page: str) -> Person | None:
        """The one person whom a link on this page means."""
        answers = self._names.answer(target, page)
        return self._network.people.get(answers[0].path) if len(answers) == 1 else None

    def _said(self, text: str, person: Person) -> Need | None:
        """The need of this person that `text`, what stands after the link to them, says."""
        verb = _VERB.match(text)
        said = normalise(_ESCAPED.sub(r"\1", text[verb.end() :] if verb else text))
        for need in self._needs_of.get(person.path, ()):
            words = normalise(need.text)
            if said.startswith(words) and _END.match(said, len(words)):
                return need
        return None
