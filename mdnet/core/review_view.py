"""What all parts of a review look at, made once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mdnet.core.cadence import last_contacts, last_exchanges
from mdnet.core.links import stem_of
from mdnet.core.match_rules import is_open
from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from datetime import date

    from mdnet.core.model import Exchange, Need, Network
    from mdnet.core.page import Answers
    from mdnet.core.review_model import Budget
    from mdnet.core.weeks import Week

NEED_LENGTH = 160
"""So many characters of a need are shown."""


@dataclass(slots=True)
class View:
    """The network as it stands today, with what the pages remember."""

    network: Network
    answers: Answers
    today: date
    since: date | None
    week: Week
    budget: Budget
    contacts: dict[str, date] = field(init=False)
    """Last contact, by person's path."""
    latest: dict[str, Exchange] = field(init=False)
    live: list[Need] = field(init=False)
    """Needs to think about: open or being helped with, and not put off."""
    _names: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.contacts = last_contacts(self.network, self.today)
        self.latest = last_exchanges(self.network, self.today)
        # A need that is written twice is one need; a line's block id must stand on the page once.
        self.live = list({need.id: need for need in reversed(self.network.needs) if self.is_live(need)}.values())[::-1]
        self._names = Counter(stem_of(path).casefold() for path in self.network.people)

    def is_live(self, need: Need) -> bool:
        """Whether `need` is to be thought about today."""
        return is_open(need, self.today)

    def mine(self, need: Need) -> bool:
        """Whether it is the user's own."""
        return self.network.me is not None and need.person_path == self.network.me.path

    def private(self, need: Need) -> bool:
        """Whether the need, or whose it is, is to stay in the vault."""
        return need.private or self.private_person(need.person_path)

    def private_person(self, path: str) -> bool:
        """Whether the person is to stay in the vault."""
        person = self.network.people.get(path)
        return person is not None and person.private

    def link(self, path: str) -> str:
        """What a wiki-link to this note says: its name, or its path where several people have that name."""
        name = stem_of(path)
        return path.removesuffix(".md") if self._names[name.casefold()] > 1 else name
