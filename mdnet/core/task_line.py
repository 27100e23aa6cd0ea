"""Changing one record line and nothing else in it: its checkbox, its dates.

Fields stand at the end of the line, before a block id, in the Tasks emoji form or its Dataview text form
(https://publish.obsidian.md/tasks/Reference/Task+Formats). What is written is in the form that the line, else the
note, uses already; else emoji.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from mdnet.core.model import State

Form = Literal["emoji", "dataview"]
FieldName = Literal["created", "done", "cancelled", "due", "not_before"]

MARKS: dict[State, str] = {"open": " ", "helping": "/", "helped": "x", "dropped": "-"}
_EMOJI: dict[FieldName, str] = {"created": "➕", "done": "✅", "cancelled": "❌", "due": "📅", "not_before": "⏳"}
_SIGNS: dict[FieldName, str] = {**_EMOJI, "due": "[📅📆🗓]", "not_before": "[⏳⌛]"}
_WORDS: dict[FieldName, str] = {
    "created": "created",
    "done": "completion",
    "cancelled": "cancelled",
    "due": "due",
    "not_before": "scheduled",
}
_DATE = r"\d{4}-\d{2}-\d{2}"
_ITEM = re.compile(r"(?P<lead>[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+)(?:\[(?P<mark>[^\[\]])\](?=[ \t]|$))?")
_TEXT_ITEM = re.compile(r"(?P<lead>)(?:\[(?P<mark>[^\[\]])\](?=[ \t]|$))?")
_BLOCK_ID = re.compile(r"[ \t]+\^[A-Za-z0-9-]+[ \t]*$")
_DATAVIEW = re.compile(rf"[\[(](?:{'|'.join(_WORDS.values())}|priority|start)::[^\])]*[\])]", re.IGNORECASE)
_ANY_EMOJI = re.compile(rf"[➕✅❌📅📆🗓⏳⌛🛫]\ufe0f?[ \t]*{_DATE}")


def form_of(text: str, fallback: Form = "emoji") -> Form:
    """The form of dates that `text` (a line or a note) uses: the commoner one, `fallback` where there is none."""
    dataview, emoji = len(_DATAVIEW.findall(text)), len(_ANY_EMOJI.findall(text))
    if dataview == emoji:
        return fallback
    return "dataview" if dataview > emoji else "emoji"


def with_mark(line: str, mark: str, *, is_item: bool = True) -> str:
    """`line` with `mark` in its checkbox, which is made where there is none.

    `is_item` is False for the text of a property's list item, which has no bullet.
    """
    found = (_ITEM if is_item else _TEXT_ITEM).match(line)
    if found is None:
        raise ValueError(f"not a list item: {line!r}")
    if found["mark"] is not None:
        at = found.start("mark")
        return line[:at] + mark + line[at + len(found["mark"]) :]
    at = found.end("lead")
    return f"{line[:at]}[{mark}] {line[at:]}"


def with_field(line: str, name: FieldName, day: date, form: Form = "emoji") -> str:
    """`line` with the date field set: in its place where it has one, else at the end, before a block id."""
    found = _last(line, name)
    if found is not None:
        start, end = found.span("date")
        return line[:start] + day.isoformat() + line[end:]
    form = form_of(line, form)
    text = f"{_EMOJI[name]} {day}" if form == "emoji" else f"[{_WORDS[name]}:: {day}]"
    at = _tail(line)
    return f"{line[:at].rstrip()} {text}{line[at:]}"


def without_field(line: str, name: FieldName) -> str:
    """`line` without that date field."""
    found = _last(line, name)
    return line if found is None else line[: found.start()] + line[found.end() :]


def with_state(line: str, state: State, today: date, form: Form = "emoji", *, is_item: bool = True) -> str:
    """`line` with the checkbox and the done or cancelled date of `state`, and without those of another."""
    line = with_mark(line, MARKS[state], is_item=is_item)
    closing: dict[State, FieldName] = {"helped": "done", "dropped": "cancelled"}
    for other, name in closing.items():
        if other != state:
            line = without_field(line, name)
    return with_field(line, closing[state], today, form) if state in closing else line


def _tail(line: str) -> int:
    """Where a new field goes: before a block id at the end of the line, else before the blanks there, of which two
    break the line."""
    found = _BLOCK_ID.search(line)
    return found.start() if found else len(line.rstrip())


def _last(line: str, name: FieldName) -> re.Match[str] | None:
    """The last field of that name among the fields at the end of the line: a date in the text is text."""
    matches = list(_PATTERNS[name].finditer(line))
    return matches[-1] if matches and _FIELDS.fullmatch(line, matches[-1].end()) else None


_PATTERNS = {
    name: re.compile(
        rf"[ \t]*(?:{_SIGNS[name]}\ufe0f?[ \t]*(?={_DATE})|(?P<bracket>[\[(]){_WORDS[name]}::[ \t]*(?={_DATE}))"
        rf"(?P<date>{_DATE})(?(bracket)[ \t]*[\])])",
        re.IGNORECASE,
    )
    for name in _EMOJI
}
_FIELDS = re.compile(
    rf"(?:[ \t]+(?:[➕✅❌📅📆🗓⏳⌛🛫]\ufe0f?[ \t]*{_DATE}|[🔺⏫🔼🔽⏬]\ufe0f?|🔁[^➕✅❌📅⏳🛫]*"
    r"|[\[(][\w -]+::[^\])]*[\])]|#[^\s#]+|\^[A-Za-z0-9-]+|[🆔⛔🏁]\ufe0f?[ \t]*\S+))*[ \t]*"
)
