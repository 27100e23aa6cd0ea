"""The pages of the server, each from the public part of the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdnet.app import brief, review, stats
from mdnet.app.html import review_data
from mdnet.app.needs import NeedFilter, list_needs
from mdnet.app.passages import Reader
from mdnet.core.jsonform import need as need_json
from mdnet.core.lookup import fold
from mdnet.core.mdtext import cut
from mdnet.core.page_links import linked
from mdnet.core.privacy import public_part
from mdnet.core.snippets import best_line
from mdnet.core.urls import obsidian, quote
from mdnet.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Network
    from mdnet.core.privacy import Veil

_HITS = 20
_TEXT = 300
STATES = ("", "open", "helping", "helped", "dropped", "all")


def public(work: Workspace) -> tuple[Network, Veil]:
    """What may be shown, and who may not."""
    return public_part(work.index.network())


def opener(work: Workspace, network: Network) -> Callable[[str], str]:
    """Where a note's path leads: people to their page here, other notes to Obsidian."""

    def address(path: str) -> str:
        return f"/person?path={quote(path)}" if path in network.people else obsidian(work.root.name, path)

    return address


def week(work: Workspace, today: date) -> dict[str, Any]:
    """The variables of `review.html.j2`."""
    data = review.review_values(work, today, public=True)
    return dict(review_data(work, data, open_note=opener(work, public(work)[0])))


def person(work: Workspace, query: Mapping[str, str], today: date) -> dict[str, Any]:
    """The variables of `brief.html.j2`. Raises NotFoundError for somebody who is private or not there."""
    network, _ = public(work)
    path = query.get("path", "")
    if path not in network.people:
        raise NotFoundError("nobody of that name is here")
    data = brief.gather(work, path, today, public=True)
    variables = brief.page_variables(work, data, today, opener(work, network))
    return variables | {"obsidian": obsidian(work.root.name, path)}


def figures(work: Workspace, today: date) -> dict[str, Any]:
    """The variables of `stats.html.j2`."""
    return stats.page_variables(work, stats.gather(work, today, public=True), opener(work, public(work)[0]))


def needs(work: Workspace, query: Mapping[str, str]) -> dict[str, Any]:
    """The variables of `needs.html.j2`: all needs that the filter lets through."""
    network, _ = public(work)
    state = query.get("state", "")
    wanted = NeedFilter(
        text=query.get("text", "")[:_TEXT],
        state=state if state in STATES else "",
        due=bool(query.get("due")),
        mine=bool(query.get("mine")),
    )
    me = network.me.path if network.me else ""
    found = [
        {**need_json(item), "person_path": item.person_path, "mine": item.person_path == me}
        for item in list_needs(network, wanted)
    ]
    data = {
        "needs": [{**item, "text": cut(item["text"], _TEXT)} for item in found],
        "filter": {"text": wanted.text, "state": wanted.state, "due": wanted.due, "mine": wanted.mine},
        "vault": work.root.name,
        "served": True,
    }
    return dict(linked(data, opener(work, network), lambda _path: ""))


def search(work: Workspace, query: Mapping[str, str], today: date) -> dict[str, Any]:
    """The variables of `search.html.j2`: people and needs by their words, notes by what may be shown of them."""
    network, veil = public(work)
    text = " ".join(query.get("q", "").split())[:_TEXT]
    words = fold(text).split()
    people = [
        {"person": item.name, "person_path": item.path, "about": ", ".join(filter(None, (item.role, item.company)))}
        for item in network.people.values()
        if words
        and all(word in fold(" ".join((item.name, *item.aliases, item.role, item.company))) for word in words)
        and not veil.hides(item.role, item.company)
    ]
    found = list_needs(network, NeedFilter(text=text, state="all")) if words else []
    data = {
        "q": text,
        "people": people[:_HITS],
        "needs": [
            {"person": item.person, "person_path": item.person_path, "text": cut(item.text, _TEXT), "state": item.state}
            for item in found[:_HITS]
        ],
        "notes": _notes(work, network, veil, text) if words else [],
        "today": today.isoformat(),
        "vault": work.root.name,
        "served": True,
    }
    return dict(linked(data, opener(work, network), lambda _path: ""))


def _notes(work: Workspace, network: Network, veil: Veil, text: str) -> list[dict[str, Any]]:
    """Notes in which something that may be shown holds the words; what is private is not even searched."""
    reader = Reader(work.index, work.vault, work.settings, network.people)
    found = []
    for hit in work.index.search(text, 4 * _HITS):
        if hit.private or hit.kind == "review" or hit.path in veil.paths or veil.hides(hit.title, hit.path):
            continue
        shown = [
            piece.text
            for piece in reader.read(hit.path).passages
            if not veil.hides_line(piece) and not veil.hides(piece.text, piece.heading, *piece.people)
        ]
        at, said = best_line([line.replace("\n", " ") for line in (*shown, hit.title)], text)
        if said:
            said = "" if at == len(shown) else said
            found.append(
                {"path": hit.path, "title": hit.title, "said": said, "date": hit.date.isoformat() if hit.date else None}
            )
        if len(found) == _HITS:
            break
    return found
