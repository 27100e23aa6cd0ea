from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from mdnet.adapters.index import Index
from mdnet.adapters.memory import MemoryVault
from mdnet.app.matching import find_matches, text_need
from mdnet.app.sync import sync
from mdnet.core.match import Answers
from mdnet.core.match_model import ModelUnusableError
from mdnet.core.settings import Settings

TODAY = date(2026, 11, 22)
SINCE = date(2026, 11, 16)

NOTES = {
    "People/Ana Ruiz.md": "## Needs\n- [ ] an immigration lawyer who speaks Spanish ➕ 2026-10-01\n- [x] a cello\n",
    "People/Joe Chen.md": "## Needs\n- [ ] somebody who repairs cellos ➕ 2026-11-20\n",
    "Daily/2026-11-18.md": "- met an immigration lawyer at the fair, from Lima, talks Spanish\n- rain\n",
    "Daily/2026-10-02.md": "- the violin maker in Granville repairs cellos, basses and bows\n- the bus was late\n",
    "Daily/2026-10-03.md": "- an immigration lawyer from Lima opened an office, Spanish spoken all day\n",
    "Daily/2026-10-04.md": "- planted garlic before the rain\n- soup too salty\n- the choir meets on Tuesday\n",
    "Daily/2026-10-05.md": "- read two chapters of the thriller\n- the printer eats every third page\n",
}


class World:
    """A vault in memory with its index."""

    def __init__(self) -> None:
        self.vault, self.settings = MemoryVault(), Settings()
        self.index = Index.memory(self.settings)
        for path, text in NOTES.items():
            self.vault.put(path, text.encode())
        self.sync()

    def sync(self) -> None:
        sync(self.vault, self.index, self.settings)
        self.network = self.index.network()

    def find(self, **more: Any) -> list[tuple[str, str, bool]]:
        values: dict[str, Any] = {"since": SINCE, "today": TODAY, "floor": 0.1}
        found = find_matches(self.index, self.vault, self.settings, self.network, **(values | more))
        return [(match.need.person, match.passage.path, match.new) for match in found]


@pytest.fixture
def world() -> World:
    return World()


def test_new_notes_meet_all_needs_and_new_needs_all_notes(world: World) -> None:
    found = world.find()
    assert ("Ana Ruiz", "Daily/2026-11-18.md", True) in found
    assert ("Joe Chen", "Daily/2026-10-02.md", True) in found
    assert ("Ana Ruiz", "Daily/2026-10-03.md", False) not in found


def test_of_two_new_needs_an_older_note_counts_less_for_the_one_that_it_fits_worse(world: World) -> None:
    def score() -> float:
        found = find_matches(
            world.index, world.vault, world.settings, world.network, since=SINCE, today=TODAY, floor=0.0
        )
        return max(
            match.score
            for match in found
            if match.need.person == "Bo Lind" and match.passage.path == "Daily/2026-10-02.md"
        )

    world.vault.put("People/Joe Chen.md", b"")
    world.vault.put("People/Bo Lind.md", "## Needs\n- [ ] cellos for the school ➕ 2026-11-20\n".encode())
    world.sync()
    alone = score()
    world.vault.put("People/Joe Chen.md", NOTES["People/Joe Chen.md"].encode())
    world.sync()
    assert score() < alone


def test_everything_is_new_without_a_day(world: World) -> None:
    assert {("Ana Ruiz", "Daily/2026-11-18.md", True), ("Ana Ruiz", "Daily/2026-10-03.md", True)} <= set(
        world.find(since=None)
    )


def test_what_is_undecided_is_found_again(world: World) -> None:
    everything = find_matches(
        world.index, world.vault, world.settings, world.network, since=None, today=TODAY, floor=0.1
    )
    old = next(match for match in everything if match.passage.path == "Daily/2026-10-03.md")
    assert ("Ana Ruiz", "Daily/2026-10-03.md", False) in world.find(undecided=[old.id])
    again = world.find(undecided=[old.id], answers=Answers(dismissed=frozenset({old.id})))
    assert "Daily/2026-10-03.md" not in [path for _, path, _ in again]


def test_a_text_is_a_need_of_nobody(world: World) -> None:
    found = world.find(text="who repairs a cello")
    assert found[0][:2] == ("", "Daily/2026-10-02.md")
    assert world.find(text="the who") == []
    assert text_need("a boat").id == text_need("A  boat.").id


def test_named_needs_only(world: World) -> None:
    needs = [need for need in world.network.needs if need.person == "Joe Chen"]
    assert {person for person, _, _ in world.find(needs=needs)} == {"Joe Chen"}


def test_the_same_answer_comes_from_the_index(world: World) -> None:
    first = world.find()
    paths: list[str] = []
    read = world.vault.read
    world.vault.read = lambda path, *how: paths.append(path) or read(path, *how)  # type: ignore[method-assign,func-returns-value]
    assert world.find() == first
    assert paths == []
    world.vault.put("Daily/2026-11-19.md", b"- the luthier next door repairs cellos too\n")
    world.sync()
    paths.clear()
    assert ("Joe Chen", "Daily/2026-11-19.md", True) in world.find()
    assert "Daily/2026-11-19.md" in paths


class Counting:
    """A model that knows one thing: which texts speak of law. It counts what it is asked."""

    judge_width = 0
    strong_judge = False

    def __init__(self, *, broken: bool = False, simpler: Counting | None = None) -> None:
        self.asked: list[str] = []
        self.broken, self.simpler = broken, simpler
        self.name = "both" if simpler else "counting"

    def _vectors(self, texts: Any) -> Any:
        import numpy as np

        if self.broken:
            raise ModelUnusableError("broken")
        self.asked += texts
        law = [any(word in text for word in ("lawyer", "attorney", "court")) for text in texts]
        return np.array([[float(one), float(not one)] for one in law], dtype=np.float32).reshape(len(texts), 2)

    needs = passages = _vectors

    def words(self, words: Any) -> Any:
        import numpy as np

        return np.eye(2, dtype=np.float32)[[len(word) % 2 for word in words]]

    def judge(self, pairs: Any) -> Any:
        import numpy as np

        self.asked += [f"{need} | {passage}" for need, passage in pairs]
        return np.array([4.0 if "attorney" in passage else -4.0 for _, passage in pairs], dtype=np.float32)


def test_meaning_finds_what_words_do_not(world: World) -> None:
    world.vault.put("Daily/2026-11-21.md", b"- the attorney upstairs takes new clients\n")
    world.sync()
    found = find_matches(
        world.index, world.vault, world.settings, world.network,
        since=SINCE, today=TODAY, floor=0.0, model=Counting(),
    )  # fmt: skip
    best = max((match for match in found if match.need.person == "Ana Ruiz"), key=lambda match: match.score)
    assert best.passage.path == "Daily/2026-11-21.md"
    words_only = world.find(floor=0.01)
    assert ("Ana Ruiz", "Daily/2026-11-21.md", True) not in words_only


def test_the_model_reads_each_text_once(world: World) -> None:
    model = Counting()
    first = world.find(model=model, floor=0.0)
    assert model.asked
    assert len(model.asked) == len(set(model.asked))
    model.asked.clear()
    # Another limit is another question: the matcher works anew, but has nothing to ask.
    assert world.find(model=model, floor=0.0, limit=1) == first[:1]
    assert model.asked == []
    world.vault.put("Daily/2026-11-21.md", b"- the attorney upstairs takes new clients\n")
    world.sync()
    world.find(model=model, floor=0.0)
    assert {text for text in model.asked if "|" not in text} == {"the attorney upstairs takes new clients"}


def test_a_broken_model_leaves_the_words(world: World) -> None:
    assert world.find(model=Counting(broken=True)) == world.find()


def test_beside_a_broken_model_the_simpler_one_is_used(world: World) -> None:
    world.vault.put("Daily/2026-11-21.md", b"- the attorney upstairs takes new clients\n")
    world.sync()
    told: list[str] = []
    both = Counting(broken=True, simpler=Counting())
    found = world.find(model=both, notice=told.append)
    assert ("Ana Ruiz", "Daily/2026-11-21.md", True) in found
    assert told == ["broken; matching with counting"]
    both.broken = False
    world.find(model=both)
    assert both.asked  # what was found without it was not kept under its name


def test_progress(world: World) -> None:
    seen: list[tuple[int, int]] = []
    world.find(progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 1)]


def test_a_person_who_took_part_speaks_for_themselves(world: World) -> None:
    world.vault.put("Meetings/coffee.md", b"---\ndate: 2026-11-19\nattendees: ['[[Ana Ruiz]]']\n---\n"
                    b"- it is hard to tell a good immigration lawyer, Spanish or not\n")  # fmt: skip
    world.sync()
    found = find_matches(world.index, world.vault, world.settings, world.network, since=SINCE, today=TODAY, floor=0.0)
    by_path = {match.passage.path: match.score for match in found if match.need.person == "Ana Ruiz"}
    assert by_path["Meetings/coffee.md"] < by_path["Daily/2026-11-18.md"]


def test_empty_vault() -> None:
    world = World()
    for path in NOTES:
        world.vault.remove(path)
    sync(world.vault, world.index, world.settings, full=True)
    world.network = world.index.network()
    assert world.find() == []
    assert world.find(text="a lawyer") == []


def test_a_note_that_is_gone_has_no_passages(world: World) -> None:
    world.vault.remove("Daily/2026-11-18.md")
    assert "Daily/2026-11-18.md" not in [path for _, path, _ in world.find()]


def test_large_vaults_are_searched(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdnet.app.matching.SMALL_NOTES", 3)
    found = world.find()
    assert ("Joe Chen", "Daily/2026-10-02.md", True) in found
    need = next(need for need in world.network.needs if need.person == "Joe Chen")
    assert world.find(needs=[replace(need, text="the who of it")]) == []


def test_in_large_vaults_the_model_reads_the_nearest_passages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdnet.app.matching.SMALL_NOTES", 3)
    monkeypatch.setattr("mdnet.app.matching.READ_CLOSELY", 1)
    many = "\n\n".join(f"A paragraph of its own, number {number}, on the warehouse." for number in range(9))
    world.vault.put("Daily/2026-10-05.md", f"{many}\n\nA warehouse with a loading dock, cheap.\n".encode())
    world.sync()
    need = replace(world.network.needs[0], text="a cheap warehouse with a loading dock")
    model = Counting()
    world.find(needs=[need], since=None, model=model, floor=0.0)
    needs = {need.text, *(other.text for other in world.network.needs)}
    read = [text for text in model.asked if "|" not in text and text not in needs]
    assert read == ["A warehouse with a loading dock, cheap."]


def test_in_large_vaults_what_the_model_has_read_before_is_found_without_a_shared_word(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mdnet.app.matching.SMALL_NOTES", 3)
    monkeypatch.setattr("mdnet.app.matching._candidates", lambda *_: [])
    need = next(need for need in world.network.needs if need.person == "Ana Ruiz")
    there = ("Ana Ruiz", "Daily/2026-11-18.md", True)
    assert there not in world.find(needs=[need], since=None, model=Counting(), floor=0.0)
    world.find(model=Counting())  # the note was new
    world.vault.put("Daily/2026-10-09.md", b"A day without news.\n")
    world.sync()
    assert there in world.find(needs=[need], since=None, model=Counting(), floor=0.0)


def test_what_is_undecided_is_found_again_in_large_vaults(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdnet.app.matching.SMALL_NOTES", 3)
    options: dict[str, Any] = {"today": TODAY, "floor": 0.0}
    everything = find_matches(world.index, world.vault, world.settings, world.network, since=None, **options)
    old = next(match for match in everything if match.passage.path == "Daily/2026-10-02.md")
    later = find_matches(
        world.index, world.vault, world.settings, world.network, since=TODAY, undecided=[old.id], **options
    )
    assert [(match.id, match.new) for match in later] == [(old.id, False)]


def test_what_is_undecided_is_looked_for_where_it_stood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large vault nothing else leads to a note that shares no word with the need."""
    monkeypatch.setattr("mdnet.app.matching.SMALL_NOTES", 3)
    monkeypatch.setattr("mdnet.app.matching._candidates", lambda *_: [])
    first = find_matches(world.index, world.vault, world.settings, world.network, since=SINCE, today=TODAY, floor=0.0)
    old = next(match for match in first if match.passage.path == "Daily/2026-11-18.md")
    world.vault.put("Daily/2026-11-29.md", b"A day without news.\n")
    world.sync()
    next_week = TODAY + timedelta(days=7)
    later = world.find(since=next_week, today=next_week, undecided=[old.id], floor=0.0)
    assert (old.need.person, old.passage.path, False) in later


def test_an_undecided_match_is_judged_beside_what_is_usual(world: World) -> None:
    """Whether or not anything else is new; alone it would look better than anything."""
    options: dict[str, Any] = {"today": TODAY, "floor": 0.0}
    everything = find_matches(world.index, world.vault, world.settings, world.network, since=None, **options)
    old = next(match for match in everything if match.passage.path == "Daily/2026-10-02.md")
    (later,) = find_matches(
        world.index, world.vault, world.settings, world.network, since=TODAY, undecided=[old.id], **options
    )
    assert later.probability == pytest.approx(old.probability, abs=0.01)


def test_what_the_model_found_out_is_kept_when_it_is_interrupted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdnet.app.model_memory._AT_ONCE", 1)

    class Interrupted(Counting):
        def judge(self, pairs: Any) -> Any:
            raise KeyboardInterrupt

    model = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        world.find(model=model, floor=0.0)
    again = Counting()
    world.find(model=again, floor=0.0)
    assert again.asked
    assert not {text for text in again.asked if "|" not in text} & set(model.asked)


def test_answers_of_earlier_weeks_count_for_their_like(world: World) -> None:
    world.vault.put("Daily/2026-11-20.md", b"- an immigration lawyer from Quito opened an office, Spanish spoken\n")
    world.sync()
    old = find_matches(world.index, world.vault, world.settings, world.network, since=None, today=TODAY, repeated=True)
    (answered,) = {
        match.id for match in old if (match.need.person, match.passage.path) == ("Ana Ruiz", "Daily/2026-10-03.md")
    }

    def scores(**answers: Any) -> dict[str, float]:
        found = find_matches(
            world.index, world.vault, world.settings, world.network,
            since=SINCE, today=TODAY, floor=0.0, answers=Answers(**answers),
        )  # fmt: skip
        return {match.passage.path: match.score for match in found if match.need.person == "Ana Ruiz"}

    plain = scores()
    lowered, raised = scores(dismissed=frozenset((answered,))), scores(accepted=frozenset((answered,)))
    met = "Daily/2026-11-18.md"
    assert lowered[met] < plain[met] < raised[met]
    # The lawyer from Quito is nearly the same news: it was answered, and is not told again.
    assert "Daily/2026-11-20.md" in plain
    assert "Daily/2026-11-20.md" not in lowered
    assert "Daily/2026-11-20.md" not in raised


def test_a_week_that_is_over_knows_nothing_of_what_came_later(world: World) -> None:
    met = NOTES["Daily/2026-11-18.md"]
    world.vault.put("Daily/2026-11-29.md", met.encode())
    world.sync()
    found = world.find(today=TODAY)
    assert ("Ana Ruiz", "Daily/2026-11-18.md", True) in found


def test_the_words_of_reasons_are_kept_too(world: World) -> None:
    asked: list[str] = []

    class Wordy(Counting):
        def words(self, words: Any) -> Any:
            asked.extend(words)
            return super().words(words)

    world.vault.put("Daily/2026-11-21.md", b"- the attorney upstairs takes new clients\n")
    world.sync()
    first = world.find(model=Wordy(), floor=0.0)
    assert asked
    assert len(asked) == len(set(asked))
    asked.clear()
    assert world.find(model=Wordy(), floor=0.0, limit=len(first)) == first
    assert asked == []
