"""Making a vault: an empty one, or a copy of the example."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from mdnet.adapters.resources import example_vault
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
# Settings of this vault for mdnet. Every key is optional; these are the defaults.

# people = "People"          # the folder of notes about people
# me = "Me.md"               # your own note: what you need and offer
# reviews = "Reviews"        # where the weekly pages go
# templates = ["Templates"]  # never read as notes; the first may hold page templates of your own
# ignore = []                # folders or patterns to leave out, such as "Archive" or "*.excalidraw.md"
# cadence = "3m"             # how often to be in touch with those whose note does not say
# matching = "auto"          # "small", "none" (by words alone), or the folder of a language model of your own
# mentions-count = false     # whether a mere mention in a dated note counts as contact
# max-note-bytes = 4000000   # of larger notes only the properties are read
# log-headings = ["log"]     # the headings under which mdnet adds what passed between you

# [verbs]                    # further words for #need #offer #met #gave #asked #got
# need = ["braucht", "sucht"]

# [headings]                 # further headings that mean needs or offers in a person's note
# need = ["Bedarf"]

# [daily]                    # else Obsidian's own daily note settings are used
# folder = "journals"
# format = "YYYY_MM_DD"
"""
ME = """\
---
type: me
---
What you need and what you can offer, one line each:

- #offer an hour of your time
"""
FIRST_PERSON = """\
---
type: person
cadence: 3m
---
Somebody to begin with: rename this note, and write down what they need.

## Needs

- [ ] say in one line what would help them

## Log
"""


def init_vault(root: Path) -> list[Path]:
    """Make a small vault in `root`, which may hold notes already; nothing that is there is touched.

    Gives what was made, relative to `root`. Raises WriteRefusedError.
    """
    files = {"mdnet.toml": SETTINGS, "Me.md": ME}
    if not (root / "People").exists():
        files["People/A friend.md"] = FIRST_PERSON
    made: list[Path] = []
    try:
        for name, text in files.items():
            path = root / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                made.append(path.relative_to(root))
    except OSError as error:
        raise WriteRefusedError(f"{root}: cannot be made into a vault: {error.strerror or error}") from error
    return made


def copy_example(root: Path) -> int:
    """Copy the example vault to `root`, which must be empty or not there. Gives the number of notes."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise WriteRefusedError(f"{root} is there already and not empty: name another folder")
    try:
        shutil.copytree(example_vault(), root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("Reviews"))
    except OSError as error:
        raise WriteRefusedError(f"{root}: the example cannot be copied here: {error.strerror or error}") from error
    return sum(1 for _ in root.rglob("*.md"))
