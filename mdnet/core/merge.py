"""A review page written anew over one that was edited meanwhile: nothing of the user's is lost or moved needlessly.

The generated parts are replaced, and what the user did to them is carried over:

- A line with a sign in its box stays as it is, also when it would no longer be asked.
- A line with an empty box whose words the user changed stays too, as long as it is asked; else it is moved.
- Any other line that mdnet did not write is moved below the part in which it stands; one that stood below an item of
  mdnet's goes with that item's words, or nobody would know what it is about.
- A line moved out of its part by the user is the user's, and is not asked again inside.
- A part deleted with both its markers stays away from this page; of a page without any part all are added.

To know its own lines again, mdnet leaves a line `%% mdnet:sums ... %%` on the page: a short hash of each. Without
it (deleted, say) every line that would not be written just so today counts as the user's. The result depends on
nothing but the two texts, and merging twice is merging once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core.identity import short_hash
from mdnet.core.markers import begins, ends, fenced, front_matter_end, left_open, sums
from mdnet.core.ticks import Tick, read_tick, told, unanswered, unquoted
from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable

_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_SUM_LENGTH = 6  # 30 bits: one reworded line in some ten million is taken for an untouched one
_ROUNDS = 5


@dataclass(slots=True)
class _Piece:
    """A generated part with what it holds, or (`part` false) the lines between two of them."""

    lines: list[str] = field(default_factory=list)
    part: bool = False
    name: str = ""
    begin: str = ""
    end: str = ""


@dataclass(slots=True)
class _Plan:
    """What of the old parts must not be lost."""

    kept: dict[str, str] = field(default_factory=dict)
    """Block id to the line, answered or reworded, that stays in a part."""
    home: dict[str, str] = field(default_factory=dict)
    """Block id to the part in which that line stands."""
    spilled: set[str] = field(default_factory=set)
    """Lines with a block id that are moved below, unquoted."""
    dropped: set[str] = field(default_factory=set)
    """Block ids not asked again, since the user keeps them outside."""


def merge(old: str, new: str) -> str:
    """`old` with its generated parts as in `new`, a page just rendered; `new` itself where `old` is blank."""
    if not old.strip("\ufeff \t\r\n"):
        old = "\ufeff" * old.startswith("\ufeff") + new
    # What is moved below a part counts as the user's from then on; go on until nothing moves any more.
    for _ in range(_ROUNDS):
        before, old = old, _merge_once(old, new)
        if old == before:
            break
    return old


def not_ours(page: str, *others: str) -> list[str]:
    """The lines of a page, those in its generated parts too, that mdnet did not write and that are on none of its other
    versions. An answer makes no other line, new words do."""
    lines = [line for text in (page, *others) for line in text.split("\n")]
    known = set().union(*map(_hashes, lines), map(_sum, lines[page.count("\n") + 1 :]))
    return [
        line
        for line in page.split("\n")
        if line.strip() and not (_ours(line, known) or begins(line) or ends(line) or sums(line) is not None)
    ]


def _merge_once(old: str, new: str) -> str:
    eol = "\r" if old.count("\r\n") * 2 > old.count("\n") else ""
    written = {_sum(line) for piece in _split(new.split("\n"), set()) if piece.part for line in piece.lines}
    known = written.union(*(_hashes(line) for line in old.split("\n")))
    fresh: dict[str, _Piece] = {}
    for piece in _split(new.split("\n"), set()):
        if piece.part:
            fresh.setdefault(piece.name, piece)
    pieces = _split(old.split("\n"), known)
    _name_the_nameless(pieces, fresh)
    if not any(piece.part for piece in pieces):
        pieces += _body(new, eol, pieces[-1].lines)
    merged = _renewed(pieces, fresh, _plan(pieces, fresh, known), known, eol)
    return _joined(merged, f"%% mdnet:sums {''.join(sorted(written - {_sum('')}))} %%", eol)


def _split(lines: list[str], known: set[str]) -> list[_Piece]:
    """The page in pieces, the first its front matter.

    Where a marker is missing, a part reaches as far as there are lines of mdnet's.
    """
    body = front_matter_end(lines)
    pieces = [_Piece([line for line in lines[:body] if sums(line) is None]), _Piece()]
    for line in [*lines[body:], None]:
        current = pieces[-1]
        if line is not None and sums(line) is not None:
            continue
        name = begins(line) if line is not None else None
        if current.part and (name or line is None):  # its end is missing
            last = max((at for at, text in enumerate(current.lines, 1) if _ours(text, known)), default=0)
            pieces.append(_Piece(current.lines[last:]))
            del current.lines[last:]
        if line is None:
            break
        if name:
            pieces.append(_Piece(part=True, name=name, begin=line))
        elif not ends(line):
            current.lines.append(line)
        elif current.part:
            current.end = line
            pieces.append(_Piece())
        else:  # its begin is missing
            first = next((at for at, text in enumerate(current.lines) if _ours(text, known)), len(current.lines))
            pieces += [_Piece(current.lines[first:], part=True, end=line), _Piece()]
            del current.lines[first:]
    return pieces


def _name_the_nameless(pieces: list[_Piece], fresh: dict[str, _Piece]) -> None:
    """A part that lost its begin marker is the one, missing otherwise, with which it shares most lines."""
    for piece in pieces:
        if not piece.part or piece.name:
            continue
        present = {other.name for other in pieces}
        mine = {_sum(line) for line in piece.lines if line.strip()}
        shared = {name: len(mine.intersection(map(_sum, part.lines))) for name, part in fresh.items()}
        best = max((name for name in fresh if name not in present), key=lambda name: shared[name], default="")
        if best and shared[best]:
            piece.name = best


def _body(new: str, eol: str, above: list[str]) -> list[_Piece]:
    """All of the new page but its front matter, for the end of a page that has no part yet."""
    lines = new.split("\n")
    if above and above[-1].strip():
        above.append(eol)
    elif above and not above[-1]:
        above[-1] = eol  # what follows the last line end is a blank line from now on
    return _split([line + eol for line in lines[front_matter_end(lines) :]], set())


def _plan(pieces: list[_Piece], fresh: dict[str, _Piece], known: set[str]) -> _Plan:
    plan = _Plan()
    asked = {tick.id for part in fresh.values() for tick in _ticks(part.lines)}
    outside = {tick.id for piece in pieces[1:] if not piece.part for tick in _ticks_outside(piece.lines)}
    copies: dict[str, list[tuple[str, Tick]]] = {}
    for piece in pieces:
        if piece.part:
            for tick in _ticks(piece.lines):
                copies.setdefault(tick.id, []).append((piece.name, tick))
    for id_, lines in copies.items():
        reworded = {unanswered(tick.raw): (name, tick) for name, tick in lines if _sum(tick.raw) not in known}
        signed = sorted((entry for entry in lines if entry[1].mark != " "), key=lambda entry: _rank(entry[1]))
        stays = None
        if signed:
            stays = signed[0]
        elif len(reworded) == 1 and id_ in asked and id_ not in outside:
            stays = next(iter(reworded.values()))
        if stays:
            plan.home[id_], plan.kept[id_] = stays[0], unquoted(stays[1].raw)
            reworded.pop(unanswered(stays[1].raw), None)
        plan.spilled |= {unquoted(tick.raw) for _, tick in reworded.values()}
        if (reworded or id_ in outside) and not stays:
            plan.dropped.add(id_)
    plan.dropped |= outside - plan.kept.keys()
    return plan


def _renewed(pieces: list[_Piece], fresh: dict[str, _Piece], plan: _Plan, known: set[str], eol: str) -> list[_Piece]:
    """The pieces with the parts written anew, and what is the user's in them set below."""
    present = {piece.name for piece in pieces if piece.part} & fresh.keys()
    written = {tick.id for name in present for tick in _ticks(fresh[name].lines)}
    left: dict[str, list[str]] = {}
    for id_, name in plan.home.items():
        if id_ not in written:
            left.setdefault(name, []).append(plan.kept[id_])
    result: list[_Piece] = []
    for piece in pieces:
        if not piece.part:
            gap = bool(result) and result[-1].lines[-1:] == [eol] and not result[-1].part
            result.append(_Piece(piece.lines[1:]) if gap and piece.lines[:1] == [eol] else piece)
            continue
        moved = _moved(piece.lines, known, plan, eol)
        orphans = left.pop(piece.name, [])
        if piece.name in present:
            present.discard(piece.name)
            source = fresh[piece.name]
            lines = _with_orphans(_filled(source.lines, plan), orphans)
            begin, end = piece.begin or source.begin + eol, piece.end or source.end + eol
            result.append(_Piece([line + eol for line in lines], True, piece.name, begin, end))
        else:
            moved = [line + eol for line in orphans] + moved
        if moved:
            result.append(_Piece([eol, *moved, eol]))
        elif not any(other.part or other.lines for other in result):
            result.append(_Piece([eol]))  # else the page might begin with what would open its properties
    return result


def _filled(lines: list[str], plan: _Plan) -> list[str]:
    """The lines of a fresh part, with those of the user's in their places."""
    filled: list[str] = []
    seen: set[str] = set()
    for line in lines:
        tick = read_tick(line, 0)
        if tick is None:
            filled.append(line)
        elif tick.id not in seen and tick.id not in plan.dropped:
            seen.add(tick.id)
            lead = line[: len(line) - len(line.lstrip(" \t>"))]
            filled.append(lead + plan.kept[tick.id] if tick.id in plan.kept else line)
    return filled


def _with_orphans(lines: list[str], orphans: list[str]) -> list[str]:
    """Answered lines that are no longer asked stand behind the last open one, callouts aside."""
    if not orphans:
        return lines
    plain = [at for at, line in enumerate(lines, 1) if read_tick(line, 0) and not line.lstrip().startswith(">")]
    if plain:
        return [*lines[: plain[-1]], *orphans, *lines[plain[-1] :]]
    return [*lines, *([""] if lines and lines[-1].strip() else []), *orphans, ""]


def _moved(lines: list[str], known: set[str], plan: _Plan, eol: str) -> list[str]:
    """What the user wrote into a part, in runs with a blank line between; of each the common indentation goes.

    On its own, a line that was indented below another would be code.
    """
    runs: list[list[str]] = [[]]
    above = owner = -1
    for at, line in enumerate(lines):
        if read_tick(line, 0):
            theirs = unquoted(line) in plan.spilled
            plan.spilled.discard(unquoted(line))
        else:
            theirs = bool(line.strip()) and _sum(line) not in known
        if theirs:
            if not runs[-1] and above >= 0 and _is_below(line, lines[above]):
                if owner == above:  # with a blank line between
                    runs.pop()
                    runs[-1].append(eol)
                else:
                    runs[-1].append(told(lines[above]) + eol)
                    owner = above
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
        if line.strip() and not theirs:
            above = at if _ITEM.match(line) else -1
    moved: list[str] = []
    for run in filter(None, runs):
        depth = min(len(line) - len(line.lstrip(" \t")) for line in run if line.strip())
        moved += [*([eol] if moved else []), *(line[depth:] for line in run)]
        if fence := left_open(run):
            moved.append(fence + eol)  # or all that follows would be code
    return moved


def _is_below(line: str, item: str) -> bool:
    """Whether a line is indented more than an item, in the same quote."""
    lead, its = (text[: len(text) - len(text.lstrip(" \t>"))] for text in (line, item))
    return lead.count(">") == its.count(">") and len(lead) > len(its)


def _joined(pieces: list[_Piece], signed: str, eol: str) -> str:
    """The page as text, with the sums below the last part; the last line has an end only where it had one."""
    last = max((at for at, piece in enumerate(pieces) if piece.part), default=-1)
    lines: list[str] = []
    for at, piece in enumerate(pieces):
        if piece.part:
            lines += [piece.begin, *piece.lines, piece.end]
        else:
            lines += piece.lines
        if at == last:
            lines[-1] = lines[-1].removesuffix("\r") + eol
            lines.append(signed + eol)
    if lines[-1] == signed + eol:
        lines[-1] = signed
    return "\n".join(lines)


def _ticks(lines: Iterable[str]) -> list[Tick]:
    return [tick for line in lines if (tick := read_tick(line, 0))]


def _ticks_outside(lines: list[str]) -> list[Tick]:
    return _ticks(line for line, code in zip(lines, fenced(lines), strict=True) if not code)


def _rank(tick: Tick) -> int:
    return {"yes": 0, "no": 1, None: 2}[tick.answer]


def _ours(line: str, known: set[str]) -> bool:
    return bool(line.strip()) and _sum(line) in known


def _sum(line: str) -> str:
    """A line's short hash, whatever is in its box and whichever callout it stands in."""
    return short_hash("line", unanswered(line), length=_SUM_LENGTH)


def _hashes(line: str) -> set[str]:
    text = "".join((sums(line) or "").split())
    return {text[at : at + _SUM_LENGTH] for at in range(0, len(text), _SUM_LENGTH)}
