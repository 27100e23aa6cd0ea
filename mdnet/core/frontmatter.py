"""Front matter: the fences by text, plain cases by a line reader, the rest by python-frontmatter over YAML 1.2.

Only a very first line `---` begins front matter, and the next line `---` ends it. What stands between must be
a YAML mapping; a rule at the top of a plain note, TOML and JSON are text like any other.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mdnet.core.conflicts import MARKED
from mdnet.core.scalars import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdnet.core.yaml12 import Tree

MAX_SIZE = 256 * 1024
"""Front matter longer than this many characters is not read."""

_OPEN = re.compile(r"---[ \t]*\n")
_CLOSE = re.compile(r"\n---[ \t]*(?:\n|\Z)")
_LOOKS_LIKE_KEY = re.compile(r"""\s*["']?[^\W\d][\w .-]*["']?[ ]*:(?:\s|$)""")
_MERGE_MARK = re.compile(r"^(?:<{7}|={7}|>{7})(?:[ \n]|\Z)", re.MULTILINE)

_KEY = re.compile(r"[^\W\d](?:[\w -]*[\w-])?")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_TYPED = frozenset("0123456789~nNtTfF ")
"""What a plain value begins with that may be something else than text."""
_QUOTED = re.compile(r"""(?:"([^"\\]*)"|'([^']*)') *""")
_FLOW_ITEM = r"""(?:"[^"\\]*"|'[^']*') *|[^\W_][^\[\]{},:#"']*"""
_FLOW = re.compile(rf"\[ *(?:(?:{_FLOW_ITEM})(?:, *(?:{_FLOW_ITEM}))*)?\] *")
_FLOW_ITEMS = re.compile(rf"({_FLOW_ITEM})")
_PLAIN_LINK = re.compile(r"""\[\[[^\W_][^\[\]{},:#"']*\]\] *""")


class FrontMatter(NamedTuple):
    """A note's properties and where they stand. Lines count from 1, `body_offset` is in characters.

    `item_lines` holds the lines of the items of properties that are lists.
    """

    properties: dict[str, Any]
    body_line: int = 1
    body_offset: int = 0
    key_lines: Mapping[str, int] = _NOTHING
    item_lines: Mapping[str, tuple[int, ...]] = _NOTHING
    problems: tuple[tuple[int, str], ...] = ()


_Plain = tuple[dict[str, Any], dict[str, int], dict[str, tuple[int, ...]]]


def read(text: str) -> FrontMatter:
    """Read the front matter of a whole note's text (line ends `\\n`, no BOM). Never raises."""
    if not text.startswith("---"):
        return FrontMatter({})
    start = 4
    if text[3:4] != "\n":
        opening = _OPEN.match(text)
        if not opening:
            return FrontMatter({})
        start = opening.end()
    last = text.find("\n---", start - 1) + 1
    end = last + 4
    if last and text[end - 1 : end] != "\n":  # rarely: the file ends here, or blanks, or it is no fence
        closing = _CLOSE.search(text, last - 1)
        last, end = (closing.start() + 1, closing.end()) if closing else (0, 0)
    if not last:
        return _unclosed(text, start)
    block = text[start:last]
    body_line = block.count("\n") + 3
    fast = _read_plain(block)
    if fast is not None:
        return FrontMatter(fast[0], body_line, end, fast[1], fast[2])
    return _read_fully(block, body_line, end)


def _unclosed(text: str, start: int) -> FrontMatter:
    """A first line `---` and no other: a rule, or front matter that somebody forgot to end."""
    if _LOOKS_LIKE_KEY.match(text, start):
        return FrontMatter({}, problems=((1, "The front matter is not ended by a line `---`; all is read as text."),))
    return FrontMatter({})


def _read_plain(block: str) -> _Plain | None:
    """Properties, key lines and item lines of front matter in its usual forms; None if anything is unusual.

    Usual are `key: value`, `key: [a, b]`, lists of one line per item and mappings one level deep, with plain
    or simply quoted values. What this accepts, it reads as `yaml12` does (a test holds both together).
    """
    if block[-1:] != "\n" or not block.replace("\n", "").isprintable():  # control characters, YAML 1.1's line breaks
        return None
    try:
        return _build_plain(block[:-1].split("\n"))
    except _UnusualError:
        return None


class _UnusualError(Exception):
    """Something that the plain reader leaves to the full one."""


def _build_plain(lines: list[str]) -> _Plain | None:
    properties: dict[str, Any] = {}
    key_lines: dict[str, int] = {}
    item_lines: dict[str, tuple[int, ...]] = {}
    children: Any = None  # what the open key holds: None (nothing may follow), _AWAITED, a list or a dict
    key = indent = ""
    begun: dict[str, int] = {}
    number = 1
    for line in lines:
        number += 1
        form, name, value = _line(line)
        if form is _KEYED:
            if name in properties:
                raise _UnusualError
            key_lines[name] = number
            if value is _AWAITED:
                properties[name], children, key = None, _AWAITED, name
            else:
                properties[name], children = _own(value), None
                if value and type(value) is list:
                    item_lines[name] = (number,) * len(value)
        elif form is not _REMARK:  # here `name` is the indentation
            if children is _AWAITED:
                children = properties[key] = [] if form is _LISTED else {}
                indent, begun[key] = name, number
            elif name != indent or children is None:
                raise _UnusualError
            if type(children) is dict:
                inner, said = _pair(line.lstrip(" "))
                if inner in children or not name:
                    raise _UnusualError
                children[inner] = None if said is _AWAITED else _own(said)
            elif form is not _LISTED or number != begun[key] + len(children):
                raise _UnusualError
            else:
                children.append(value)
    for key, start in begun.items():
        if type(properties[key]) is list:
            item_lines[key] = tuple(range(start, start + len(properties[key])))
    return (properties, key_lines, item_lines) if properties else None


_AWAITED = object()


def _own(value: Any) -> Any:
    """The value of `_line` for one note alone."""
    return value[:] if type(value) is list else value


_KEYED, _LISTED, _NESTED, _REMARK = range(4)


# Notes say the same things over and over, so many lines need not be read again.
@lru_cache(maxsize=4096)
def _line(line: str) -> tuple[int, str, Any]:
    """One line by its form: a key and its value (or _AWAITED), an item's indentation and its value, the indentation of
    what may be a pair, a remark. A list among the values is not to be changed. Raises _UnusualError."""
    first = line[:1]
    if first == "#":
        return _REMARK, "", None
    if first != "-" and first != " ":
        return _KEYED, *_pair(line)
    content = line.lstrip(" ")
    before = line[: len(line) - len(content)]
    if content[:2] == "- ":
        return _LISTED, before, _value(content[2:].lstrip(" ") or " ", in_list=True)
    return _NESTED, before, None


def _pair(line: str) -> tuple[str, Any]:
    """A plain key and its value, or _AWAITED. Raises _UnusualError."""
    name, colon, value = line.partition(":")
    if not colon or _KEY.fullmatch(name) is None or (value and value[0] != " "):
        raise _UnusualError
    value = value.lstrip(" ")
    return name, _value(value) if value else _AWAITED


def _value(text: str, *, in_list: bool = False) -> Any:
    """One value on its line as the plain reader sees it. Raises _UnusualError."""
    first = text[0]
    if first not in _INDICATORS:
        if (":" in text and (": " in text or text.rstrip(" ")[-1:] == ":")) or ("#" in text and " #" in text):
            raise _UnusualError
        if text[-1] == " ":
            text = text.rstrip(" ")
        return resolve(text) if first in _TYPED else text
    if first in "\"'":
        quoted = _QUOTED.fullmatch(text)
        if quoted:
            return quoted[1] if quoted[1] is not None else quoted[2]
    elif first == "[":
        if not in_list and _FLOW.fullmatch(text):
            return [_flow_item(item) for item in _FLOW_ITEMS.findall(text)]
        if _PLAIN_LINK.fullmatch(text):
            return text.rstrip(" ")
    raise _UnusualError


def _flow_item(text: str) -> Any:
    text = text.rstrip(" ")
    first = text[0]
    if first in "\"'":
        return text[1:-1]
    return resolve(text) if first in _TYPED else text


def _read_fully(block: str, body_line: int, body_offset: int) -> FrontMatter:
    """Front matter through python-frontmatter and the YAML 1.2 builder."""
    if len(block) > MAX_SIZE:
        message = f"The front matter is longer than {MAX_SIZE // 1024} KB and was not read."
        return FrontMatter({}, body_line, body_offset, problems=((1, message),))
    tree = _load(block)
    problems = tuple((line + 2, f"The front matter {message}.") for line, message in tree.problems)
    if isinstance(tree.value, dict):
        key_lines = {key: line + 2 for key, line in tree.key_lines.items()}
        item_lines = {key: tuple(line + 2 for line in lines) for key, lines in tree.item_lines.items()}
        return FrontMatter(tree.value, body_line, body_offset, key_lines, item_lines, problems)
    if tree.value is None and not tree.broken:
        return FrontMatter({}, body_line, body_offset, problems=problems)
    content = [line for line in block.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    merge = _MERGE_MARK.search(block) if tree.broken else None
    if tree.broken and content and (merge or _LOOKS_LIKE_KEY.match(content[0])):
        if merge:
            problems = ((block.count("\n", 0, merge.start()) + 2, MARKED),)
        properties, key_lines, item_lines = _salvage(block)
        return FrontMatter(properties, body_line, body_offset, key_lines, item_lines, problems)
    message = "What stands between the two lines `---` is no front matter (`property: value`); it is read as text."
    return FrontMatter({}, problems=((1, message),))


def _load(block: str) -> Tree:
    """Let python-frontmatter read the block with a handler of our own: its split and its YAML are not ours."""
    import frontmatter
    from frontmatter.default_handlers import BaseHandler

    from mdnet.core import yaml12

    tree = yaml12.Tree()

    class Handler(BaseHandler):
        FM_BOUNDARY = _OPEN

        def split(self, text: str) -> tuple[str, str]:  # noqa: ARG002 - the fences are known already
            return block, ""

        def load(self, fm: str) -> dict[str, Any]:
            nonlocal tree
            tree = yaml12.read(fm)
            return tree.value if isinstance(tree.value, dict) else {}

    frontmatter.parse(block, handler=Handler())
    return tree


def _salvage(block: str) -> _Plain:
    """Of broken front matter, the properties that are plain by themselves: `private: true` must not get lost."""
    properties: dict[str, Any] = {}
    key_lines: dict[str, int] = {}
    item_lines: dict[str, tuple[int, ...]] = {}
    starts = [match.start() for match in re.finditer(r"^[^\s#-]", block, re.MULTILINE)]
    above = counted = 0
    for start, end in pairwise([*starts, len(block)]):
        above += block.count("\n", counted, start)
        counted = start
        part = _read_plain(block[start:end]) or _read_plain(block[start : block.find("\n", start) + 1])
        if part:
            properties.update((key, value) for key, value in part[0].items() if value is not None)
            key_lines.update((key, line + above) for key, line in part[1].items())
            item_lines.update((key, tuple(line + above for line in lines)) for key, lines in part[2].items())
    return properties, key_lines, item_lines
