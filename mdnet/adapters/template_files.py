"""mdnet's own templates as files: which there are, what they hold, and what their variables mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.adapters.resources import templates_dir
from mdnet.core.values import dataclass
from mdnet.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = "README.md"
_HEADING = re.compile(r"## `([\w.-]+)`(?:, as `([\w.-]+)`)?")
_ROW = re.compile(r"\| `([^`]+)` \| (.+?) \| `(.*)` \|")
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a template: its name (`matches[].text`), what it means, and an example as JSON."""

    name: str
    meaning: str
    example: str


def own_names() -> list[str]:
    """The names of mdnet's own templates, in order."""
    return sorted(path.name for path in templates_dir().iterdir() if path.name.endswith(".j2"))


def own_source(name: str) -> bytes:
    """The bytes of one of mdnet's own templates. Raises NotFoundError."""
    if name not in own_names():
        raise NotFoundError(f"there is no template '{name}'; 'mdnet templates list' names them")
    return (templates_dir() / name).read_bytes()


def purpose(name: str) -> str:
    """What a template is for: the first sentence of the comment that it begins with."""
    text = own_source(name).decode("utf-8")
    comment = re.match(r"\{#-?\s*(.*?)\s*-?#\}", text, re.DOTALL)
    words = " ".join(comment[1].split()) if comment else ""
    return re.split(r"(?<=\.)\s", words, maxsplit=1)[0]


def variables(name: str) -> list[Variable]:
    """What a template gets; last, for one with nested values, the fields that mean the same wherever they stand."""
    sections: dict[str, list[Variable]] = {}
    like: dict[str, str] = {}
    current = ""
    for line in (templates_dir() / DOCS).read_text("utf-8").splitlines():
        if heading := _HEADING.fullmatch(line):
            current = heading[1]
            sections[current] = []
            if heading[2]:
                like[current] = heading[2]
        elif current and (row := _ROW.fullmatch(line)):
            sections[current].append(Variable(row[1], row[2], row[3].replace(r"\|", "|")))

    def of(section: str) -> Iterator[Variable]:
        if section in like:
            yield from of(like[section])
        yield from sections.get(section, ())

    found = list(of(name))
    nested = any(sign in variable.name for variable in found for sign in "[{.")
    return [*found, *sections.get(EVERYWHERE, ())] if nested and name != EVERYWHERE else found
