"""YAML as Obsidian reads it (YAML 1.2, core schema), built from PyYAML's events under guard.

PyYAML's own constructors follow YAML 1.1: `no` becomes False, `12:30` 750, a date an object. Here values are
built from the event stream: libyaml's composer recurses in C and dies on deep nesting, its parser does not.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from mdnet.core.scalars import resolve
from mdnet.core.values import dataclass, field

MAX_EVENTS = 10_000
MAX_DEPTH = 32
MAX_PROBLEMS = 20
MAX_ALIASES = 8
"""Nested aliases multiply: eight can make 16 times the text at most."""

_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null", "map", "seq"))
_TEXT_TAGS = frozenset(("!", "tag:yaml.org,2002:str"))
_WIKI_LINK = re.compile(r"\[\[[^\[\]\n]+\]\]")
_PLACEHOLDER = re.compile(r"\{\{[^{}\n]*\}\}")
# Line breaks to YAML 1.1 but not to 1.2; libyaml is shown private-use characters in their place.
_BREAKS = {0x85: "\ue085", 0x2028: "\ue028", 0x2029: "\ue029"}
_BACK = {ord(hidden): chr(shown) for shown, hidden in _BREAKS.items()}
_SURROGATE = re.compile("[\ud800-\udfff]")

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Tree:
    """What a YAML text says. Lines count from 0; `key_lines` and `item_lines` are of the outermost mapping."""

    value: Any = None
    key_lines: dict[str, int] = field(default_factory=dict)
    item_lines: dict[str, tuple[int, ...]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    broken: bool = False
    """The text is no YAML, or more than the guard lets through; `value` is None then."""


class _GuardError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read(text: str) -> Tree:
    """Read one YAML document; never raises."""
    tree = Tree()
    try:
        tree.value = _Builder(_SURROGATE.sub("\ufffd", text), tree).document()
    except _GuardError as error:
        _fail(tree, error.line, str(error))
    except yaml.MarkedYAMLError as error:
        _fail(tree, *_explain(error))
    except yaml.YAMLError as error:  # a character that YAML does not allow
        position: int = getattr(error, "position", 0) or 0
        _fail(tree, text.count("\n", 0, position), "holds a control character that YAML does not allow")
    last = text.rstrip().count("\n")  # what is never closed is found out beyond the last line
    tree.problems = [(min(line, last), message) for line, message in tree.problems[:MAX_PROBLEMS]]
    return tree


def _fail(tree: Tree, line: int, message: str) -> None:
    tree.value, tree.broken = None, True
    tree.key_lines.clear()
    tree.item_lines.clear()
    tree.problems = [(line, message)]


def _explain(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """The line to blame and what is wrong with it."""
    mark: Any = error.problem_mark or error.context_mark
    context = error.context or ""
    begun_there = "scanning a simple key" in context or "quoted scalar" in context or "flow" in context
    if begun_there and error.context_mark:
        mark = error.context_mark
    what = error.problem or context or "cannot be read"
    return (mark.line if mark else 0), f"is no valid YAML ({what})"


def _line(event: Any) -> int:
    """The line on which an event begins, from 0."""
    line: int = event.start_mark.line
    return line


class _Builder:
    """Builds values from events; one use, one document."""

    def __init__(self, text: str, tree: Tree) -> None:
        self.text = text
        self.tree = tree
        self.events = yaml.parse(text.translate(_BREAKS), Loader=_PARSER)
        self.count = self.aliases = 0
        self.anchors: dict[str, Any] = {}

    def next(self) -> Any:
        event = next(self.events)
        self.count += 1
        if self.count > MAX_EVENTS:
            raise _GuardError(_line(event), "has more parts than mdnet reads")
        return event

    def document(self) -> Any:
        self.next()
        event = self.next()
        if not isinstance(event, yaml.DocumentStartEvent):
            return None
        value = self.node(self.next(), 0)
        self.next()
        event = self.next()
        if isinstance(event, yaml.DocumentStartEvent):
            self.problem(event, "holds a second YAML document; only the first is read")
        return value

    def source(self, start: Any, end: Any) -> str:
        """What is written from one event to another."""
        return self.text[start.start_mark.index : end.end_mark.index]

    def problem(self, event: Any, message: str) -> None:
        self.tree.problems.append((_line(event), message))

    def node(self, event: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _GuardError(_line(event), "is nested more deeply than mdnet reads")
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if isinstance(event, yaml.ScalarEvent):
            value = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self.sequence(event, depth)[0]
        else:
            value = self.mapping(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = value
        return value

    def alias(self, event: Any) -> Any:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise _GuardError(_line(event), "has more aliases (*name) than mdnet follows")
        if event.anchor not in self.anchors:
            raise _GuardError(_line(event), f"has an alias *{event.anchor} to nothing before it")
        return self.anchors[event.anchor]

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if not text.isascii():
            text = _SURROGATE.sub("\ufffd", text.translate(_BACK))
        self.check_tag(event)
        plain = not event.style and (event.implicit[0] or event.tag in _CORE_TAGS)
        return resolve(text) if plain and event.tag not in _TEXT_TAGS else text

    def check_tag(self, event: Any) -> None:
        if event.tag and event.tag not in _CORE_TAGS and event.tag not in _TEXT_TAGS:
            self.problem(event, f"has a tag {event.tag} that mdnet does not follow")

    def sequence(self, start: Any, depth: int) -> tuple[Any, tuple[int, ...]]:
        """A list and its items' lines; `[[Acme]]` without quotes is a wiki-link, not a list in a list."""
        self.check_tag(start)
        items, lines = [], []
        event = self.next()
        while not isinstance(event, yaml.SequenceEndEvent):
            lines.append(_line(event))
            items.append(self.node(event, depth + 1))
            event = self.next()
        if start.flow_style:
            source = self.source(start, event)
            if _WIKI_LINK.fullmatch(source):
                return source, ()
        return items, tuple(lines)

    def mapping(self, start: Any, depth: int) -> Any:
        """A dict with keys as typed; `{{date}}` is a template's placeholder and stays text."""
        self.check_tag(start)
        known = len(self.tree.problems)
        out: dict[str, Any] = {}
        event = self.next()
        while not isinstance(event, yaml.MappingEndEvent):
            self.pair(event, out, depth)
            event = self.next()
        if start.flow_style:
            source = self.source(start, event)
            if _PLACEHOLDER.fullmatch(source):
                del self.tree.problems[known:]
                return source
        return out

    def pair(self, event: Any, out: dict[str, Any], depth: int) -> None:
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
            key = event.value.translate(_BACK)
            if event.anchor:
                self.anchors[event.anchor] = key
        else:
            key = self.node(event, depth + 1)
            if not isinstance(key, str):
                self.problem(event, "has a property name that is no plain text")
                key = None
        value_event = self.next()
        lines: tuple[int, ...] = ()
        if depth == 0 and isinstance(value_event, yaml.SequenceStartEvent):
            value, lines = self.sequence(value_event, depth + 1)
            if value_event.anchor:
                self.anchors[value_event.anchor] = value
        else:
            value = self.node(value_event, depth + 1)
        if key is None:
            return
        key = _SURROGATE.sub("\ufffd", key)
        if key in out:
            self.tree.problems.append((line, f"has the property “{key}” twice; the last one counts"))
        out[key] = value
        if depth == 0:
            self.tree.key_lines[key] = line
            self.tree.item_lines.pop(key, None)
            if lines:
                self.tree.item_lines[key] = lines
