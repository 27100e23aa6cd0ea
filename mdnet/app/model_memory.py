"""What the language model found out about passages, kept in the index beside their notes: each is read once."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, TypeVar

from mdnet.core.hashing import blake2b
from mdnet.core.match import said, told, wanted
from mdnet.core.values import dataclass, field
from mdnet.errors import IndexUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from mdnet.adapters.index import Index
    from mdnet.app.passages import NotePassages
    from mdnet.core.match_model import Model
    from mdnet.core.model import Need, Passage

T = TypeVar("T")

_MODEL = "match_model"
VECTORS, NEEDS, VERDICTS = "vectors", "need_vectors", "verdicts"
_WORDS, _MOST_WORDS = "word_vectors", 4000
"""So many words are kept, 1 kB each: those of the reasons on a page, and of a page more."""
_LARGEST = 200_000
"""So many vectors and verdicts are held in memory at most."""

_PAGE, _PAIRS = 4096, 2_000_000
"""So many vectors, and so many pairs of needs with them, are looked at in one go: some 20 MB."""
_AT_ONCE = 256
"""So many texts or pairs take the model some seconds, after which an interruption loses nothing of them."""


def used_model(index: Index) -> str:
    """The name of the model whose vectors and verdicts the index keeps; "" where there is none."""
    return index.get_meta(_MODEL) or ""


def remembering(
    model: Model | None, index: Index, progress: Callable[[int, int], None] | None = None
) -> Remembering | None:
    """`model` as one that remembers, where there is one."""
    return None if model is None else Remembering(model, index, progress)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The passages that are nearest to a need, by the paths of their notes, the nearest first."""

    keys: Mapping[str, AbstractSet[str]] = field(default_factory=dict)

    @staticmethod
    def of(found: Iterable[tuple[float, str, str]]) -> Nearest:
        """Of (cosine, path, key of the passage), best first."""
        keys: dict[str, set[str]] = {}
        for _, path, key in found:
            keys.setdefault(path, set()).add(key)
        return Nearest(keys)

    def has(self, passage: Passage) -> bool:
        """Whether `passage` is one of them."""
        return _digest(said(passage)) in self.keys.get(passage.path, ())


class Remembering:
    """A `Model` that asks another one only for what is not kept in the index yet.

    Call `expect` with the notes that passages come from, and `keep` when done. Vectors are kept as half-precision
    numbers; what another model left is forgotten. `progress` is told how many of how many texts or pairs are done where
    there are many.
    """

    def __init__(self, model: Model, index: Index, progress: Callable[[int, int], None] | None = None) -> None:
        self._model, self._index, self._progress = model, index, progress
        self.name, self.judge_width, self.simpler = model.name, model.judge_width, model.simpler
        self.strong_judge = model.strong_judge
        self._place: dict[str, str] = {}
        self._known: dict[tuple[str, str], Any] = {}
        self._fresh: list[tuple[str, str, str, bytes]] = []
        self._asked: set[str] = set()
        self._words: dict[str, Any] | None = None
        self._new_words = False
        self._ours = used_model(index) == model.name

    def expect(self, note: NotePassages) -> None:
        """Load what is kept for the passages of `note`, and note where they stand."""
        for passage in note.passages:
            self._place[_digest(said(passage))] = note.path
            self._place[_digest(told(passage))] = note.path
        self._load(note.path)

    def expect_needs(self, needs: Sequence[Need]) -> None:
        """Load what is kept for these needs, and note where they stand."""
        for need in needs:
            self._place[_digest(wanted(need))] = need.path
            self._load(need.path)

    def _load(self, path: str) -> None:
        if path in self._asked or not self._ours:
            return
        self._asked.add(path)
        if len(self._known) > _LARGEST:
            self._known.clear()
        import numpy as np

        for kind in (VECTORS, NEEDS):
            for _, key, value in self._index.derived(kind, path):
                self._known[kind, key] = np.frombuffer(value, dtype=np.float16)
        for _, key, value in self._index.derived(VERDICTS, path):
            self._known[VERDICTS, key] = float(np.frombuffer(value, dtype=np.float32)[0])

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._vectors(NEEDS, texts, self._model.needs)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._vectors(VECTORS, texts, self._model.passages)

    def _vectors(self, kind: str, texts: Sequence[str], compute: Callable[[Sequence[str]], Any]) -> Any:
        import numpy as np

        digests = [_digest(text) for text in texts]
        if not digests:
            return compute([])
        missing = dict(zip(digests, texts, strict=True))
        missing = {digest: text for digest, text in missing.items() if (kind, digest) not in self._known}
        for part in self._parts(list(missing.items())):
            for (digest, _), vector in zip(part, compute([text for _, text in part]), strict=True):
                # As it will be read again, so that nothing differs the second time.
                small = vector.astype(np.float16)
                self._known[kind, digest] = small
                self._remember(kind, digest, digest, small.tobytes())
        return np.stack([self._known[kind, digest] for digest in digests]).astype(np.float32)

    def nearest(self, needs: Sequence[Need], count: int) -> list[Nearest]:
        """For each of `needs` the `count` nearest of all passages whose vectors are kept, whatever words they share."""
        import numpy as np

        if not needs or not self._ours:
            return [Nearest() for _ in needs]
        asked = self.needs([wanted(need) for need in needs]).T
        best: list[list[tuple[float, str, str]]] = [[] for _ in needs]
        size = max(1, min(_PAGE, _PAIRS // len(needs)))
        page = self._index.derived_page(VECTORS, limit=size)
        while page:
            vectors = np.frombuffer(b"".join(value for *_, value in page), dtype=np.float16)
            near = vectors.reshape(len(page), -1).astype(np.float32) @ asked
            rows = np.argsort(-near, axis=0, kind="stable")[:count]
            for found, column, at in zip(best, near.T, rows.T, strict=True):
                found.extend((float(column[row]), page[row][1], page[row][2]) for row in at.tolist())
                found.sort(reverse=True)
                del found[count:]
            page = self._index.derived_page(VECTORS, (page[-1][0], page[-1][2]), size)
        return [Nearest.of(found) for found in best]

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        import numpy as np

        keys = [(f"{_digest(need)}{_digest(passage)}", _digest(passage)) for need, passage in pairs]
        missing = {key: at for at, (key, _) in enumerate(keys) if (VERDICTS, key) not in self._known}
        for part in self._parts(list(missing.items())):
            verdicts = self._model.judge([pairs[at] for _, at in part])
            for (key, at), verdict in zip(part, verdicts, strict=True):
                self._known[VERDICTS, key] = float(verdict)
                self._remember(VERDICTS, key, keys[at][1], np.float32(verdict).tobytes())
        return np.array([self._known[VERDICTS, key] for key, _ in keys], dtype=np.float32)

    def _parts(self, items: list[T]) -> Iterator[list[T]]:
        """`items` in parts; what was found out of one is written down before the next begins."""
        for start in range(0, len(items), _AT_ONCE):
            yield items[start : start + _AT_ONCE]
            if len(items) > _AT_ONCE:
                self.keep()
                if self._progress is not None:
                    self._progress(min(start + _AT_ONCE, len(items)), len(items))

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`. Those that were asked for last are kept: the reasons on a page are the same the week after."""
        import numpy as np

        if self._words is None:
            self._words = self._kept_words()
        missing = [word for word in dict.fromkeys(words) if word not in self._words]
        if missing:
            found = self._model.words(missing).astype(np.float16)
            self._words.update(zip(missing, found, strict=True))
            self._new_words = True
        for word in words:
            self._words[word] = self._words.pop(word)
        return np.stack([self._words[word] for word in words]).astype(np.float32)

    def _kept_words(self) -> dict[str, Any]:
        import numpy as np

        if not self._ours:
            return {}
        try:
            words, numbers = json.loads(self._index.get_meta(_WORDS) or "")
            vectors = np.frombuffer(base64.b64decode(numbers), dtype=np.float16).reshape(len(words), -1)
        except (TypeError, ValueError):
            return {}
        return dict(zip(words, vectors, strict=True))

    def _remember(self, kind: str, key: str, passage: str, value: bytes) -> None:
        if (path := self._place.get(passage)) is not None:
            self._fresh.append((kind, path, key, value))

    def keep(self) -> None:
        """Write down what was found out. An index that is busy or read-only costs nothing but time the next time."""
        if not self._fresh and not self._new_words:
            return
        try:
            with self._index.writing():
                if not self._ours:
                    for kind in (VECTORS, NEEDS, VERDICTS):
                        self._index.drop_derived(kind)
                    self._index.set_meta(_WORDS, None)
                    self._index.set_meta(_MODEL, self.name)
                    self._ours = True
                for kind in (VECTORS, NEEDS, VERDICTS):
                    rows = [(path, key, value) for what, path, key, value in self._fresh if what == kind]
                    self._index.put_derived(kind, rows)
                if self._new_words and self._words:
                    self._index.set_meta(_WORDS, _packed(dict(list(self._words.items())[-_MOST_WORDS:])))
        except IndexUnavailableError:
            return
        self._fresh.clear()
        self._new_words = False


def _packed(words: Mapping[str, Any]) -> str:
    numbers = b"".join(vector.tobytes() for vector in words.values())
    return json.dumps([list(words), base64.b64encode(numbers).decode()], ensure_ascii=False)


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
