"""What the commands `show` and `search` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.cli.output import BOXES, bold, dim, json_text, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mdnet.app.people import Brief
    from mdnet.app.workspace import Workspace


USUAL_NUMBER = 20
"""Of the notes that a search finds so many are shown, where nothing else is said."""


def person_shown(work: Workspace, person: str, today: date, *, as_json: bool) -> str:
    """One person as `mdnet show` prints them. Raises NotFoundError, AmbiguousError."""
    from mdnet.app.people import brief

    found = brief(work, person, today)
    return json_text(**_brief_json(found)) if as_json else _joined(_brief(found))


def notes_found(work: Workspace, text: str, number: int, *, as_json: bool) -> str:
    """What `mdnet search` prints: `number` notes at most."""
    from mdnet.app.search import search

    hits = search(work, text, number)
    if as_json:
        return json_text(
            hits=[
                {"path": hit.path, "title": hit.title, "line": hit.line, "text": hit.text, "score": round(hit.score, 4)}
                for hit in hits
            ]
        )
    lines = []
    for hit in hits:
        lines.append(f"{bold(safe(hit.title))} {dim(f'{safe(hit.path)}:{hit.line}')}")
        if hit.text:
            lines.append(f"    {safe(hit.text)}")
    return _joined(lines or ["Nothing found."])


def _brief_json(found: Brief) -> dict[str, object]:
    from mdnet.core import jsonform

    return {
        "person": jsonform.person(found.person),
        "last_contact": jsonform.iso(found.last_contact),
        "due_on": jsonform.iso(found.due_on),
        "is_due": found.is_due,
        "balance": {"gave": found.gave, "asked": found.asked, "got": found.got, "warning": found.warning},
        "needs": [jsonform.need(need) for need in found.needs],
        "offers": [jsonform.offer(offer) for offer in found.offers],
        "log": [jsonform.exchange(exchange) for exchange in found.log],
        "mentioned_in": list(found.mentioned_in),
    }


def _brief(found: Brief) -> list[str]:
    person = found.person
    facts = [", ".join(part for part in (person.role, person.company, person.location) if part), person.relation]
    facts += [*person.email, *person.phone, *person.url, f"birthday {person.birthday}" if person.birthday else ""]
    contact = f"last contact {found.last_contact}" if found.last_contact else "no contact noted yet"
    due = " · due now" if found.is_due else f" · due {found.due_on}" if found.due_on else ""
    return [
        bold(safe(person.name)) + (dim(f"  also {safe(', '.join(person.aliases))}") if person.aliases else ""),
        *(safe(fact) for fact in facts if fact),
        f"{contact}{due} · gave {found.gave}, asked {found.asked}, got {found.got}",
        *([safe(found.warning)] if found.warning else ()),
        *_section("Needs", [f"{BOXES[need.state]} {need.text}" for need in found.needs]),
        *_section("Offers", [offer.text for offer in found.offers]),
        *_section("Log", [f"{item.date} {item.verb}: {item.text}".rstrip(": ") for item in found.log]),
        *_section("Mentioned in", found.mentioned_in),
        dim(safe(person.path)),
    ]


def _section(title: str, items: Sequence[str]) -> list[str]:
    return ["", bold(title), *(f"- {safe(item)}" for item in items)] if items else []


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
