"""The vaults that speed is measured on: the same each time, and read without a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.adapters.index import Index
from mdnet.adapters.vault import Vault
from mdnet.app.sync import sync
from mdnet.core.settings import Settings
from tests.bench.make_vault import make

if TYPE_CHECKING:
    from pathlib import Path


def content(folder: Path) -> dict[str, bytes]:
    return {str(note.relative_to(folder)): note.read_bytes() for note in folder.rglob("*.md")}


def test_a_vault_is_the_same_each_time_and_reads_well(tmp_path: Path) -> None:
    made = make(tmp_path / "a", people=30, notes=200)
    make(tmp_path / "b", people=30, notes=200)
    notes = content(tmp_path / "a")
    assert notes == content(tmp_path / "b")
    assert (made.files, made.bytes) == (230, sum(map(len, notes.values()))) == (len(notes), made.bytes)
    index = Index.memory(Settings())
    report = sync(Vault(tmp_path / "a"), index, Settings())
    assert (report.notes, index.problems()) == (230, ())
    network = index.network()
    assert len(network.people) == 30
    assert len(network.needs) == made.needs
    assert network.exchanges
    assert network.offers
    index.close()
