"""Two versions of a note made one, where it is safe: where each only has lines that the other has not.

Without their common ancestor nobody can know whether a line was added on one side or deleted on the other; keeping it
loses nothing. What cannot be kept that way is a line that was changed: then both forms would stand there. So a merge
is refused as soon as a line of the one resembles a line of the other, and where the result reads worse than its parts.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mdnet.core.carry_out import DONE_MARK, is_done, with_answer, with_done_mark
from mdnet.core.merge import not_ours
from mdnet.core.page import read as read_page
from mdnet.core.parse import parse_note
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from mdnet.core.settings import Settings

MOST_LINES = 200
"""With more lines of its own on either side, the two are too different to be merged unseen."""
ALIKE = 0.6
"""The share of equal characters (difflib's ratio) from which two lines may be one that was changed."""
SHORTEST = 4
"""A line of fewer characters that begins like another says nothing."""
_BOM = b"\xef\xbb\xbf"
_FENCE = re.compile(rb"\s*(?:```|~~~)")
_KEY = re.compile(r"([\w -]+):(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged note, or why there is none. `added`: how many lines of the copy it gained."""

    data: bytes = b""
    refusal: str = ""
    added: int = 0


def merge(path: str, original: bytes, copy: bytes, settings: Settings, today: dt.date) -> Merged:
    """The lines of both versions: those of the original where they are, those that only the copy has beside their
    neighbours."""
    if original.removeprefix(_BOM) == copy.removeprefix(_BOM):
        return Merged(original)
    for data in (original, copy):
        if fault := _fault(data):
            return Merged(refusal=fault)
    if (b"\r\n" in original) != (b"\r\n" in copy):
        return Merged(refusal="the two have different line ends")
    if parse_note(path, original, settings, today).kind == "review":
        return _merge_pages(original, copy)
    ours, theirs = _lines(original), _lines(copy)
    codes = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    own = [line for tag, a, b, _, _ in codes if tag != "equal" for line in ours[a:b]]
    other = [line for tag, _, _, a, b in codes if tag != "equal" for line in theirs[a:b]]
    if refusal := _changed(own, other):
        return Merged(refusal=refusal)
    for theirs_first in (False, True):  # the other way round a line may stay under its heading
        lines = [line for code in codes for line in _both(code, ours, theirs, theirs_first=theirs_first)]
        result = (_BOM if original.startswith(_BOM) else b"") + _joined(lines, original)
        if result == original:
            return Merged(original)
        refusal = _moves(ours, theirs, lines) or _reads_worse(path, original, copy, result, settings, today)
        if not refusal:
            return Merged(result, added=len([line for line in other if line.strip()]))
    return Merged(refusal=refusal)


def _merge_pages(original: bytes, copy: bytes) -> Merged:
    """A review page is a form: what was answered on either is answered; what mdnet wrote is nobody's text."""
    ours, theirs = read_page(original.decode()), read_page(copy.decode())
    for line in not_ours(*(page.decode().replace(f" {DONE_MARK} ^", " ^") for page in (copy, original))):
        return Merged(refusal=f"the copy has text of your own: {_shown(line)}")
    answered = {tick.id: tick for tick in sorted(ours.ticks, key=lambda tick: tick.answer is not None)}
    result, added = original, 0
    for tick in theirs.ticks:
        if tick.answer is None:
            continue
        before = answered.get(tick.id)
        if before is None:
            return Merged(refusal=f"a line answered in the copy is on the page no more: {_shown(tick.raw)}")
        if before.answer is None:
            result = with_answer(result, tick)
            added += 1
        elif before.answer != tick.answer:
            return Merged(refusal=f"the two have different answers: {_shown(tick.raw)}")
        if is_done(tick):  # on the other device, and what it wrote there may be here already
            result = with_done_mark(result, tick)
    return Merged(result, added=added)


def _fault(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "it is not UTF-8"
    if "\0" in text:
        return "it is not a text"
    if text.count("\r") not in (0, text.count("\n")) or text.count("\r") != text.count("\r\n"):
        return "its line ends are mixed"
    if re.search(r"^(?:<{7} |>{7} )", text, re.MULTILINE):
        return "it holds the markers of another merge"
    return ""


def _lines(data: bytes) -> list[bytes]:
    """Without line ends; whether there is one at the end is not compared."""
    lines = data.removeprefix(_BOM).replace(b"\r\n", b"\n").split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def _joined(lines: list[bytes], like: bytes) -> bytes:
    end = b"\r\n" if b"\r\n" in like else b"\n"
    return end.join(lines) + (end if like.endswith(b"\n") else b"")


def _both(
    code: tuple[str, int, int, int, int], ours: list[bytes], theirs: list[bytes], *, theirs_first: bool
) -> Iterator[bytes]:
    tag, a, b, c, d = code
    sides = [ours[a:b], theirs[c:d] if tag in ("insert", "replace") else []]
    for side in reversed(sides) if theirs_first else sides:
        yield from side


def _moves(ours: list[bytes], theirs: list[bytes], lines: list[bytes]) -> str:
    """Why a line would stand under something else than before. Two lists with an item in common would share it."""
    before = _places(ours) | _places(theirs)
    for above, line in before - _places(lines):
        under = f" under {_shown(above.decode())}" if above else ""
        return f"a line would stand no more{under}: {_shown(line.decode())}"
    return ""


def _places(lines: list[bytes]) -> Counter[tuple[bytes, bytes]]:
    """Each line with what it stands under: its heading, the words that lead in its list, the item it is indented
    below."""
    places: Counter[tuple[bytes, bytes]] = Counter()
    above: list[tuple[int, bytes]] = []
    for line in lines:
        text = line.strip()
        if not text:
            continue
        ((heading, indent, bullet),) = _DEPTH.findall(line.expandtabs(4))
        depth = len(heading) if heading else _WORDS + len(indent) + bool(bullet)
        while above and above[-1][0] >= depth:
            above.pop()
        places[above[-1][1] if above else b"", text] += 1
        above.append((depth, text))
    return places


_DEPTH = re.compile(rb"\A(?:(#{1,6})\s|( *)([-*+]\s|\d{1,9}[.)]\s)?)")
_WORDS = 7  # deeper than any heading


def _changed(own: list[bytes], other: list[bytes]) -> str:
    """Why lines that only one side has may be one line that was changed."""
    ours = [line.decode() for line in own if line.strip()]
    theirs = [line.decode() for line in other if line.strip()]
    if len(ours) > MOST_LINES or len(theirs) > MOST_LINES:
        return "the two differ in too many lines"
    if any(_FENCE.match(line) for line in (*own, *other)):
        return "a block of code begins or ends in one of the two only"
    for one in ours:
        for another in theirs:
            if _alike(one, another):
                return f"a line was changed: {_shown(one)} / {_shown(another)}"
    return ""


def _alike(one: str, other: str) -> bool:
    one, other = one.strip(), other.strip()
    if one == other:
        return True  # it was moved
    key, other_key = _KEY.match(one), _KEY.match(other)
    if key and other_key and key[1].strip().lower() == other_key[1].strip().lower():
        return True
    shorter, longer = sorted((_bare(one), _bare(other)), key=len)
    if shorter == longer or (len(shorter) >= SHORTEST and longer.startswith(shorter)):
        return True
    matcher = SequenceMatcher(None, shorter, longer, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


_FORM = re.compile(r"^(?:[-*+]|\d+[.)])\s+(?:\[.\]\s+)?|\[\[[^\]]*\]\]|#\w+|\d{4}-\d\d-\d\d|[^\w\s]")


def _bare(line: str) -> str:
    """What a line says, without what all records have alike: bullet, box, tags, links, dates, signs."""
    return " ".join(_FORM.sub(" ", line).split())


def _shown(line: str) -> str:
    line = line.strip()
    return repr(line if len(line) <= 60 else f"{line[:59]}…")


def _reads_worse(path: str, original: bytes, copy: bytes, result: bytes, settings: Settings, today: dt.date) -> str:
    """Why the result does not say what both say."""
    notes = [parse_note(path, data, settings, today) for data in (original, copy, result)]
    before = {problem.message for note in notes[:2] for problem in note.problems}
    for problem in notes[2].problems:
        if problem.message not in before:
            return f"together they would be wrong in line {problem.line}: {problem.message}"
    said = [{record.raw.strip() for record in note.records} for note in notes]
    if not said[0] | said[1] <= said[2]:
        return "together they would say less than apart"
    for key in {*notes[0].properties, *notes[1].properties}:
        values = [_items(note.properties.get(key)) for note in notes]
        if not all(item in values[2] for value in values[:2] for item in value):
            return f"the property '{key}' differs"
    return ""


def _items(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
