"""The measurements of `tests/bench` in a small form, so that each commit is held to them."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest

from tests.bench.apply_crash import crash
from tests.bench.vaults import bench, notes_in
from tests.vaults import new_folder

ROOT = Path(__file__).parents[1]
TRICKY = {
    "no final newline.md": b"# A\n- [ ] #need a lamp",
    "CRLF.md": b"---\r\nneeds:\r\n  - a lamp\r\n---\r\ntext\r\n\r\n## Log\r\n- 2026-11-01 #met\r\n",
    "mixed.md": b"a\r\nb\n## Needs\n- [ ] x\r\n\n## Log\r\n* 2026-11-02 #met y\n* 2026-11-01 #met z\r\n",
    "BOM.md": b"\xef\xbb\xbf---\ntags: [a]\n---\n## needs\n- [ ] x [due:: 2026-12-01] ^id\n",
    "BOM and text.md": b"\xef\xbb\xbfone line",
    "BOM alone.md": b"\xef\xbb\xbf",
    "empty.md": b"",
    "blank.md": b"\n\n\n",
    "tabs.md": b"- a\n\t- [ ] #need b\n\t\tmore\n",
    "separators.md": "a\u2028b\u0085c\x0bd\x0ce\r\rf\n- [/] #need g \u2028 h\n".encode(),
    "not UTF-8.md": b"caf\xe9\n- [ ] #need a lamp\n",
    "open fence.md": b"```\n## Needs\n- [ ] #need a lamp\n",
    "open comment.md": b"%%\n## Log\n",
    "underlined.md": b"Needs\n-----\n\n1. [ ] #need a\n2. [ ] #need b\n\nLog\n===\ntext\n",
    "quoted.md": b"> ## Log\n> - 2026-11-01 #met\n",
    "two rules.md": b"---\ntext\n---\nmore\n",
    "broken front matter.md": b"---\na: [\n---\n",
    "yaml.md": b"---\nsnooze: # none\nneeds: ['it''s', \"a \\\"b\\\"\", c: d, [x]]\noffers: []\n# c\n...\n---\n",
    "names.md": b"- [ ] #need [[Ana Ruiz|Ana]] and [[Joe Chen]] a lamp #private\n- [ ] #need [[Ana Ruiz]] a lamp\n",
}


def corpus() -> list[tuple[str, bytes]]:
    """Every fifth of the texts in `tests/corpus`."""
    texts: list[str] = json.loads((ROOT / "tests/corpus/commonmark-0.31.2.json").read_text("utf-8"))
    return [(f"{number}.md", text.encode()) for number, text in enumerate(texts) if number % 5 == 0]


@pytest.mark.parametrize("kind", ["tricky", "corpus", "example"])
def test_every_kind_of_write_in_every_note_changes_its_line_and_nothing_else(kind: str) -> None:
    notes = {
        "tricky": lambda: TRICKY.items(),
        "corpus": corpus,
        "example": lambda: islice(notes_in(ROOT / "example-vault"), 0, None, 8),
    }[kind]()
    result = bench(notes)
    assert result.damaged == []
    assert result.written.total() > 15 * (result.notes - len(result.refused_notes)) > 0


def test_ticks_are_carried_out_once_however_often_it_is_killed() -> None:
    with new_folder() as folder:
        result = crash(folder, 5, seed=3)
    assert (result.kills, result.different, result.not_taken_back, result.left_behind) == (5, 0, 0, 0)
