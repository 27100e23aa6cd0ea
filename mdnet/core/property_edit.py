"""Editing one item of a list property in place, in whatever YAML style it is written.

The item's span comes from PyYAML's event marks; only that span, or one new line, changes. What cannot be changed
that way (anchors, tags, text over several lines, nested or broken YAML) is refused.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from mdnet.core.frontmatter import MAX_SIZE
from mdnet.core.scalars import resolve
from mdnet.core.values import dataclass
from mdnet.errors import UnsafeTextError, WriteRefusedError

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = re.compile(r"[^\W_](?:[^\x00-\x1f\x7f-\x9f:#\"'\[\]{},\u2028\u2029]|:(?=\S)|(?<=\S)#)*")
_HAND = "edit this list by hand"


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `line` counts from 0 within the block, `start` and `end` are characters within that line."""

    value: str
    line: int
    start: int
    end: int
    style: str | None
    editable: bool


@dataclass(frozen=True, slots=True)
class ListProperty:
    """A property that holds a list or one text. `flow`: `[a, b]`; `end_*`: where its last item, or `[`, ends."""

    items: tuple[Item, ...]
    kind: str
    """`block`, `flow`, `single` or `empty`."""
    line: int
    """Of the key, from 0."""
    end_line: int = 0
    end_column: int = 0


def find(block: str, key: str) -> ListProperty | None:
    """The list property `key` (lower case; as written in any) in a front matter block without fences, or None.

    Raises WriteRefusedError where the block cannot be read well enough to be changed.
    """
    if len(block) > MAX_SIZE:
        raise WriteRefusedError(f"the front matter is too large to change; {_HAND}")
    try:
        return _find(yaml.parse(block, Loader=_PARSER), key)
    except yaml.YAMLError as error:
        raise WriteRefusedError(f"the front matter is no valid YAML; mend it first, or {_HAND}") from error


def _find(events: Any, key: str) -> ListProperty | None:
    depth = 0
    at_key = True
    found: ListProperty | None = None
    for event in events:
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
            at_key = at_key if depth != 1 else True
        elif depth == 1 and isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            if at_key and isinstance(event, yaml.ScalarEvent) and event.value.lower() == key:
                if found is not None:
                    raise WriteRefusedError(f"the property '{key}' stands twice; mend that first")
                found = _value(events, event)
                at_key = True
                continue
            at_key = not at_key
    return found


def _value(events: Any, key: Any) -> ListProperty:
    """The value that follows `key`, its events consumed."""
    line: int = key.start_mark.line
    event = next(events)
    if isinstance(event, yaml.ScalarEvent):
        kind = "empty" if not event.value and not event.style else "single"
        items = () if kind == "empty" else (_item(event),)
        return ListProperty(items, kind, line, *_end(event))
    if not isinstance(event, yaml.SequenceStartEvent) or event.anchor or event.tag:
        raise WriteRefusedError(f"the property '{key.value}' is no plain list; {_HAND}")
    items_found: list[Item] = []
    flow, depth = bool(event.flow_style), 0
    last = event
    for inner in events:
        if isinstance(inner, yaml.SequenceEndEvent) and depth == 0:
            if flow:
                return ListProperty(tuple(items_found), "flow", line, *_end(inner))
            return ListProperty(tuple(items_found), "block", line, *_end(last))
        if isinstance(inner, yaml.MappingStartEvent) and depth == 0:
            item, last = _pair(events, inner)
            items_found.append(item)
            continue
        if isinstance(inner, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if depth == 0:
                items_found.append(Item("", _start(inner)[0], 0, 0, None, False))
            depth += 1
        elif isinstance(inner, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        elif depth == 0:
            items_found.append(
                _item(inner) if isinstance(inner, yaml.ScalarEvent) else Item("", _start(inner)[0], 0, 0, None, False)
            )
        last = inner
    raise WriteRefusedError(f"the property '{key.value}' does not end; {_HAND}")


def _pair(events: Any, begin: Any) -> tuple[Item, Any]:
    """What YAML takes for a mapping, an unquoted `looking for: a job`, as the text that it is; its last event."""
    inside: list[Any] = []
    depth = 1
    last = begin
    for last in events:
        if isinstance(last, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(last, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth == 0:
            break
        inside.append(last)
    plain = [e for e in inside if isinstance(e, yaml.ScalarEvent) and not (e.style or e.anchor or e.tag)]
    line, column = _start(begin)
    if len(inside) != 2 or len(plain) != 2 or begin.anchor or begin.tag or begin.flow_style:
        return Item("", line, 0, 0, None, False), last
    key, value = plain
    whole = all(at == line for event in plain for at in (_start(event)[0], _end(event)[0]))
    return Item(f"{key.value}: {value.value}", line, column, _end(value)[1], None, whole), last


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line, event.start_mark.column


def _end(event: Any) -> tuple[int, int]:
    return event.end_mark.line, event.end_mark.column


def _item(event: Any) -> Item:
    start, end = event.start_mark, event.end_mark
    whole = start.line == end.line and not event.anchor and not event.tag and event.style in (None, "", '"', "'")
    return Item(event.value, start.line, start.column, end.column, event.style or None, whole)


def replaced(line: str, item: Item, value: str) -> str:
    """The physical line with `item` saying `value` in the quotes it had, or in some where it needs them."""
    if not item.editable:
        raise WriteRefusedError(f"that item is written over several lines or with an anchor; {_HAND}")
    return line[: item.start] + quoted(value, item.style) + line[item.end :]


def filled(line: str, value: str) -> str:
    """The physical line of an empty property with `value` put behind its colon, before a comment."""
    key, _, rest = line.partition(":")
    return f"{key}: {value}{rest if rest.strip() else rest[1:]}"


def added(lines: list[str], prop: ListProperty, value: str) -> tuple[int, str, bool]:
    """How to add an item: (index of a line, its new text, whether that is a new line put before it).

    `lines` are those of the block.
    """
    if prop.kind == "block":
        last = prop.items[-1]
        if not last.editable:
            raise WriteRefusedError(f"the last item is written over several lines; {_HAND}")
        prefix = lines[last.line][: last.start]
        return last.line + 1, prefix + quoted(value, last.style), True
    if prop.kind == "flow":
        if prop.end_line != prop.line:
            raise WriteRefusedError(f"the list is written over several lines; {_HAND}")
        text, at = lines[prop.line], prop.end_column - 1
        style = prop.items[-1].style if prop.items else None
        before = text[:at].rstrip()
        blanks = text[len(before) : at]
        after = "" if before.endswith(",") else blanks  # behind a comma they are what stands before the new item
        comma = "" if before.endswith(("[", ",")) else ","
        blank = (blanks or " ") if before.endswith(",") else " " if prop.items else blanks
        return prop.line, f"{before}{comma}{blank}{quoted(value, style)}{after}{text[at:]}", False
    if prop.kind == "empty":
        return prop.line + 1, f"  - {quoted(value, None)}", True
    raise WriteRefusedError(f"the property holds one text and no list; {_HAND}")


def quoted(value: str, style: str | None) -> str:
    """`value` as a YAML scalar on one line, in `style` (None, `"` or `'`) where that can hold it."""
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u2028\u2029\ufeff" for char in value):
        raise UnsafeTextError("a property cannot hold control characters")
    if style is None and _PLAIN.fullmatch(value) and isinstance(resolve(value), str) and value == value.strip():
        return value
    if style == "'" or (style is None and '"' in value and "'" not in value):
        return "'" + value.replace("'", "''") + "'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
