"""Names that survive: of needs, passages and their pairs, made from what they say and not from where they stand."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

from mdnet.core.hashing import blake2b

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """`text` with case, spacing and Unicode form aside: equal results mean the same wording."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip(" .;,")


def short_hash(*parts: str, length: int = 8) -> str:
    """A stable name of `length` characters (5 bits each) for the given parts."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    number = int.from_bytes(digest, "big")
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(length))


def need_id(person_name: str, text: str, block_id: str | None = None) -> str:
    """A need's identity: its person and its block id where the user gave one, else its normalised text."""
    return short_hash("need", normalise(person_name), f"^{block_id}" if block_id else normalise(text))


def passage_id(text: str) -> str:
    """A passage's identity: its normalised text, so that it may move between notes."""
    return short_hash("passage", normalise(text))


class _Known(Protocol):
    @property
    def id(self) -> str: ...


class _Said(Protocol):
    @property
    def text(self) -> str: ...


def match_id(need: _Known, passage: _Said) -> str:
    """`m-NEED-PASSAGE`: the block id of a match on a review page and of the log line that answers it."""
    return f"m-{need.id}-{passage_id(passage.text)}"
