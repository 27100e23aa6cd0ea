from __future__ import annotations

from datetime import date
from typing import Any

from mdnet.adapters.index import Index
from mdnet.adapters.memory import MemoryVault
from mdnet.app.replay import replay
from mdnet.app.sync import sync
from mdnet.core.match import Answers
from mdnet.core.settings import Settings

TODAY = date(2026, 11, 22)
FILLER = {
    f"Daily/2026-09-{day:02}.md": f"- {text}\n".encode()
    for day, text in enumerate(
        ["planted garlic before the rain", "soup too salty", "the choir meets on Tuesday", "read two chapters"], 1
    )
}
NEEDS = (
    "## Needs\n"
    "- [ ] somebody who repairs cellos ➕ 2026-10-01\n"
    "- [x] an immigration attorney fluent in Spanish ➕ 2026-10-01 ✅ 2026-11-01\n"
    "- [-] a greenhouse heater running on wood pellets ➕ 2026-10-01\n"
)


class Certain:
    """A model to which two texts are the same when they speak of the same of three things."""

    name = "certain"
    judge_width = 0
    strong_judge = False
    simpler = None

    def passages(self, texts: Any) -> Any:
        import numpy as np

        things = ("cello", "attorney", "heater")
        kinds = [next((i for i, thing in enumerate(things) if thing in text), 3) for text in texts]
        return np.eye(4, dtype=np.float32)[kinds]

    needs = words = passages

    def judge(self, pairs: Any) -> Any:
        import numpy as np

        return np.full(len(pairs), 4.0, dtype=np.float32)


def weeks(notes: dict[str, str], **more: Any) -> Any:
    vault, settings = MemoryVault(), Settings()
    for path, data in {**FILLER, **{path: text.encode() for path, text in notes.items()}}.items():
        vault.put(path, data)
    index = Index.memory(settings)
    sync(vault, index, settings)
    values: dict[str, Any] = {"first": date(2026, 10, 12), "last": date(2026, 11, 8), "today": TODAY,
                              "model": Certain()}  # fmt: skip
    return replay(index, vault, settings, index.network(), **(values | more))


CELLO = "- cellos: the luthier repairs cellos, cello repair in a day, who repairs cellos so well\n"
LAW = "- immigration attorney, Spanish fluent: attorney for immigration, fluent Spanish attorney\n"
HEATER = "- greenhouse heater: wood pellets heater for a greenhouse, pellets heater\n"


def test_each_pair_in_the_week_of_its_younger_half() -> None:
    again = CELLO[:-1] + " again\n"
    found = weeks({"People/Ana Ruiz.md": NEEDS, "Daily/2026-10-21.md": CELLO, "Daily/2026-09-20.md": again})
    assert [str(week.week) for week in found.weeks] == ["2026-W42", "2026-W43", "2026-W44", "2026-W45"]
    assert [[match.passage.path for match in week.shown] for week in found.weeks] == [
        [], ["Daily/2026-10-21.md"], [], [],
    ]  # fmt: skip
    assert found.shown == 1
    assert found.precision is None


def test_needs_count_until_they_were_closed() -> None:
    notes = {"People/Ana Ruiz.md": NEEDS, "Daily/2026-10-21.md": LAW + HEATER, "Daily/2026-11-04.md": LAW}
    found = weeks(notes)
    shown = [(match.need.text, match.passage.path) for week in found.weeks for match in week.shown]
    assert shown == [("an immigration attorney fluent in Spanish", "Daily/2026-10-21.md")]


def test_what_became_of_it() -> None:
    notes = {"People/Ana Ruiz.md": NEEDS, "Daily/2026-10-21.md": CELLO}
    (match,) = (match for week in weeks(notes).weeks for match in week.shown)
    assert weeks(notes, answers=Answers(dismissed=frozenset({match.id}))).precision == 0.0
    assert weeks(notes, answers=Answers(accepted=frozenset({match.id}))).precision == 1.0
    log = f"## Log\n- 2026-10-30 #gave the luthier ^{match.id}\n"
    assert weeks({**notes, "People/Ana Ruiz.md": NEEDS + log}).precision == 1.0


def test_at_most_so_many_a_week() -> None:
    assert weeks({"People/Ana Ruiz.md": NEEDS, "Daily/2026-10-21.md": CELLO}, per_week=0).shown == 0
