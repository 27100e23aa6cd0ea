"""What a save did to a line that had just been written."""

import pytest

from mdnet.core.loss import is_lost

OLD = "# Ana\n\n## Log\n\n* 2026-11-01 #met: coffee\n"
NEW = OLD + "* 2026-11-28 #met lunch at teh inn\n"
TASK = "## Needs\n- [ ] a van\n"
HELPING = TASK.replace("[ ]", "[/]")


@pytest.mark.parametrize(
    ("old", "new", "now", "lost"),
    [
        (OLD, NEW, OLD, True),
        (OLD, NEW, OLD + "* 2026-11-28 #met dinner with Joe\n", True),
        (OLD, NEW, OLD + "The user's own sentence.\n", True),
        (OLD, NEW, "", True),
        (OLD, NEW, NEW, False),
        (OLD, NEW, NEW.replace("teh", "the"), False),
        (OLD, NEW, NEW.replace("#met ", "#met: "), False),
        (OLD, NEW, NEW.replace("* 2026-11-28", "- [[2026-11-28]]"), False),
        (OLD, NEW, NEW.replace("\n", "\r\n").replace("lunch at", "lunch  at"), False),
        (OLD, OLD + "- #met a long walk by the sea\n", OLD + "- #met a long walk\n  by the sea\n", False),
        (OLD, OLD + "- 2026-11-28 #met\n", OLD + "- [[2026-11-28]] #met\n", False),
        (OLD, OLD + "- 2026-11-28 #met\n", OLD, True),
        (OLD, OLD + "***\n", OLD, True),
        (OLD, OLD + "***\n", OLD + "***\n", False),
        (TASK, HELPING, TASK, True),
        (TASK, HELPING, TASK.replace("van", "van, blue"), True),
        (TASK, HELPING, HELPING.replace("- ", "* "), False),
        (TASK, HELPING, HELPING.replace("van", "van, blue"), False),
        (TASK, "## Needs\n", TASK, True),
        (TASK, "## Needs\n", "## Needs\n\n", False),
        (TASK, TASK + "\n", TASK, False),
    ],
)
def test_lost_or_written_otherwise(old: str, new: str, now: str, lost: bool) -> None:
    assert is_lost(old.encode(), new.encode(), now.encode()) is lost
