"""Text to the token numbers of BERT's uncased vocabulary (WordPiece, Wu et al. 2016)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAX_WORD = 100
_MAX_CHARS = 4000
_CJK = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))


class WordPiece:
    """A tokenizer for one vocabulary; the line number of an entry is its token."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._tokens = {word: number for number, word in enumerate(vocabulary)}
        self._begin, self._end = self._tokens["[CLS]"], self._tokens["[SEP]"]
        self._unknown = self._tokens["[UNK]"]
        self._word = lru_cache(maxsize=50_000)(self._pieces)

    def __call__(self, text: str, limit: int) -> list[int]:
        """At most `limit` tokens, the begin and end signs among them."""
        found = [self._begin]
        for word in _words(text[:_MAX_CHARS]):
            found.extend(self._word(word))
            if len(found) >= limit:
                break
        return [*found[: limit - 1], self._end]

    def _pieces(self, word: str) -> tuple[int, ...]:
        """The longest known beginning, then the longest known continuation, ...; one unknown sign where that fails."""
        if len(word) > _MAX_WORD:
            return (self._unknown,)
        pieces: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if (token := self._tokens.get(piece)) is not None:
                    pieces.append(token)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(pieces)


def _words(text: str) -> Iterator[str]:
    """Lower-case words without accents; each punctuation mark and each Chinese character is a word of its own."""
    word: list[str] = []
    for char in unicodedata.normalize("NFD", text.lower()):
        category = unicodedata.category(char)
        if category == "Mn" or (category in ("Cc", "Cf", "Cn", "Co") and char not in "\t\n\r") or char == "\ufffd":
            continue
        if char.isspace() or category == "Zs":
            if word:
                yield "".join(word)
                word = []
        elif _stands_alone(char, category):
            if word:
                yield "".join(word)
                word = []
            yield char
        else:
            word.append(char)
    if word:
        yield "".join(word)


def _stands_alone(char: str, category: str) -> bool:
    code = ord(char)
    if code < 128:
        return not char.isalnum()
    return category[0] == "P" or any(low <= code <= high for low, high in _CJK)
