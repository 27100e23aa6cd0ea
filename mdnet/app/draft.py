"""Messages written from templates: gathered from the public network, in the language of who gets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.adapters.outfile import write_file
from mdnet.app import matches as matching
from mdnet.app.pages import read_pages
from mdnet.app.templates import renderer
from mdnet.core import draft
from mdnet.core.draft import About, Draft, Message
from mdnet.core.eml import as_eml
from mdnet.core.lookup import find_need, find_person
from mdnet.core.model import LIVE
from mdnet.core.privacy import public_matches, public_part
from mdnet.core.urls import web
from mdnet.core.values import dataclass
from mdnet.errors import NotFoundError, TemplateError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from typing import Any

    from mdnet.adapters.render import Renderer
    from mdnet.app.workspace import Workspace
    from mdnet.core.draft import Kind
    from mdnet.core.model import Need, Network, Person
    from mdnet.core.privacy import Veil

_LANGUAGE = re.compile(r"draft\.([a-z]{2,3})\.md\.j2")
_MOST_FILES = 99
_SLOW_MAILS = 10
"""So many mails of a page are made by a template of the user's, which runs in a process of its own each time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants written. Empty parts are found: the best match, the last gift, the open need."""

    kind: Kind
    person: str
    other: str = ""
    need: str = ""
    match: str = ""
    text: str = ""
    language: str = ""


def write(work: Workspace, wish: Wish, today: date) -> list[Message]:
    """The messages. Raises NotFoundError where there is nobody or nothing to write about, TemplateError."""
    network, veil = public_part(work.index.network())
    person = _find(work, network, wish.person)
    other = _find(work, network, wish.other) if wish.other else None
    if wish.kind == "intro" and other is None:
        raise NotFoundError("whom shall I introduce? 'mdnet draft intro PERSON OTHER', where OTHER may help")
    if other is not None and other.path == person.path:
        raise NotFoundError(f"{person.name} and {person.name} are the same person")
    about = _about(work, network, veil, wish, person, other, today)
    render = renderer(work)
    known = languages(render)
    if wish.language and wish.language not in known:
        raise NotFoundError(f"there is no draft in '{wish.language}' (there are {', '.join(known)})")
    drafts = draft.plan(wish.kind, person, about, me=network.me, language=wish.language, known=known)
    return [_rendered(render, item) for item in drafts]


def languages(render: Renderer) -> list[str]:
    """The languages there are templates in: mdnet's own and those that the user has added."""
    added = [name[1] for file in render.users_names() if (name := _LANGUAGE.fullmatch(file))]
    return list(dict.fromkeys((*draft.LANGUAGES, *added)))


def _find(work: Workspace, network: Network, query: str) -> Person:
    """The person, who must not be private: a draft leaves the vault."""
    person = find_person(work.index.network().people.values(), query)
    if person.path not in network.people:
        raise NotFoundError(f"{person.name} is private, so nothing is written to or about them")
    return network.people[person.path]


def _about(
    work: Workspace, network: Network, veil: Veil, wish: Wish, person: Person, other: Person | None, today: date
) -> About:
    live = [need for need in network.needs if need.state in LIVE]
    theirs = [need for need in live if need.person_path == person.path]
    need = find_need(theirs, wish.need) if wish.need else None
    if wish.kind == "pass-on":
        return _pass_on(work, network, veil, wish, person, [need] if need else theirs, today)
    if wish.kind == "intro" and other is not None:
        helping = matching.helpers(work, network, today=today, needs=[need] if need else theirs)
        best = next((item.need for item in helping if item.person.path == other.path), None)
        need = need or best or (theirs[0] if len(theirs) == 1 else None)
        return About(need=need.text if need else "", other=other)
    if wish.kind == "thanks":
        return About(what=wish.text or _last(network, person, "got"), other=other)
    if wish.kind == "follow-up":
        what = wish.text
        if not what:
            about = draft.gift_and_need(network, person, need)
            if about is None:
                raise _nothing_noted("you gave them", person)
            what, need = about
        else:
            need = need or draft.only_helping(theirs)
        return About(need=need.text if need else "", what=what)
    return About()


def _last(network: Network, person: Person, verb: str) -> str:
    """What the last exchange of that kind says; raises NotFoundError where there was none."""
    found = [item for item in network.exchanges if item.person_path == person.path and item.verb == verb and item.text]
    if not found:
        raise _nothing_noted("they helped you", person)
    return found[-1].text


def _nothing_noted(noted: str, person: Person) -> NotFoundError:
    return NotFoundError(f"nothing is noted that {noted}: say what with --text, for {person.name}")


def _pass_on(
    work: Workspace,
    network: Network,
    veil: Veil,
    wish: Wish,
    person: Person,
    needs: Sequence[Need],
    today: date,
) -> About:
    if wish.text:
        return About(need=needs[0].text if len(needs) == 1 else "", passage=wish.text)
    forms = [form for _, form in read_pages(work, network)]
    found = public_matches(matching.of_needs(work, network, needs, forms, since=None, today=today), veil)
    if wish.match:
        wanted = wish.match.strip().lstrip("^")
        found = [match for match in found if match.id == wanted]
    if not found:
        raise NotFoundError(f"nothing was found to pass on to {person.name}: say what with --text")
    best = max(found, key=lambda match: match.score)
    return About(need=best.need.text, passage=best.passage.text, source=web(best.passage.source))


def _rendered(render: Renderer, item: Draft) -> Message:
    name = f"draft.{item.language}.md.j2"
    text = render.render(name, item.variables)
    try:
        return draft.written(item, text)
    except ValueError as error:
        raise TemplateError(f"{name}:1: {error}") from None


def mail_links(work: Workspace, network: Network, review: Mapping[str, Any]) -> dict[str, str]:
    """For a page: by the id of a match, an outcome to ask for or a person due, the address of the mail about it.

    Only for people with a mail address. `network` is the public one, `review` as JSON.
    """
    render = renderer(work)
    known = languages(render)
    wanted: list[tuple[str, str, Kind, About]] = [
        (
            item["id"],
            item["person_path"],
            "pass-on",
            About(item["text"], "".join(span["text"] for span in item["spans"]), web(item["source"])),
        )
        for part in ("matches", "more_matches")
        for item in review[part]
    ]
    wanted += [
        (item["id"], item["person_path"], "follow-up", About(need=item["text"], what=item["what"]))
        for item in review["follow_ups"]
    ]
    wanted += [
        (item["id"], item["person_path"], "help", About())
        for part in ("due", "more_due", "no_need")
        for item in review[part]
    ]
    links: dict[str, str] = {}
    slow = 0
    for id_, path, kind, about in wanted:
        person = network.people.get(path)
        if person is None or not draft.address_of(person):
            continue
        for planned in draft.plan(kind, person, about, me=network.me, known=known):
            users = render.is_users(f"draft.{planned.language}.md.j2")
            slow += users
            if not users or slow <= _SLOW_MAILS:
                links[id_] = _rendered(render, planned).href
    return links


def save(work: Workspace, messages: Sequence[Message], folder: Path, today: date) -> list[Path]:
    """Write each message as an `.eml` file into `folder`; no file that is there is touched.

    Raises UnsafeTextError, before anything is written, and WriteRefusedError.
    """
    me = work.index.network().me
    sender = draft.address_of(me) if me else ""
    files = [as_eml(message, sender, draft.own_name(me)) for message in messages]
    return [
        _saved(folder, f"{today.isoformat()}-{message.part}-{draft.slug(' '.join(message.to))}", data)
        for message, data in zip(messages, files, strict=True)
    ]


def _saved(folder: Path, stem: str, data: bytes) -> Path:
    for number in range(1, _MOST_FILES + 1):
        path = folder / (f"{stem}.eml" if number == 1 else f"{stem}-{number}.eml")
        if not path.exists():
            write_file(path, data, replace=False)
            return path
    raise WriteRefusedError(f"{folder} holds {_MOST_FILES} drafts of this name already")
