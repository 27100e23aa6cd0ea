"""Ticks on the review page become lines in the notes: each once, and can be taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mdnet.app.apply import apply_ticks
from mdnet.app.decide import decide
from mdnet.app.dismiss import dismiss
from mdnet.app.review import build_review, write_review
from mdnet.app.states import set_state
from mdnet.app.sync import sync
from mdnet.app.undo import undo
from mdnet.app.writing import writer
from mdnet.core.carry_out import with_sign
from mdnet.core.ticks import helped_id, read_tick
from mdnet.errors import NotFoundError, UndoRefusedError, WriteRefusedError
from tests.app.test_capture import changed_lines
from tests.town import TODAY, read_notes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.app.workspace import Workspace

PAGE = "Reviews/2026-W48.md"


def review(work: Workspace, day: date = TODAY) -> str:
    """Write the page, with the index brought up to date before and after."""
    sync(work.vault, work.index, work.settings)
    page = write_review(work, day)
    sync(work.vault, work.index, work.settings)
    return (work.root / page.path).read_text("utf-8")


def tick(work: Workspace, pattern: str, mark: str = "x") -> str:
    """Put a sign into the box of the one line of the page that says `pattern`; gives its id."""
    path = work.root / PAGE
    lines = path.read_text("utf-8", "replace").split("\n")
    found = [n for n, line in enumerate(lines) if re.search(pattern, line) and read_tick(line, n)]
    assert len(found) == 1, (pattern, lines)
    asked = read_tick(lines[found[0]], 0)
    assert asked
    path.write_bytes(with_sign(path.read_bytes(), asked.id, mark))
    sync(work.vault, work.index, work.settings)
    return asked.id


def rename(work: Workspace, old: str, new: str) -> None:
    """Give the note of a person another name, with all links to it, as an editor does."""
    for path in sorted(work.root.rglob("*.md")):
        data = path.read_bytes()
        if f"[[{old}".encode() in data:
            path.write_bytes(data.replace(f"[[{old}".encode(), f"[[{new}".encode()))
    (work.root / f"People/{old}.md").rename(work.root / f"People/{new}.md")
    sync(work.vault, work.index, work.settings)


def test_who_is_renamed_is_still_the_one_that_a_tick_is_about(town: Workspace) -> None:
    review(town)
    rename(town, "Ana Ruiz", "Ana Ruiz-Lopez")
    tick_id = tick(town, "supervisor.*←")
    applied = apply_ticks(town, TODAY)
    assert applied.problems == ()
    assert {change.path for change in applied.changes} == {"People/Ana Ruiz-Lopez.md"}
    note = (town.root / "People/Ana Ruiz-Lopez.md").read_text("utf-8")
    assert "- [/] a night-shift warehouse supervisor" in note
    assert f"^{tick_id}\n" in note
    sync(town.vault, town.index, town.settings)
    assert apply_ticks(town, TODAY).changes == ()
    assert not re.search(r"- \[ \] .*supervisor.*←", review(town)), "it was passed on"
    later = review(town, date(2026, 12, 12))
    assert re.search(r"- \[ \] .*needed a night-shift warehouse supervisor ← .*the distribution centre", later)


def test_a_page_asks_once_about_who_was_renamed(town: Workspace) -> None:
    before = review(town)
    rename(town, "Ana Ruiz", "Anita Ruiz")
    after = review(town)
    assert after.count("Anita Ruiz") == before.count("Ana Ruiz")
    assert review(town) == after


def test_what_was_dismissed_does_not_come_back_under_another_name(town: Workspace) -> None:
    review(town)
    tick(town, "supervisor.*←", "-")
    rename(town, "Ana Ruiz", "Anita Ruiz")
    asked = [line for line in review(town).split("\n") if "supervisor" in line and "←" in line]
    assert [line[:5] for line in asked] in ([], ["- [-]"])


def test_passed_on(town: Workspace) -> None:
    review(town)
    before = read_notes(town.root)
    tick_id = tick(town, "supervisor.*←")
    ticked = read_notes(town.root)
    applied = apply_ticks(town, TODAY)
    assert applied.problems == ()
    after = read_notes(town.root)
    changes = changed_lines(ticked, after)
    assert list(changes) == ["People/Ana Ruiz.md"]
    lines = changes["People/Ana Ruiz.md"]
    assert lines[:2] == [
        "-- [ ] a night-shift warehouse supervisor ➕ 2026-10-01",
        "+- [/] a night-shift warehouse supervisor ➕ 2026-10-01",
    ]
    assert lines[2].startswith("+- 2026-11-24 #gave “the distribution centre in Grove City closes")
    assert lines[2].endswith(f"([[2026-11-19]]) ^{tick_id}")
    # Twice is once, also for a device that has no index and no memory but the files.
    sync(town.vault, town.index, town.settings, full=True)
    assert apply_ticks(town, date(2026, 11, 30)).changes == ()
    assert read_notes(town.root) == after
    gave = [x for x in town.index.network().exchanges if x.block_id == tick_id]
    assert [(x.verb, x.person) for x in gave] == [("gave", "Ana Ruiz")]
    # Undo takes it all back, and the tick with it.
    undo(town, None)
    assert read_notes(town.root) == before
    assert apply_ticks(town, TODAY).changes == ()


def test_what_helps_oneself_is_no_gift(town: Workspace) -> None:
    page = review(town)
    line = next((line for line in page.split("\n") if "**You** need a tenant" in line and "^m-" in line), "")
    if not line:  # whether so small a vault matches it is the matcher's business
        need = next(need for need in town.index.network().needs if need.person == "Me")
        line = f"- [ ] **You** need {need.text} ← “a passage” ([[2026-11-19]]) ^m-{need.id}-aaaaaaaa"
        (town.root / PAGE).write_text(page + line + "\n", "utf-8")
    tick(town, r"\*\*You\*\* need a tenant.*\^m-")
    apply_ticks(town, TODAY)
    assert "- [/] #need a tenant for the room above the shop" in read_notes(town.root)["Me.md"]
    assert "#gave" not in read_notes(town.root)["Me.md"]
    path = town.root / "Me.md"
    reopened = path.read_text("utf-8").replace("[/]", "[ ]")
    path.write_text(reopened, "utf-8")
    sync(town.vault, town.index, town.settings)
    assert apply_ticks(town, TODAY).changes == ()
    assert path.read_text("utf-8") == reopened


def test_two_devices_that_merge_by_union_have_one_record(town: Workspace) -> None:
    review(town)
    tick_id = tick(town, "supervisor.*←")
    apply_ticks(town, TODAY)
    path = town.root / "People/Ana Ruiz.md"
    text = path.read_text("utf-8")
    line = next(line for line in text.split("\n") if line.endswith(f"^{tick_id}"))
    path.write_text(text + line.replace("2026-11-24", "2026-11-25") + "\n", "utf-8")
    sync(town.vault, town.index, town.settings)
    assert sum(x.block_id == tick_id for x in town.index.network().exchanges) == 1
    assert apply_ticks(town, TODAY).changes == ()


def test_not_useful_never_comes_back(town: Workspace) -> None:
    review(town)
    tick_id = tick(town, "supervisor.*←", "-")
    before = read_notes(town.root)
    assert apply_ticks(town, TODAY).changes == ()
    assert read_notes(town.root) == before
    later = build_review(town, date(2026, 12, 8), since=date(2026, 11, 1))
    assert tick_id not in {match.id for match in (*later.matches, *later.more_matches)}


def test_did_it_help(town: Workspace) -> None:
    review(town)
    before = read_notes(town.root)
    tick_id = tick(town, "a used forklift")
    assert tick_id.startswith("h-")
    apply_ticks(town, TODAY)
    assert "- [x] a used forklift ➕ 2026-09-01 ✅ 2026-11-24 ^fork" in read_notes(town.root)["People/Ana Ruiz.md"]
    # A need that its owner opens again stays open: the page says that the tick was carried out.
    path = town.root / "People/Ana Ruiz.md"
    reopened = path.read_text("utf-8").replace("[x] a used forklift ➕ 2026-09-01 ✅ 2026-11-24", "[ ] a used forklift")
    path.write_text(reopened, "utf-8")
    sync(town.vault, town.index, town.settings)
    assert apply_ticks(town, TODAY).changes == ()
    assert path.read_text("utf-8") == reopened
    path.write_text(reopened.replace("[ ] a used forklift", "[x] a used forklift ➕ 2026-09-01 ✅ 2026-11-24"), "utf-8")
    undo(town, None)
    assert read_notes(town.root) == before


def test_taking_back_twice_takes_back_two_writes(town: Workspace) -> None:
    need = next(need for need in town.index.network().needs if "piano" in need.text)
    set_state(town, town.index.network(), need, "helping", TODAY)
    review(town)
    before = read_notes(town.root)
    tick(town, r"\*\*\[\[Joe Chen\]\]\*\* · every")
    apply_ticks(town, TODAY)
    undo(town, None)
    assert read_notes(town.root) == before
    undo(town, None)
    assert "- [ ] an old piano" in read_notes(town.root)["People/Joe Chen.md"]
    assert read_notes(town.root)[PAGE] == before[PAGE]


def test_a_refusal_says_how_to_take_back_an_older_write(town: Workspace) -> None:
    network = town.index.network()
    need = {word: next(need for need in network.needs if word in need.text) for word in ("piano", "supervisor")}
    first = set_state(town, network, need["piano"], "helping", TODAY)
    set_state(town, network, need["supervisor"], "helping", TODAY)
    path = town.root / need["supervisor"].path
    path.write_text(path.read_text("utf-8").replace("supervisor", "chief"), "utf-8")
    with pytest.raises(UndoRefusedError, match=r"was changed since.*; an older change .* 'mdnet undo ID'.*'mdnet log'"):
        undo(town, None)
    undo(town, first.written.id)
    with pytest.raises(UndoRefusedError) as refused:  # there is no older one now
        undo(town, None)
    assert "older" not in str(refused.value)


def test_a_tick_that_cannot_be_taken_back_is_told(town: Workspace) -> None:
    review(town)
    tick(town, "supervisor.*←")
    apply_ticks(town, TODAY)
    path = town.root / PAGE
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))
    before = path.read_bytes()
    notes = (town.root / "People/Ana Ruiz.md").read_bytes()
    with pytest.raises(WriteRefusedError, match=r"no line \^m-"):  # who takes back the line alone gets it again
        undo(town, None)
    assert path.read_bytes() == before
    assert (town.root / "People/Ana Ruiz.md").read_bytes() == notes
    path.write_bytes(before.decode("utf-16").encode())
    undo(town, None)
    assert not [x for x in town.index.network().exchanges if x.block_id and x.block_id.startswith("m-")]


@pytest.mark.parametrize("killed", [1, 2])
def test_undo_that_is_killed_leaves_no_tick_for_what_it_took_back(
    town: Workspace, monkeypatch: pytest.MonkeyPatch, killed: int
) -> None:
    review(town)
    before = read_notes(town.root)
    tick(town, "supervisor.*←")
    apply_ticks(town, TODAY)
    real, calls = town.vault.replace, []

    def replace(path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> object:
        calls.append(path)
        if len(calls) == killed:
            raise KeyboardInterrupt
        return real(path, old, new, quiet=quiet)

    with monkeypatch.context() as kill:
        kill.setattr(town.vault, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            undo(town, None)
    assert calls == [PAGE, "People/Ana Ruiz.md"][:killed]
    sync(town.vault, town.index, town.settings)
    assert apply_ticks(town, TODAY).changes == ()
    undo(town, None)
    assert read_notes(town.root) == before


def test_undo_leaves_what_the_user_answered_and_copied(town: Workspace) -> None:
    review(town)
    refused = tick(town, r"\*\*\[\[Joe Chen\]\]\*\* · every", "-")
    path = town.root / PAGE
    text = path.read_text("utf-8")
    line = next(line for line in text.split("\n") if refused in line)
    before = path.read_bytes()
    pen = writer(town)
    pen.change(PAGE, lambda data: data.replace(f"{line}\n".encode(), b"") + f"{line}\n".encode(), "review")
    undo(town, pen.log()[0].id)
    assert path.read_bytes() == before  # where the line stood is taken back, and not what the user answered there
    path.write_bytes(text.encode() + f"\n```\n{line}\n```\n".encode())
    sync(town.vault, town.index, town.settings)
    copied = path.read_bytes()
    ticked = tick(town, "supervisor.*←")
    marked = next(row for row in path.read_text("utf-8").split("\n") if ticked in row)
    path.write_bytes(path.read_bytes() + f"~~~\n{marked}\n~~~\n".encode())
    sync(town.vault, town.index, town.settings)
    apply_ticks(town, TODAY)
    undo(town, None)
    assert path.read_bytes() == copied + f"~~~\n{marked}\n~~~\n".encode()


def test_what_is_no_text_on_a_page_stays_when_a_tick_is_taken_back(town: Workspace) -> None:
    review(town)
    path = town.root / PAGE
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"caf\xe9\r\n")
    before = path.read_bytes()
    tick(town, "supervisor.*←")
    apply_ticks(town, TODAY)
    undo(town, None)
    assert path.read_bytes() == before


def test_nothing_more_is_taken_back_than_was_asked_for(town: Workspace) -> None:
    review(town)
    before = read_notes(town.root)
    tick(town, "supervisor.*←")
    apply_ticks(town, TODAY)
    undo(town, None)
    with pytest.raises(NotFoundError, match="nothing to undo but a review page"):  # nor the emptying of the box
        undo(town, None)
    assert read_notes(town.root) == before


def test_a_page_that_is_passed_over_is_told_with_what_takes_it_back(town: Workspace) -> None:
    told: list[str] = []
    work = replace(town, notice=told.append)
    need = next(need for need in work.index.network().needs if "piano" in need.text)
    set_state(work, work.index.network(), need, "helping", TODAY)
    undo(work, set_state(work, work.index.network(), need, "helped", TODAY).written.id)
    assert told == []
    review(work)
    undo(work, None)
    assert len(told) == 1
    assert told[0].startswith(f"passed over a review page, which was written since ({PAGE}; 'mdnet undo ")
    with pytest.raises(NotFoundError, match=rf"nothing to undo but a review page \({PAGE}; 'mdnet undo \w+' takes"):
        undo(work, None)
    undo(work, told[0].split("'")[1].split()[-1])
    assert not (work.root / PAGE).exists()
    with pytest.raises(NotFoundError, match="nothing to undo\\."):
        undo(work, None)


@pytest.mark.parametrize("where", ["before", "behind"])
def test_the_day_of_the_tick_is_kept_and_goes_with_it(town: Workspace, where: str) -> None:
    review(town)
    before = read_notes(town.root)
    tick(town, "a used forklift")
    path = town.root / PAGE
    pattern, day = (r" (\^h-\S+)", r" ✅ 2026-11-20 \1") if where == "before" else (r"( \^h-\S+)", r"\1 ✅ 2026-11-20")
    lines = [re.sub(pattern, day, line) if "[x]" in line else line for line in path.read_text("utf-8").split("\n")]
    path.write_text("\n".join(lines), "utf-8")
    sync(town.vault, town.index, town.settings)
    apply_ticks(town, TODAY)
    assert "- [x] a used forklift ➕ 2026-09-01 ✅ 2026-11-20 ^fork" in read_notes(town.root)["People/Ana Ruiz.md"]
    assert apply_ticks(town, TODAY).changes == ()
    undo(town, None)
    assert "a used forklift ✅" not in read_notes(town.root)[PAGE]
    assert read_notes(town.root)["People/Ana Ruiz.md"] == before["People/Ana Ruiz.md"]


def test_in_touch(town: Workspace) -> None:
    review(town)
    tick_id = tick(town, r"\*\*\[\[Joe Chen\]\]\*\* · every")
    applied = apply_ticks(town, TODAY)
    assert [change.told for change in applied.changes] == ["Joe Chen: in touch"]
    assert read_notes(town.root)["People/Joe Chen.md"].endswith(f"- 2026-11-24 #met ^{tick_id}\n")
    assert apply_ticks(town, TODAY).changes == ()


def test_no_longer_true(town: Workspace) -> None:
    page = review(town)
    assert "## Still true?" in page
    tick(town, "old piano.*\\^s-", "-")
    apply_ticks(town, TODAY)
    joe = read_notes(town.root)["People/Joe Chen.md"]
    assert "- [-] an old piano to take apart ➕ 2026-02-01 ❌ 2026-11-24\n" in joe
    assert apply_ticks(town, TODAY).changes == ()


def test_a_need_that_is_gone_is_told_with_page_and_line(town: Workspace) -> None:
    review(town)
    tick(town, "supervisor.*←")
    path = town.root / "People/Ana Ruiz.md"
    path.write_text(path.read_text("utf-8").replace("supervisor", "foreman"), "utf-8")
    sync(town.vault, town.index, town.settings)
    before = read_notes(town.root)
    applied = apply_ticks(town, TODAY)
    assert applied.changes == ()
    assert [(problem.path, problem.message) for problem in applied.problems] == [
        (PAGE, "the need this tick is about was reworded or is gone")
    ]
    assert read_notes(town.root) == before


@pytest.mark.parametrize("box", ["[✓]", "[ x ]", "[✔️]", "[/]"])
def test_a_sign_that_is_not_known_is_told_and_nothing_is_done(town: Workspace, box: str) -> None:
    review(town)
    path = town.root / PAGE
    lines = path.read_text("utf-8").split("\n")
    at = next(at for at, line in enumerate(lines) if "^t-" in line and "[ ]" in line)
    lines[at] = lines[at].replace("[ ]", box)
    path.write_text("\n".join(lines), "utf-8")
    (town.root / "Daily/2026-11-20.md").write_text(lines[at], "utf-8")
    sync(town.vault, town.index, town.settings)
    before = read_notes(town.root)
    applied = apply_ticks(town, TODAY)
    assert (applied.changes, read_notes(town.root)) == ((), before)
    message = f"the sign in {box} is not known, so nothing was done: write [x] or [-]"
    assert [(x.path, x.line, x.message) for x in applied.problems] == [(PAGE, at + 1, message)]
    assert apply_ticks(town, TODAY) == applied
    path.write_text("\n".join([*lines, lines[at].replace(box, "[-]")]), "utf-8")  # answered, in another line
    sync(town.vault, town.index, town.settings)
    assert apply_ticks(town, TODAY).problems == ()


def test_ticks_are_carried_out_before_the_page_is_written_anew(town: Workspace) -> None:
    review(town)
    tick_id = tick(town, "supervisor.*←")
    page = review(town)
    assert page.count(tick_id) == 1
    assert f"^{tick_id}" in read_notes(town.root)["People/Ana Ruiz.md"]
    assert review(town) == page


def test_dismissing_by_words_and_by_id(town: Workspace) -> None:
    review(town)
    change = dismiss(town, "ana grove city", TODAY)
    assert change.path == PAGE
    assert "- [-] **[[Ana Ruiz]]** needs" in read_notes(town.root)[PAGE]
    with pytest.raises(NotFoundError):
        dismiss(town, "submarine", TODAY)
    with pytest.raises(NotFoundError):
        dismiss(town, "m-00000000-00000000", TODAY)


def test_dismissing_what_is_on_no_page(town: Workspace) -> None:
    built = build_review(town, TODAY, since=date(2026, 11, 1))
    match = (*built.matches, *built.more_matches)[0]
    before = read_notes(town.root)
    assert f"^{match.id}" in dismiss(town, match.id, TODAY, dry_run=True).written.diff
    assert read_notes(town.root) == before
    dismiss(town, match.id, TODAY)
    assert f"^{match.id}" in read_notes(town.root)[PAGE]
    sync(town.vault, town.index, town.settings)
    again = build_review(town, TODAY, since=date(2026, 11, 1))
    assert match.id not in {item.id for item in (*again.matches, *again.more_matches)}


def test_a_decision_that_the_page_does_not_ask_for_becomes_a_line_of_it(
    opener: Callable[[dict[str, str]], Workspace],
) -> None:
    work = opener({"People/Ana Ruiz.md": "## Needs\n- [/] a roof ➕ 2026-10-01\n"})
    (need,) = work.index.network().needs
    asked = helped_id(need.id)
    page = f"---\ntype: mdnet-review\nweek: 2026-W48\n---\n- [ ] Ana needed a roof ^{asked}-aaaaaaaa\n"
    work = opener({PAGE: page})
    decide(work, asked, "x", "Ana: a roof", TODAY)
    assert f"- [x] Ana: a roof ✔ ^{asked}\n" in (work.root / PAGE).read_text("utf-8")
    assert [one.state for one in work.index.network().needs] == ["helped"]


def test_the_users_own_text_on_the_page_stays(town: Workspace) -> None:
    review(town)
    path = town.root / PAGE
    text = path.read_text("utf-8")
    path.write_text(text.replace("## Notes\n", "## Notes\n\nMy own words.\n"), "utf-8")
    assert "My own words." in review(town)
