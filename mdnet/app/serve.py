"""The served pages: which address is which page, and what each button writes."""

from __future__ import annotations

import json
import re
import secrets
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mdnet.app import capture, decide, serve_pages, states
from mdnet.app.matches import of_text
from mdnet.app.sync import sync
from mdnet.app.templates import html_page, renderer
from mdnet.app.undo import undo
from mdnet.app.writing import refresh
from mdnet.core.lookup import find_person
from mdnet.core.model import VERBS
from mdnet.core.privacy import public_matches
from mdnet.core.served_script import SCRIPT
from mdnet.core.urls import quote
from mdnet.core.values import dataclass, field
from mdnet.core.web import Answer, Asked
from mdnet.errors import (
    AmbiguousError,
    MdnetError,
    NotFoundError,
    TemplateError,
    UnsafeTextError,
    WriteRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Need, Person

LOOK_SECONDS = 1.0
"""The notes are looked at no more often than this, however many pages ask."""
_KEPT = 200
_BACK = re.compile(r"/(?:|needs|person|search|stats)(?:\?[\w%=&.+~-]*)?")
_STATUS: tuple[tuple[type[MdnetError], int], ...] = (
    (NotFoundError, 404),
    (AmbiguousError, 409),
    (WriteRefusedError, 409),
    (UnsafeTextError, 422),
    (TemplateError, 500),
)
SNOOZE_DAYS = {"week": 7, "month": 30, "quarter": 91}


@dataclass(frozen=True, slots=True)
class Said:
    """What to tell on the next page, and the write that can be taken back."""

    text: str
    bad: bool = False
    undo: str = ""


@dataclass(slots=True)
class Pages:
    """Answers requests about one vault; used from one thread only."""

    work: Workspace
    form_token: str
    today: Callable[[], date]
    _looked: float = float("-inf")
    _version: str = ""
    _cache: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    _told: dict[str, Said] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answer:
        """The answer to a request that the guard let in."""
        if asked.method == "POST":
            return self._write(asked)
        try:
            return self._show(asked)
        except MdnetError as error:
            return self._message(str(error), _status(error))

    def _show(self, asked: Asked) -> Answer:
        if asked.path == "/changed":
            self._look()
            changed = asked.query.get("version") != self._version
            return Answer(json.dumps({"changed": changed}), kind="application/json")
        page = _PAGES.get(asked.path)
        if page is None:
            return self._message("There is no such page.", 404)
        self._look()
        name, variables = page
        data = self.cached(asked, variables)
        told = self._told.get(asked.query.get("said", ""))
        return self._page(name, data, asked, told)

    def cached(self, asked: Asked, variables: Callable[[Pages, Mapping[str, str]], dict[str, Any]]) -> dict[str, Any]:
        """The page's variables, gathered once for each state of the vault."""
        query = {key: value for key, value in sorted(asked.query.items()) if key != "said"}
        key = json.dumps([asked.path, query])
        known = self._cache.get(key)
        if known is None or known[0] != self._version:
            if len(self._cache) >= _KEPT:
                self._cache.clear()
            known = self._cache[key] = (self._version, variables(self, query))
        return known[1]

    def _page(self, name: str, data: Mapping[str, Any], asked: Asked, told: Said | None, status: int = 200) -> Answer:
        back = asked.path + ("?" + _query(asked.query) if _query(asked.query) else "")
        extra = {
            "token": self.form_token,
            "page_script": SCRIPT,
            "version": self._version,
            "back": back if _BACK.fullmatch(back) else "/",
            "said": {"text": told.text, "bad": told.bad, "undo": told.undo} if told else None,
        }
        page, policy = html_page(renderer(self.work), name, {**data, **extra}, script=SCRIPT)
        return Answer(page, status, policy=policy)

    def _message(self, text: str, status: int) -> Answer:
        """A page that says why there is none; plain text where even its template is broken."""
        data = {"text": text, "status": status, "vault": self.work.root.name, "served": True}
        try:
            return self._page("message.html.j2", data, Asked("GET", "/"), None, status)
        except MdnetError:
            return Answer(text + "\n", status, "text/plain")

    def _look(self) -> None:
        """Bring the index up to date, as every command does; the daemon may have done so already."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            sync(self.work.vault, self.work.index, self.work.settings)
        self._version = f"{self.work.index.generation()}-{self.today().isoformat()}"

    # Writes

    def _write(self, asked: Asked) -> Answer:
        action = _ACTIONS.get(asked.path)
        if action is None:
            return self._message("There is nothing that can be done here.", 404)
        try:
            self._looked = float("-inf")
            self._look()
            said = action(self, asked.form)
        except MdnetError as error:
            said = Said(str(error), bad=True)
        self._looked = float("-inf")
        back = asked.form.get("back", "/")
        back = back if _BACK.fullmatch(back) else "/"
        key = secrets.token_urlsafe(9)
        if len(self._told) >= _KEPT:
            self._told.clear()
        self._told[key] = said
        return Answer(location=f"{back}{'&' if '?' in back else '?'}said={key}", status=303)

    def person(self, form: Mapping[str, str]) -> Person:
        """Whom a form means; nobody private."""
        people = serve_pages.public(self.work)[0].people
        path = form.get("path", "")
        if path in people:
            return people[path]
        return find_person(people.values(), form.get("person", ""))

    def need(self, form: Mapping[str, str]) -> Need:
        """Which need a form means; none that is private."""
        wanted = form.get("need", "")
        for need in serve_pages.public(self.work)[0].needs:
            if need.id == wanted:
                return need
        raise NotFoundError("that need is not there any more: it was reworded, or is gone")


def _query(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(key)}={quote(value)}" for key, value in query.items() if key != "said")


def _status(error: MdnetError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def _tick(pages: Pages, form: Mapping[str, str]) -> Said:
    """A button that stands for a tick: the id must be one that this week's page asks for."""
    wanted, sign = form.get("id", ""), form.get("sign", "")
    if sign not in ("x", "-"):
        raise NotFoundError("a decision is yes or no")
    data = pages.cached(Asked("GET", "/"), _PAGES["/"][1])
    for part, answers in _DECISIONS:
        for item in data[part]:
            if item["id"] == wanted:
                text = f"{item['person']}: {item.get('text') or item.get('about') or 'in touch'}"
                done = decide.decide(pages.work, wanted, "x" if sign == "x" else "-", text, pages.today())
                return Said(f"{answers[sign == '-']}: {text}", undo=done)
    raise NotFoundError("this was decided already, or its notes changed")


_DECISIONS: tuple[tuple[str, tuple[str, str]], ...] = (
    ("matches", ("Passed on", "Not useful")),
    ("more_matches", ("Passed on", "Not useful")),
    ("follow_ups", ("Helped", "Did not help")),
    ("due", ("In touch", "Not this week")),
    ("more_due", ("In touch", "Not this week")),
    ("no_need", ("In touch", "Not this week")),
    ("still_true", ("Still true", "No longer needed")),
)


def _snooze(pages: Pages, form: Mapping[str, str]) -> Said:
    days = SNOOZE_DAYS.get(form.get("for", ""), SNOOZE_DAYS["month"])
    today = pages.today()
    until = today + timedelta(days=days)
    if form.get("need"):
        need = pages.need(form)
        change = states.snooze_need(pages.work, pages.work.index.network(), need, until, today)
        told = f"{need.person}: {need.text} rests until {until.isoformat()}"
    else:
        person = pages.person(form)
        change = states.snooze_person(pages.work, person, until)
        told = f"{person.name} is not due before {until.isoformat()}"
    refresh(pages.work, change.path)
    return Said(told, undo=change.written.id)


def _state(pages: Pages, form: Mapping[str, str]) -> Said:
    need, state = pages.need(form), form.get("state", "")
    today = pages.today()
    for known in ("open", "helping", "helped", "dropped"):
        if state == known:
            change = states.set_state(pages.work, pages.work.index.network(), need, known, today)
            refresh(pages.work, change.path)
            return Said(f"{need.person}: {need.text} ({known})", undo=change.written.id)
    raise NotFoundError("a need is open, being helped with, helped or dropped")


def _record(pages: Pages, form: Mapping[str, str]) -> Said:
    """The capture box: a need of somebody's, a contact, and so on."""
    verb = next((verb for verb in VERBS if verb == form.get("verb")), None)
    text = " ".join(form.get("text", "").split())
    if verb is None or (not text and verb != "met"):
        raise NotFoundError("there is nothing to write down: the text is empty")
    person, today = pages.person(form), pages.today()
    change = capture.write_record(pages.work, [person], capture.Said(verb, text, today))
    refresh(pages.work, change.path)
    return Said(change.told, undo=change.written.id)


def _heard(pages: Pages, form: Mapping[str, str]) -> Said:
    text = " ".join(form.get("text", "").split())
    if not text:
        raise NotFoundError("there is nothing to write down: the text is empty")
    today = pages.today()
    network, veil = serve_pages.public(pages.work)
    # Asked before it is written: a passage is compared with what the vault already had.
    found = public_matches(of_text(pages.work, network, text, today=today), veil)
    change = capture.write_heard(pages.work, text, today)
    refresh(pages.work, change.path)
    names = list(dict.fromkeys(match.need.person for match in found))[:3]
    told = f"{change.told}. It may help {' and '.join(names)}" if names else change.told
    return Said(told[:1].upper() + told[1:], undo=change.written.id)


def _undo(pages: Pages, form: Mapping[str, str]) -> Said:
    wanted = form.get("id", "")
    if not wanted:
        raise NotFoundError("there is nothing to take back")
    undo(pages.work, wanted)
    return Said("Taken back")


_PAGES: dict[str, tuple[str, Callable[[Pages, Mapping[str, str]], dict[str, Any]]]] = {
    "/": ("review.html.j2", lambda pages, _query: serve_pages.week(pages.work, pages.today())),
    "/person": ("brief.html.j2", lambda pages, query: serve_pages.person(pages.work, query, pages.today())),
    "/needs": ("needs.html.j2", lambda pages, query: serve_pages.needs(pages.work, query)),
    "/search": ("search.html.j2", lambda pages, query: serve_pages.search(pages.work, query, pages.today())),
    "/stats": ("stats.html.j2", lambda pages, _query: serve_pages.figures(pages.work, pages.today())),
}
_ACTIONS: dict[str, Callable[[Pages, Mapping[str, str]], Said]] = {
    "/tick": _tick,
    "/snooze": _snooze,
    "/state": _state,
    "/record": _record,
    "/heard": _heard,
    "/undo": _undo,
}
