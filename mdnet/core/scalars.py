"""What a plain YAML scalar is worth, by the core schema of YAML 1.2 as far as nothing typed gets lost."""

from __future__ import annotations

import re
from typing import Any

_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?", re.ASCII)


def resolve(text: str) -> Any:
    """None, a bool, a number where writing it again gives what was typed, else the text.

    So `01234`, `+49 30`, `1e3` and `555.0100` stay text: they are postcodes and telephone numbers more often
    than sums. Dates stay text too.
    """
    first = text[:1]
    if first.isdigit() or first == "-":
        if _NUMBER.fullmatch(text):
            number = float(text) if "." in text else int(text)
            return number if str(number) == text else text
        return text
    return _CONSTANTS.get(text, text)
