"""A small invented vault for tests of the use cases and of the command line."""

from __future__ import annotations

import os
from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)

TOWN: dict[str, str] = {
    "mdnet.toml": '[daily]\nfolder = "Daily"\n',
    "Me.md": """\
---
type: me
aliases: [Io Vane]
---
- #need a tenant for the room above the shop
- #offer bookbinding
""",
    "People/Ana Ruiz.md": """\
---
type: person
aliases: [Anita]
company: FreightCo
role: operations
location: Ohio
cadence: 6w
needs:
  - a plumber who works on Sundays   # the tap
---
Met at the fair.

## Needs
- [ ] a night-shift warehouse supervisor ➕ 2026-10-01
- [/] a used forklift ➕ 2026-09-01 ^fork

## Log
- 2026-09-01 #met at the fair
- 2026-11-02 #gave the article about forklifts
""",
    "People/Joe Chen.md": """\
---
type: person
cadence: monthly
---
## Offers
- [ ] plumbing, on any day of the week

## Needs
- [ ] an old piano to take apart ➕ 2026-02-01

## Log
- 2026-08-01 #met
- 2026-08-02 #asked for a referral
- 2026-08-09 #got the referral
- 2026-09-09 #got a second referral
- 2026-09-10 #asked for a loan of the van
""",
    "People/Zoë Ångström.md": "---\ntype: person\n---\nPlays the cello.\n",
    "Daily/2026-11-19.md": """\
- the distribution centre in Grove City closes, five night-shift warehouse supervisors are looking
- rain all day
- #need [[Joe Chen]] somebody to look after the dog in January
""",
    "Daily/2026-11-20.md": """\
Nothing much. A cellist plays in the old mill.

- the vet's sister looks after a dog or two in winter
""",
}


def write_notes(root: Path, notes: dict[str, str]) -> None:
    """Write notes below `root`, line ends as given."""
    for name, text in notes.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        noon = datetime.combine(TODAY, time(12)).timestamp()
        os.utime(path, (noon, noon))


def read_notes(root: Path) -> dict[str, str]:
    """All notes below `root` by their path."""
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in sorted(root.rglob("*.md"))}
