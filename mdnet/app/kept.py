"""What was worked out of the notes, kept in the index: nothing has changed since, so the answer is the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mdnet.core.hashing import blake2b
from mdnet.errors import IndexUnavailableError

if TYPE_CHECKING:
    from mdnet.adapters.index import Index


def key_of(*parts: Any) -> str:
    """A name for everything that a result depends on."""
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def recall(index: Index, name: str, key: str) -> Any:
    """What was kept as `name` under `key`; None where there is nothing."""
    for kept, value in _all(index, name):
        if kept == key:
            return value
    return None


def keep(index: Index, name: str, key: str, value: Any, *, others: int = 0) -> None:
    """Keep `value`, plain enough for JSON, with the last few `others` kept as `name`. An index that is busy or
    read-only costs nothing but time the next time."""
    older = [pair for pair in _all(index, name) if pair[0] != key][-others:] if others else []
    text = json.dumps([*older, (key, value)], ensure_ascii=False, separators=(",", ":"))
    try:
        with index.writing():
            index.set_meta(name, text)
    except IndexUnavailableError:
        return


def _all(index: Index, name: str) -> list[tuple[str, Any]]:
    try:
        return [(key, value) for key, value in json.loads(index.get_meta(name) or "[]")]
    except (TypeError, ValueError):
        return []
