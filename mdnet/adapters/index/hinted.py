"""The index as the daemon uses it: asked about the few notes that something happened to, not about all of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mdnet.adapters.index import Index
from mdnet.adapters.index.errors import guarded
from mdnet.core.model import Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@guarded
class HintedIndex(Index):
    """An index that, within `about`, knows nothing but the notes at or below the named paths."""

    _about: tuple[str, ...] | None = None

    def stamps(self) -> dict[str, Stamp]:
        """Each note's stamp when it was last read."""
        if self._about is None:
            return super().stamps()
        rows = self._rows("n.path, n.size, n.mtime, n.ctime, n.inode")
        return {path: Stamp(size, mtime, ctime, inode) for path, size, mtime, ctime, inode in rows}

    def young(self) -> dict[str, int]:
        """When notes were read that had just been written."""
        if self._about is None:
            return super().young()
        return {path: young for path, young in self._rows("n.path, n.young") if young is not None}

    def is_known(self, path: str) -> bool:
        """Whether there is a note at `path`."""
        return self._ids(path) is not None

    @contextmanager
    def _within(self, paths: Sequence[str]) -> Iterator[None]:
        self._about = tuple(paths)
        try:
            yield
        finally:
            self._about = None

    about = _within
    """Within this block, `stamps` and `young` are only of the named notes, and of those in named folders, whose
    names end with a slash."""

    def _rows(self, columns: str) -> Iterator[tuple[Any, ...]]:
        """A note is looked up; a folder's notes are searched among all, as paths have no index of their own."""
        for path in self._about or ():
            if path.endswith("/"):
                yield from self._db.execute(
                    f"select {columns} from notes n where n.path >= ? and n.path < ?", (path, f"{path[:-1]}0")
                )
            elif (row := self._row(path, columns)) is not None:
                yield row
