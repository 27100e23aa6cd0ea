"""One line of a review page that asks something: its block id says what, its checkbox is the answer.

| id | asks |
|---|---|
| `^m-NEED-PASSAGE` | did you pass this passage on? (`[-]`: it is of no use) |
| `^h-NEED-PASSAGE`, `^h-NEED` | did it help? |
| `^t-PERSON-2026w47` | were you in touch that week? |
| `^s-NEED-2026w47` | is it still needed? |

NEED, PASSAGE and PERSON are eight signs each, see `core/identity`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Literal

from mdnet.core.identity import normalise, short_hash
from mdnet.core.values import dataclass, replace

if TYPE_CHECKING:
    from mdnet.core.weeks import Week

TickKind = Literal["match", "helped", "touch", "still"]
_KINDS: dict[str, TickKind] = {"m": "match", "h": "helped", "t": "touch", "s": "still"}

_HASH = "[0-9a-hjkmnp-tv-z]{8}"
_ID = re.compile(rf"(?:m-{_HASH}-{_HASH}|h-{_HASH}(?:-{_HASH})?|[ts]-{_HASH}-\d{{4}}w\d{{2}})")
_DATE = r"\d{4}-\d{2}-\d{2}"
_FIELD = rf"(?:[✅❌]\ufe0f?[ \t]*{_DATE}|\[(?:completion|cancelled)::[ \t]*{_DATE}[ \t]*\])"
# A quote sign before the list item: the line stands in a callout.
_HEAD = re.compile(r"[ \t>]*(?P<bullet>[-*+]|\d{1,9}[.)])[ \t]+\[(?P<mark>[^\n])\][ \t]")
_ANY_BOX = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[(?P<mark>[^\n\[\]]{1,8})\](?=[ \t])")
_KNOWN = frozenset(("x", "X", "-"))
# The Tasks plugin writes its done date before the block id, other tools at the very end.
_FIELDS = re.compile(rf"(?:[ \t]+{_FIELD})*[ \t\r]*")
_LAST_FIELD = re.compile(rf"[ \t]+{_FIELD}[ \t]*\Z")
_LONGEST_FIELD = 60
_ANY_DATE = re.compile(_DATE)


@dataclass(frozen=True, slots=True)
class Tick:
    """One such line as it was read. `week` is the one the id names, else the page's, as `2026-W47`; or ""."""

    kind: TickKind
    id: str
    need_id: str | None
    passage_id: str | None
    person_hash: str | None
    mark: str
    line: int
    """From 1."""
    raw: str
    """Without its line end."""
    week: str = ""
    done: date | None = None
    """The day in a `✅` or `❌` field, where a tool or the user put one."""

    @property
    def answer(self) -> Literal["yes", "no"] | None:
        """`[x]` is yes, `[-]` is no; an empty box, and any sign that mdnet does not know, is not decided."""
        return "yes" if self.mark in "xX" else "no" if self.mark == "-" else None


def person_hash(name: str) -> str:
    """A person's name as it stands in block ids."""
    return short_hash("person", normalise(name))


def helped_id(need_id: str, passage_id: str | None = None) -> str:
    """The block id of "did it help?", with the passage that was passed on where it is known."""
    return f"h-{need_id}-{passage_id}" if passage_id else f"h-{need_id}"


def touch_id(name: str, week: Week) -> str:
    """The block id of "in touch?"."""
    return f"t-{person_hash(name)}-{week.slug}"


def still_id(need_id: str, week: Week) -> str:
    """The block id of "still true?"."""
    return f"s-{need_id}-{week.slug}"


def asked_id(tick: Tick) -> str:
    """The id of what is asked, which differs from the line's own where that is about somebody who was renamed."""
    kind, about, *rest = tick.id.split("-")
    return "-".join((kind, tick.person_hash or tick.need_id or about, *rest))


def split_match_id(block_id: str | None) -> tuple[str, str] | None:
    """(need id, passage id) of `m-NEED-PASSAGE`, as on the page and on the log line; None if it is none."""
    if block_id is None or not block_id.startswith("m-") or not _ID.fullmatch(block_id):
        return None
    _, need, passage = block_id.split("-")
    return need, passage


@dataclass(frozen=True, slots=True)
class _Line:
    bullet: str
    mark: str
    text: str
    id: str
    fields: str


def _taken_apart(raw: str) -> _Line | None:
    """The line's pieces, found from both ends, so that it takes linear time whatever stands between."""
    head = _HEAD.match(raw)
    at = raw.rfind("^")
    if head is None or at < head.end() or raw[at - 1] not in " \t":
        return None
    found = _ID.match(raw, at + 1)
    if found is None or not (tail := _FIELDS.fullmatch(raw, found.end())):
        return None
    end = at
    while field := _LAST_FIELD.search(raw, max(end - _LONGEST_FIELD, head.end()), end):
        end = field.start()
    return _Line(head["bullet"], head["mark"], raw[head.end() : end].strip(), found[0], raw[end:at] + tail[0])


def read_tick(raw: str, line: int, page_week: str = "") -> Tick | None:
    """The question that a line asks, or None: it is some other line."""
    found = _taken_apart(raw)
    if found is None:
        return None
    first, *parts = found.id.split("-")
    kind = _KINDS[first]
    return Tick(
        kind=kind,
        id=found.id,
        need_id=None if kind == "touch" else parts[0],
        passage_id=parts[1] if kind in ("match", "helped") and len(parts) > 1 else None,
        person_hash=parts[0] if kind == "touch" else None,
        mark=found.mark,
        line=line,
        raw=raw.rstrip("\r"),
        week=parts[1].replace("w", "-W") if kind in ("touch", "still") else page_week,
        done=_last_date(found.fields),
    )


def read_unclear(raw: str, line: int, page_week: str = "") -> Tick | None:
    """The question that a line asks whose box holds a sign that mdnet does not know: `[✓]`, `[ x ]`; else None."""
    box = _ANY_BOX.match(raw)
    if box is None or not box["mark"].strip() or box["mark"] in _KNOWN:
        return None
    asked = read_tick(f"{raw[: box.start('mark')]} {raw[box.end('mark') :]}", line, page_week)
    return replace(asked, mark=box["mark"], raw=raw.rstrip("\r")) if asked else None


def unquoted(raw: str) -> str:
    """A task line without indentation and callout signs before it and blanks behind it."""
    return raw.lstrip(" \t>").rstrip()


def unanswered(raw: str) -> str:
    """A task line as it was rendered: box empty, no done date. Equal results: the user changed no word of it."""
    found = _taken_apart(raw)
    return raw.strip() if found is None else f"{found.bullet} [ ] {found.text} ^{found.id}"


def told(raw: str) -> str:
    """A task line as a plain item, for what stands below it: no box, no block id; indented and quoted as it is."""
    found = _taken_apart(raw)
    return raw.rstrip() if found is None else f"{raw[: raw.index(found.bullet)]}{found.bullet} {found.text}"


def answered(raw: str, like: Tick) -> str:
    """A task line of the same id, with the sign in the box and the done date of `like`."""
    box, end = raw.index("[") + 1, raw.rindex(f"^{like.id}")
    found = _taken_apart(like.raw)
    done = f"{found.fields.strip()} " if like.done and found else ""
    return f"{raw[:box]}{like.mark}{raw[box + 1 : end]}{done}{raw[end:]}"


def _last_date(text: str) -> date | None:
    for day in reversed(_ANY_DATE.findall(text)):
        try:
            return date.fromisoformat(day)
        except ValueError:
            continue
    return None
