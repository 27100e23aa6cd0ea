"""What the daemon is to do, and how often it does things."""

from __future__ import annotations

from mdnet.core.values import dataclass

TICK = 5.0
"""Seconds between two looks at whether everything still works: threads, the folder, the clock."""
TICK_GONE = 1.0
"""The same while the vault is not there."""
RESCAN = 1800.0
"""Seconds after which everything is looked at again, whatever the events said."""
POLL = 3.0
"""Seconds between two looks where nothing can be watched."""
SETTLE, SETTLE_LONGEST = 1.5, 4.0
"""Seconds of quiet after which a note's coming or going is followed by a look at everything; more where that takes
long, and so many at most, however often others come and go."""
TIDY = 0.5
"""Seconds of quiet after which the index is tidied up."""
SLICE = 200
"""Paths that are looked at in one go, which takes a tenth of a second or less."""
SURVEY_FROM = 5000
"""So many notes are looked at by another process, when all are."""
SHARE = 20.0
"""Looking at everything may take one part in this many of the time."""
RARELY = 2000.0
"""The same where nothing speaks for it, and the user has not asked for more."""
CLOCK_JUMP = 5.0
"""Seconds by which the clock may be corrected without anybody having slept."""
RETRY, RETRY_LONGEST = 1.0, 60.0
"""Seconds after which what has failed is tried again; twice as many each time."""
FAILED, TO_BE_SURE, NOW_AND_THEN = "something had failed", "to be sure", "now and then"


@dataclass(frozen=True, slots=True)
class Options:
    """What the daemon is to do. `poll`: seconds between looks, instead of watching."""

    apply: bool = True
    render: bool = True
    notify: bool = False
    poll: float | None = None
    rescan: float = RESCAN
