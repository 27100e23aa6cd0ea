"""The values that everything else passes around. Paths are relative to the vault, with `/`; lines count from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mdnet.core.identity import match_id
from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

Verb = Literal["need", "offer", "met", "gave", "asked", "got"]
VERBS: tuple[Verb, ...] = ("need", "offer", "met", "gave", "asked", "got")

State = Literal["open", "helping", "helped", "dropped"]
"""A need's state: checkbox `[ ]` or none or unknown, `[/]`, `[x]`, `[-]`."""
LIVE: tuple[State, ...] = ("open", "helping")
"""The states in which help is still wanted."""

NoteKind = Literal["person", "me", "review", "note"]
DateSource = Literal["line", "property", "name", "file"]
"""Where a date was read: in the line, a front matter property, the daily note's name, the file's time."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What `stat` says of a file; equal stamps mean: not written since."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in the user's files that mdnet could not take as it stands; shown as `path:line: message`."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Link:
    """A wiki-link as written: `[[target#heading|display]]`, of which only the target counts."""

    target: str
    line: int
    embed: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record line, before anybody knows who its links mean.

    `people` holds the targets of all links in the line, in order. `lead` is how many of them stand right
    after the verb (after the checkbox where a heading implies the verb); `lead_text` is that run as it
    reads, `text` what follows, with other links as their display text, and without verb, dates and fields.
    """

    verb: Verb
    line: int
    raw: str
    text: str
    people: tuple[str, ...] = ()
    lead: int = 0
    lead_text: str = ""
    mark: str | None = None
    state: State = "open"
    date: dt.date | None = None
    created: dt.date | None = None
    done: dt.date | None = None
    cancelled: dt.date | None = None
    due: dt.date | None = None
    not_before: dt.date | None = None
    priority: int = 0
    """As the Tasks plugin orders them: 🔺 3, ⏫ 2, 🔼 1, none 0, 🔽 -1, ⏬ -2."""
    private: bool = False
    block_id: str | None = None
    origin: Literal["line", "property"] = "line"
    mention: bool = False
    """True for no record at all but a mere mention that counts as contact (`mentions-count = true`)."""


@dataclass(frozen=True, slots=True)
class Note:
    """All that one file says. `body_line` is the line on which the text after the front matter begins."""

    path: str
    title: str
    kind: NoteKind = "note"
    date: dt.date | None = None
    date_source: DateSource = "file"
    properties: Mapping[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()
    private: bool = False
    body: str = ""
    """The text after the front matter, line ends as `\\n`: what is searched and cut into passages."""
    body_line: int = 1


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a note about one subject: a list item, a paragraph, a part of a long section."""

    path: str
    line: int
    text: str
    """Plain: no bullet, checkbox, formatting; links as their display text."""
    date: dt.date | None = None
    title: str = ""
    heading: str = ""
    """The headings above it, outermost first, joined by ` › `."""
    context: str = ""
    """What stands around it and helps to understand it: the parent item or the sentence before."""
    people: tuple[str, ...] = ()
    """Targets of the wiki-links in it (in its parent items too), as written."""
    owner: str = ""
    """Path of the person's note in which it stands, or "" in any other note."""
    private: bool = False
    source: str = ""
    kind: Literal["item", "paragraph", "record", "heading"] = "paragraph"
    verb: Verb | None = None
    """The verb where the passage is a record line; `need` or `gave` also where it hangs under such a line."""
    before: tuple[str, ...] = ()
    """Where it begins with a word that points back: the line before and the targets of the links in that, to be shown
    with it; no part of what is matched."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the user knows. `path` identifies them; `name` is the file's name."""

    path: str
    name: str
    aliases: tuple[str, ...] = ()
    company: str = ""
    role: str = ""
    location: str = ""
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    birthday: str = ""
    relation: str = ""
    language: str = ""
    cadence_days: int | None = None
    """None: no cadence given; 0: never."""
    snooze: dt.date | None = None
    met: dt.date | None = None
    private: bool = False
    tags: tuple[str, ...] = ()
    is_me: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Something one person needs. `id` survives moving, ticking and dating the line, not rewording it."""

    id: str
    person: str
    person_path: str
    text: str
    state: State
    path: str
    line: int
    created: dt.date | None = None
    created_source: DateSource = "file"
    due: dt.date | None = None
    not_before: dt.date | None = None
    done: dt.date | None = None
    priority: int = 0
    private: bool = False
    block_id: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something one person can help with."""

    person: str
    person_path: str
    text: str
    path: str
    line: int
    date: dt.date | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something that passed between the user and one person: `met`, `gave`, `asked` or `got`."""

    verb: Verb
    person: str
    person_path: str
    date: dt.date
    date_source: DateSource
    text: str
    path: str
    line: int
    private: bool = False
    block_id: str | None = None
    due: dt.date | None = None
    done: bool = False
    """True where its checkbox is ticked (an asked favour that was answered, say)."""


@dataclass(frozen=True, slots=True)
class Network:
    """Everybody and everything known about them, with all links resolved."""

    people: Mapping[str, Person] = field(default_factory=dict)
    """By path, in order of path; without the user."""
    me: Person | None = None
    needs: tuple[Need, ...] = ()
    offers: tuple[Offer, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    """Oldest first."""
    problems: tuple[Problem, ...] = ()


WORTH_SHOWING = 1.0
"""The score from which a match, or somebody who may help, is shown."""
WORTH_ASKING = 0.3
"""The score from which somebody is named whom to ask: to be asked in vain costs less than an introduction in vain."""


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that may help with a need."""

    need: Need
    passage: Passage
    score: float
    """Comparable across needs and vaults; from `WORTH_SHOWING` on it is shown."""
    why: tuple[str, ...] = ()
    """The words that tie them: `lawyer`, or `attorney ~ lawyer` where they differ."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where those words stand in the passage's text: [start, end) in characters."""
    new: bool = False
    probability: float = 0.0
    """That a person would call the passage helpful; 0 where nothing estimated it."""
    fit: float = 0.0
    """Log-odds by which matches are put in order. Nearness counts more here, and in `score` what speaks for a lure."""
    judged_by: str = ""
    """Which language model of the user's own gave its opinion, or ""."""

    @property
    def id(self) -> str:
        """The pair's identity, as the review page's block id carries it."""
        return match_id(self.need, self.passage)


@dataclass(frozen=True, slots=True)
class Helper:
    """A person who may help with somebody's need."""

    need: Need
    person: Person
    score: float
    why: tuple[str, ...] = ()
    fact: Passage | None = None
    """What is known of them that fits best."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is on disk against what is indexed."""

    read: tuple[str, ...] = ()
    """New or changed: to be read."""
    drop: tuple[str, ...] = ()
    """Gone: to be dropped from the index."""
    held: tuple[str, ...] = ()
    """Gone, but so many at once, or below folders that could not be listed, that nothing is dropped."""
