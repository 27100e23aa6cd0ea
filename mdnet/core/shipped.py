"""The files of the glossaries as they ship with mdnet, and a sign that changes with them."""

from __future__ import annotations

import pkgutil
from functools import lru_cache

from mdnet.core.hashing import blake2b

FILTERS = "words.bin"
"""Which words each language has; see `core/vocabulary`. It is written anew with every change of a glossary."""


def shipped(name: str) -> bytes:
    """What is in a file of the glossaries' folder; nothing where it is missing."""
    try:
        return pkgutil.get_data("mdnet", f"models/glossary/{name}") or b""
    except OSError:
        return b""


@lru_cache(maxsize=1)
def version() -> str:
    """A sign of the glossaries that changes with them."""
    return blake2b(shipped(FILTERS), digest_size=4).hexdigest()
