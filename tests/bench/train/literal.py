"""`python -m tests.bench.train.literal PAIRS OUT`: PAIRS with plain sentences that say just what is needed, or not.

Among notes written to mislead, the judge learnt to doubt what shares all words with a need: "Met a patent lawyer who
looks for work". To each English need that begins with an article three sentences are added that help and three that do
not (wanted too, found already, gone, a novel). Needs held out from training stay as they are.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.train.fit import held_out, load

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = (
    "Rosa Lind", "Tom", "Ingrid Falk", "Marek", "Dilip Rao", "Hana", "Old Mr Pask", "Lucía Prats", "Beate", "Joe Chen",
    "Amara Diallo", "Pekka", "Nell", "Yusuf Aydin", "Sinéad", "Mrs Okafor", "Gus", "Fen Li", "Katya", "Paulo Reis",
)  # fmt: skip
_PERSON = re.compile(
    r"(?:er|or|ist|ian|eer|smith|wright|man|woman|person|cook|chef|attorney|guide|coach|notary|advocate|vet|apprentice|"
    r"judge|pilot|clerk)s?$",
    re.IGNORECASE,
)
_REST = re.compile(r" (?:who|that|for|to|with|in|on|by|near|from|at|willing) ")


def sentences(need: str, random_: random.Random) -> tuple[list[str], list[str]]:
    """Sentences that would help with a need such as "a patent lawyer for a small device", and some that would not."""
    short = _REST.split(need)[0]
    one, two, three, four = random_.sample(NAMES, 4)

    def said() -> str:
        return random_.choice((need, need, short))

    wrong = [f"{one} looks for {said()} too", f"{one} no longer needs {said()}"]
    if _PERSON.search(short):
        relation = random_.choice(("sister", "brother", "neighbour", "cousin"))
        right = [f"Met {said()} who looks for work.", f"{one} is {said()}", f"{two}'s {relation} is {said()}",
                 f"{short[0].upper()}{short[1:]} has moved in next door and looks for work",
                 f"{three} knows {said()} and would make the introduction",
                 f"Sat beside {said()} on the train, left me a card"]  # fmt: skip
        wrong += [f"{two} found {said()} in the end", f"{three} used to be {said()}, long ago",
                  f"Read a novel about {short}", f"{four} complained about {said()} all evening",
                  f"Joke about {short}"]  # fmt: skip
    else:
        right = [f"{one} has {said()} to give away", f"{two} would lend {said()} to anybody who asks",
                 f"On the board in the library: {need}", f"{three} knows where there is {said()} to be had",
                 f"{four} offers {said()}"]  # fmt: skip
        wrong += [f"{two} found {said()} last year", f"{three} sold {said()} before Christmas, gone",
                  f"Read an article about {short}", f"{four} dreams of {said()}"]  # fmt: skip
    return random_.sample(right, 3), random_.sample(wrong, 3)


def extended(rows: Sequence[dict[str, Any]], seed: int = 11) -> list[dict[str, Any]]:
    """`rows` with plain sentences among their passages."""
    random_ = random.Random(seed)
    found = []
    for row in rows:
        need = row["need"].strip()
        plain: list[dict[str, Any]] = []
        if row.get("lang", "en") == "en" and need.startswith(("a ", "an ")) and not held_out(row["need"]):
            right, wrong = sentences(need, random_)
            plain += [{"text": text, "label": 2, "kind": "lexical"} for text in right]
            plain += [{"text": text, "label": 0, "kind": "lure"} for text in wrong]
        found.append({**row, "passages": [*row["passages"], *plain]})
    return found


def main(arguments: Sequence[str]) -> int:
    """Entry point."""
    source, target = arguments
    lines = [json.dumps(row, ensure_ascii=False) for row in extended(load(Path(source)))]
    Path(target).write_bytes(gzip.compress(("\n".join(lines) + "\n").encode("utf-8"), mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
