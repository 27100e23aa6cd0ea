"""What a vault's owner may set, with the defaults. Read by adapters/config; known to everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdnet.core.model import Verb


MATCHING = ("auto", "small", "none")
"""What `matching` may say beside the folder of a model."""


@dataclass(frozen=True, slots=True)
class DailyNotes:
    """Where daily notes live: a folder ("" is the vault's root) and a moment.js format of path and name."""

    folder: str = ""
    format: str = "YYYY-MM-DD"
    template: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """A language model of the user's own that judges the best few matches; without `url` there is none."""

    url: str = ""
    """Where it answers chat completions, such as `http://localhost:11434/v1`."""
    model: str = ""
    """Which of its models; "" for the one it takes by itself."""
    hosts: tuple[str, ...] = ()
    """Other computers that may be asked."""

    @property
    def name(self) -> str:
        """What the page calls it."""
        return self.model or "your model"


@dataclass(frozen=True, slots=True)
class Settings:
    """One vault's settings; `mdnet.toml` names them with dashes."""

    people: str = "People"
    me: str = "Me.md"
    reviews: str = "Reviews"
    templates: tuple[str, ...] = ("Templates",)
    """Folders of templates, never read as notes; the first holds the user's own page templates."""
    ignore: tuple[str, ...] = ()
    """Folders or glob patterns left out, from `ignore` and from Obsidian's `userIgnoreFilters`."""
    verbs: Mapping[str, Verb] = field(default_factory=dict)
    """Further words for the verbs, lower case: `{"brauche": "need"}`."""
    headings: Mapping[str, Verb] = field(default_factory=lambda: {"needs": "need", "offers": "offer"})
    """Headings (lower case) in a person's own note whose task items are records."""
    log_headings: tuple[str, ...] = ("log",)
    daily: tuple[DailyNotes, ...] = (DailyNotes(),)
    """All places where daily notes may lie; the first is the one that mdnet writes to."""
    mentions_count: bool = False
    matching: str = "auto"
    """Which language model matching uses: `auto` (the one that ships with mdnet, and a stronger one beside it where the
    extra is installed), `small` (the own one), `none` (words alone), or the folder of one of the user's own."""
    judge: Judge = Judge()
    cadence_days: int | None = None
    """For people without a `cadence` of their own; None: they are never due."""
    max_note_bytes: int = 4_000_000
    """Of a larger note only the front matter is read, and it is reported."""
