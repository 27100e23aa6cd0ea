"""Questions on review pages about people who have another name by now.

A need is known by its person's name and its words (`core.identity`), and so are the ids on a page. Where the note of a
person was renamed, an editor mends the links on the page, and the ids stay: the person whom the line links, and the
need that it says, tell what is meant. A need that was reworded is another one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core.identity import normalise
from mdnet.core.page import read
from mdnet.core.ticks import asked_id, person_hash
from mdnet.core.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mdnet.core.model import Need, Network, Person
    from mdnet.core.page import PageForm
    from mdnet.core.ticks import Tick

_LINK = re.compile(r"\[\[([^\[\]|#\n]+)[^\[\]\n]*\]\]")
_VERB = re.compile(r"[*_\s]*\S+\s+")
"""What a line says between person and need: needs, needed."""
_END = re.compile(r"[ .;,]*(?:[←·]|$)")
"""What follows the need."""
_ESCAPED = re.compile(r"\\([^\w\s])")


def found_again(pages: Iterable[PageForm], network: Network) -> Iterator[PageForm]:
    """The pages, each question about a need or person of another name with the id that these have now."""
    needs = {need.id for need in network.needs}
    hashes: set[str] | None = None
    people: dict[str, Person] | None = None
    for page in pages:
        ticks = list(page.ticks)
        for at, tick in enumerate(ticks):
            if tick.kind == "touch":
                if hashes is None:
                    hashes = {person_hash(person.name) for person in network.people.values()}
                if tick.person_hash in hashes:
                    continue
            elif tick.need_id in needs:
                continue
            people = people or _by_name(network)
            ticks[at] = _found(tick, people, network)
        yield replace(page, ticks=tuple(ticks)) if tuple(ticks) != page.ticks else page


def with_todays_ids(text: str, network: Network) -> str:
    """A page's text with today's ids on its open questions, so that they are known to be asked again."""
    lines = text.split("\n")
    page = read(text)
    (found,) = found_again([page], network)
    for written, today in zip(page.ticks, found.ticks, strict=True):
        if written.answer is None and written is not today:
            head, _, tail = lines[written.line - 1].rpartition(written.id)
            lines[written.line - 1] = f"{head}{asked_id(today)}{tail}"
    return "\n".join(lines)


def _by_name(network: Network) -> dict[str, Person]:
    """People by the names that a link may give: that of the note, or its path."""
    found: dict[str, Person] = {}
    for path, person in network.people.items():
        bare = path.removesuffix(".md")
        found |= {normalise(bare): person}
        found.setdefault(normalise(bare.rpartition("/")[2]), person)
    return found


def _found(tick: Tick, people: dict[str, Person], network: Network) -> Tick:
    link = _LINK.search(tick.raw)
    person = people.get(normalise(link[1])) if link else None
    if link is None or person is None:
        return tick
    if tick.kind == "touch":
        return replace(tick, person_hash=person_hash(person.name))
    need = _said(tick.raw[link.end() :].rpartition(" ^")[0], person, network)
    return replace(tick, need_id=need.id) if need else tick


def _said(text: str, person: Person, network: Network) -> Need | None:
    """The need of this person that `text`, what stands after the link to them, says."""
    said = normalise(_ESCAPED.sub(r"\1", _VERB.sub("", text, count=1)))
    for need in network.needs:
        words = normalise(need.text)
        if need.person_path == person.path and said.startswith(words) and _END.match(said, len(words)):
            return need
    return None
