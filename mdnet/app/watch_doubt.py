"""Whether the daemon may say that the index holds all that was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mdnet.app.watch_index import Outcome


class Doubt:
    """True from when something happened after which the index may be wrong, until everything was looked at since."""

    def __init__(self) -> None:
        self._now = self._since_look_began = True

    def __bool__(self) -> bool:
        return self._now

    def arise(self) -> None:
        """Something has happened that only a look at everything makes good."""
        self._now = self._since_look_began = True

    def after(self, outcome: Outcome | None) -> None:
        """That was looked at; None: it failed."""
        doubtful = outcome is None or bool(outcome.warning or outcome.held or outcome.unsure)
        self._now = doubtful or (self._now and not (outcome is not None and outcome.everything))
        self._since_look_began = self._since_look_began or doubtful

    def look_begins(self) -> None:
        """Another process begins to look at everything; what happens from now on, it may miss."""
        self._since_look_began = False

    def look_ended(self, *, held: bool) -> None:
        """All that it has found is in the index, but for notes that are held."""
        self._now = held or self._since_look_began
