"""Finding what a person typed a part of: people by name, needs by text or id."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Protocol, TypeVar

from mdnet.core.identity import normalise
from mdnet.core.model import LIVE
from mdnet.errors import AmbiguousError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mdnet.core.model import Need, Person

MAX_LISTED = 12
_START = re.compile(r"\w+|[^\w\s]")
_WORD_SIGN = re.compile(r"\w")


class Called(Protocol):
    """Somebody with a name."""

    @property
    def path(self) -> str:
        """The note."""

    @property
    def name(self) -> str:
        """The file's name."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names."""


C = TypeVar("C", bound=Called)


def fold(text: str) -> str:
    """`text` for comparing what was typed in a hurry: no case, no accents, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def called(people: Iterable[Person]) -> dict[str, str]:
    """Normalised name or alias to the path of whom it means; a name of two people is nobody's."""
    found: dict[str, set[str]] = {}
    for person in people:
        for name in (person.name, *person.aliases):
            found.setdefault(normalise(name), set()).add(person.path)
    return {name: next(iter(paths)) for name, paths in found.items() if len(paths) == 1 and name}


class NamesIn:
    """Finds names in a text, the longest first where one begins another. Names and texts are normalised."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for name in sorted(names, key=len, reverse=True):
            if start := _START.match(name):
                self._by_start.setdefault(start[0], []).append(name)

    def find(self, text: str) -> list[str]:
        """The names that stand in `text` as whole words, in order and none within another."""
        found = []
        end = 0
        for start in _START.finditer(text):
            if start.start() < end:
                continue
            for name in self._by_start.get(start[0], ()):
                after = start.start() + len(name)
                if text.startswith(name, start.start()) and not _WORD_SIGN.match(text, after):
                    found.append(name)
                    end = after
                    break
        return found


def asked_name(query: str) -> str:
    """The folded name in what a person typed: `[[Ana Ruiz]]` and `@Ana Ruiz` are `ana ruiz`."""
    return fold(query.strip().removeprefix("[[").removesuffix("]]").removeprefix("@"))


def find_person(people: Iterable[C], query: str) -> C:
    """The one person whose name or alias is `query`, else begins its words with it, else contains it.

    A path (`People/Ana Ruiz.md`) names exactly one. Raises NotFoundError, or AmbiguousError with the candidates.
    """
    known = list(people)
    wanted = asked_name(query)
    for person in known:
        if query.strip() in (person.path, person.path.removesuffix(".md")):
            return person
    if not wanted:
        raise NotFoundError("whom do you mean? The name is empty")
    names = {person.path: [fold(name) for name in (person.name, *person.aliases)] for person in known}
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: _words_begin(name, wanted),
        lambda name: wanted in name,
    )
    for test in tests:
        found = [person for person in known if any(test(name) for name in names[person.path])]
        if len(found) == 1:
            return found[0]
        if found:
            listed = tuple(_shown(person, found) for person in found)
            raise AmbiguousError(f"'{query}' may be {_listing(listed)}: type more of the name", listed)
    raise NotFoundError(
        f"nobody here is called '{query}'{_nearest(query, known)}; 'mdnet add' makes a note for somebody new"
    )


def _words_begin(name: str, wanted: str) -> bool:
    """True where the words of `wanted` begin words of `name`, in order: `an ru` finds `ana ruiz`."""
    words = iter(name.split())
    return all(any(word.startswith(part) for word in words) for part in wanted.split())


def _shown(person: Called, among: Sequence[Called]) -> str:
    twins = sum(other.name == person.name for other in among)
    return person.path if twins > 1 else person.name


def _listing(names: Sequence[str]) -> str:
    head = ", ".join(names[:MAX_LISTED])
    return head + (f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else "")


def _nearest(query: str, people: Sequence[Called]) -> str:
    import difflib

    near = difflib.get_close_matches(query, [person.name for person in people], 3, 0.6)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def find_need(needs: Iterable[Need], query: str) -> Need:
    """The one need with this id or block id, else whose person and text contain all words of `query`.

    Open needs go before closed ones; block ids are each note's own, so two may have one. Raises NotFoundError, or
    AmbiguousError with the candidates.
    """
    known = list(needs)
    bare = query.strip().lstrip("^")
    words = fold(query).split()
    if not words:
        raise NotFoundError("which need do you mean? The text is empty")
    named = [need for need in known if bare in (need.id, need.block_id)]
    found = [need for need in known if all(word in fold(f"{need.person} {need.text}") for word in words)]
    exact = [need for need in found if fold(need.text) == fold(query)]
    for group in (named, exact, [need for need in found if need.state in LIVE], found):
        if len(group) == 1:
            return group[0]
        if group:
            listed = tuple(f"{need.person}: {need.text} ({need.id})" for need in group)
            raise AmbiguousError(
                "several needs fit; name one by more words or its id:\n  " + "\n  ".join(listed[:MAX_LISTED]), listed
            )
    raise NotFoundError(f"no need says '{query}'; 'mdnet needs' lists them")
