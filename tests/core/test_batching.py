"""When it is time to look: quiet, never late, few large batches in a burst, bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.batching import EVERYTHING, MANY, MOST, RAPID_QUIET, Batcher, Hint


def run(batcher: Batcher, events: list[tuple[float, str, Hint]], end: float) -> list[tuple[float, tuple[str, ...]]]:
    """What a daemon takes, and when, that sleeps until `due` and is woken by nothing but `add`'s word."""
    taken = []
    now = 0.0
    events = sorted(events, key=lambda event: event[0])
    while now < end:
        due = batcher.due()
        next_event = events[0][0] if events else end
        if due is not None and due <= next_event:
            now = max(now, due)
            found = batcher.take(now)
            if found:
                taken.append((now, found))
        else:
            now = next_event
            if events:
                batcher.add(events[0][1], events[0][2], now)
                events.pop(0)
    return taken


def test_one_save_is_looked_at_when_it_has_been_quiet() -> None:
    batcher = Batcher()
    assert batcher.due() is None
    assert batcher.add("a.md", Hint.SAVED, 10.0)
    assert batcher.due() == 10.0 + Hint.SAVED.quiet
    assert batcher.take(10.0) == ()
    assert batcher.take(10.1) == ("a.md",)
    assert (len(batcher), batcher.due()) == (0, None)


def test_whoever_may_still_be_writing_is_waited_for() -> None:
    taken = run(Batcher(), [(0.0, "a.md", Hint.OPEN), (0.1, "a.md", Hint.OPEN), (0.15, "a.md", Hint.SAVED)], 9)
    assert taken == [(0.15 + Hint.SAVED.quiet, ("a.md",))]


def test_a_note_that_comes_back_was_never_gone() -> None:
    events = [(0.0, "a.md", Hint.GONE), (1.5, "a.md", Hint.OPEN), (1.51, "a.md", Hint.SAVED)]
    assert [when for when, _ in run(Batcher(), events, 9)] == [1.51 + Hint.SAVED.quiet]
    assert run(Batcher(), events[:1], 9) == [(Hint.GONE.quiet, ("a.md",))]


def test_a_hundred_saves_in_a_second_are_three_looks() -> None:
    events = [(n * 0.01, "a.md", Hint.SAVED) for n in range(100)]
    # Two hundredths of a second now and then, as on a busy machine: still few.
    late = [(when + 0.012 * (n % 10 == 0), path, hint) for n, (when, path, hint) in enumerate(events)]
    assert len(run(Batcher(), events, 9)) <= 3
    assert len(run(Batcher(), late, 9)) <= 3


def test_whoever_waits_for_each_look_is_never_put_off() -> None:
    batcher, now = Batcher(), 0.0
    for _ in range(200):
        for hint in (Hint.OPEN, Hint.SAVED):
            batcher.add("a.md", hint, now)
        due = batcher.due()
        assert due == now + Hint.SAVED.quiet
        now = due + 0.003
        assert batcher.take(now) == ("a.md",)
        batcher.done()


def test_a_program_that_pauses_just_longer_than_a_look_takes_is_one() -> None:
    assert len(run(Batcher(), [(n * 0.014, "a.md", Hint.SAVED) for n in range(100)], 9)) <= 5


def test_a_save_while_the_last_is_looked_at_is_a_program_s() -> None:
    batcher, now = Batcher(), 0.0
    for _ in range(6):
        batcher.add("a.md", Hint.SAVED, now)
        due = batcher.due()
        assert due is not None
        batcher.take(due)
        now = due + 0.001
    assert batcher.add("a.md", Hint.SAVED, now)
    assert batcher.due() == now + RAPID_QUIET


def test_a_steady_writer_starves_nobody() -> None:
    events = [(n * 0.005, "busy.md", Hint.OPEN) for n in range(2000)] + [(3.0, "a.md", Hint.SAVED)]
    taken = run(Batcher(), events, 20)
    assert (3.0 + Hint.SAVED.quiet, ("a.md",)) in taken
    gaps = [b - a for (a, _), (b, _) in zip([(0.0, ()), *taken], taken, strict=False)]
    assert max(gaps) <= Hint.OPEN.longest + 0.1


def test_a_burst_is_few_batches() -> None:
    events = [(n * 0.0005, f"{n}.md", Hint.SAVED) for n in range(5000)]
    taken = run(Batcher(), events, 20)
    assert len(taken) <= 5 + MANY
    assert sum(len(paths) > 500 for _, paths in taken) >= 4
    assert sum(len(paths) for _, paths in taken) == 5000


def test_deleted_ones_do_not_make_a_burst() -> None:
    batcher = Batcher()
    for n in range(MANY * 2):
        batcher.add(f"{n}.md", Hint.GONE, 0.0)
    assert batcher.take(0.05) == ()
    batcher.add("a.md", Hint.SAVED, 0.1)
    assert batcher.take(0.2) == ("a.md",)
    assert len(batcher.take(Hint.GONE.quiet)) == MANY * 2


def test_too_many_are_everything() -> None:
    batcher = Batcher()
    for n in range(MOST + 10):
        batcher.add(f"{n}.md", Hint.SAVED, 0.0)
    assert len(batcher) == 1
    assert batcher.take(99.0) == (EVERYTHING,)
    assert batcher.add("a.md", Hint.SAVED, 100.0)
    assert batcher.take(0.0, all_of_it=True) == ("a.md",)


hints = st.tuples(st.floats(0, 5), st.sampled_from(["a.md", "b.md", "c/", *(f"{n}.md" for n in range(90))]),
                  st.sampled_from(Hint))  # fmt: skip


@given(st.lists(hints, max_size=200))
def test_nothing_is_forgotten_and_nothing_is_late(events: list[tuple[float, str, Hint]]) -> None:
    batcher = Batcher()
    taken = run(batcher, list(events), 30)
    assert len(batcher) == 0
    for when, path, hint in events:
        later = [at for at, paths in taken if path in paths and at >= when]
        assert later, (path, when)
        if hint is not Hint.GONE and not any(other is Hint.GONE for _, name, other in events if name == path):
            assert min(later) - when <= max(hint.longest, 2.0) + 1.6
