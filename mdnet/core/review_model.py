"""What a review says: plain values, each with just the fields that its JSON form and the templates have.

A `person` is a name to show, its `link` what a wiki-link to the note needs; `mine` marks the user's own needs;
`private` things may be shown in the user's own vault and nowhere else. An `id` is the block id of the line that
asks for a decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mdnet.core.values import dataclass

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class Budget:
    """At most how many of each the page shows, so that a person reads it to its end."""

    matches: int = 15
    more_matches: int = 30
    """Folded away below the first ones."""
    per_need: int = 3
    """Of the first matches, so that one need does not fill the page; others are folded."""
    introductions: int = 6
    due: int = 7
    more_due: int = 20
    no_need: int = 4
    still_true: int = 5
    follow_ups: int = 6
    unanswered: int = 4
    my_needs: int = 5
    helpers: int = 3
    soon: int = 8
    warnings: int = 5
    balance: int = 15


@dataclass(frozen=True, slots=True)
class Counts:
    """What was read for this review."""

    notes: int = 0
    problems: int = 0
    conflicts: tuple[str, ...] = ()
    """Paths of copies that a sync tool made of notes changed on two devices."""
    unreadable: int = 0
    index_age_days: int | None = None
    """0: read just now; None: not known."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a passage; `mark` where it is one of the words that tie it to the need."""

    text: str
    mark: bool = False


@dataclass(frozen=True, slots=True)
class MatchItem:
    """A passage to pass on."""

    id: str
    need: str
    person: str
    person_path: str
    link: str
    text: str
    """What is needed."""
    state: str
    path: str
    line: int
    note_link: str
    title: str
    heading: str
    date: dt.date | None
    passage: str
    spans: tuple[Span, ...]
    """The passage, or the piece of it around the marked words."""
    context: str
    """What stands around it and helps to understand it; "" where nothing does."""
    source: str
    score: float
    why: tuple[str, ...]
    judged_by: str
    """Which language model of the user's own gave its opinion, or ""."""
    new: bool
    mine: bool
    private: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What one of those who should meet needs."""

    need: str
    person: str
    person_path: str
    link: str
    text: str


@dataclass(frozen=True, slots=True)
class Introduction:
    """People to bring together: one may help the other (`introduce`), or all need the same (`meet`).

    Of those who should meet `person` and `other` are the first two.
    """

    kind: Literal["introduce", "meet"]
    need: str
    person: str
    person_path: str
    link: str
    text: str
    other: str
    """Who may help; or who needs the same."""
    other_path: str
    other_link: str
    other_text: str
    """What the other one needs; "" where they may help."""
    people: tuple[Wish, ...]
    """All who should meet, those two among them, as many as are named; none where the other one may help."""
    more: int
    """So many should meet them too."""
    same: bool
    """Whether all who should meet need it in the same words, so that `text` is what each needs."""
    score: float
    why: tuple[str, ...]
    private: bool


@dataclass(frozen=True, slots=True)
class DueItem:
    """Somebody to get in touch with. Without `last_contact`: no contact is noted at all."""

    id: str
    person: str
    person_path: str
    link: str
    about: str
    """Role, company: to remember who that is."""
    every: int | None
    """Days; None for those who are not due but whose needs are not known."""
    last_contact: dt.date | None
    last_text: str
    due_on: dt.date | None
    days_over: int
    no_need: bool
    """Nothing is known that they need: a reason to ask how to help."""
    private: bool


@dataclass(frozen=True, slots=True)
class StillItem:
    """An open need at which nobody has looked for long."""

    id: str
    need: str
    person: str
    person_path: str
    link: str
    text: str
    created: dt.date | None
    looked_at: dt.date | None
    path: str
    line: int
    private: bool


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something given whose outcome is not known."""

    id: str
    need: str
    person: str
    person_path: str
    link: str
    text: str
    what: str
    """What was given; "" where no record says."""
    date: dt.date | None
    path: str
    line: int
    mine: bool
    private: bool


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something asked for that was not answered yet."""

    person: str
    person_path: str
    link: str
    text: str
    date: dt.date
    due: dt.date | None
    path: str
    line: int
    private: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody whom the user may ask, with what lies between them."""

    person: str
    person_path: str
    link: str
    why: tuple[str, ...]
    score: float
    gave: int
    asked: int
    got: int
    warning: str
    private: bool


@dataclass(frozen=True, slots=True)
class MyNeed:
    """One of the user's own needs."""

    need: str
    text: str
    state: str
    due: dt.date | None
    path: str
    line: int
    ask: tuple[Ask, ...]
    private: bool


@dataclass(frozen=True, slots=True)
class Soon:
    """A need that is wanted by a day not far off, or just past."""

    need: str
    person: str
    person_path: str
    link: str
    text: str
    due: dt.date
    overdue: bool
    mine: bool
    path: str
    line: int
    private: bool


@dataclass(frozen=True, slots=True)
class BalanceItem:
    """What passed between the user and one person in the last twelve months."""

    person: str
    person_path: str
    link: str
    gave: int
    asked: int
    got: int
    last_gave: dt.date | None
    last_asked: dt.date | None
    last_got: dt.date | None
    warning: str
    private: bool


@dataclass(frozen=True, slots=True)
class DoneItem:
    """A line that was answered on this week's page, as it stands there."""

    kind: str
    id: str
    line: str


@dataclass(frozen=True, slots=True)
class Footer:
    """How much of the vault this review knows."""

    notes: int
    people: int
    open_needs: int
    problems: int
    conflicts: tuple[str, ...]
    unreadable: int
    index_age_days: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """How many there are of what the budget cuts short."""

    matches: int
    new_matches: int
    introductions: int
    due: int
    no_need: int
    still_true: int
    follow_ups: int
    unanswered: int
    my_needs: int
    soon: int
    balance: int


@dataclass(frozen=True, slots=True)
class Review:
    """One week's review; within each list the best comes first."""

    week: str
    first: dt.date
    last: dt.date
    since: dt.date | None
    """What was noted from this day on is new; None: all is."""
    today: dt.date
    public: bool
    matches: tuple[MatchItem, ...]
    more_matches: tuple[MatchItem, ...]
    introductions: tuple[Introduction, ...]
    due: tuple[DueItem, ...]
    more_due: tuple[DueItem, ...]
    no_need: tuple[DueItem, ...]
    still_true: tuple[StillItem, ...]
    follow_ups: tuple[FollowUp, ...]
    unanswered: tuple[Unanswered, ...]
    my_needs: tuple[MyNeed, ...]
    soon: tuple[Soon, ...]
    warnings: tuple[BalanceItem, ...]
    balance: tuple[BalanceItem, ...]
    done: tuple[DoneItem, ...]
    totals: Totals
    footer: Footer

    @property
    def decisions(self) -> int:
        """How many lines ask for an answer, those folded away left out."""
        return sum(map(len, (self.matches, self.due, self.no_need, self.still_true, self.follow_ups)))
