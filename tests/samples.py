"""An invented network of ten people, as values, in the week of 16 to 22 November 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mdnet.core.identity import need_id
from mdnet.core.model import Exchange, Helper, Match, Need, Network, Passage, Person

TODAY = date(2026, 11, 20)
SINCE = date(2026, 11, 15)


def person(name: str, **fields) -> Person:
    return Person(path=fields.pop("path", f"People/{name}.md"), name=name, **fields)


def need(who: Person, text: str, created: date | None = date(2026, 11, 2), **fields) -> Need:
    return Need(
        id=need_id(who.name, text, fields.get("block_id")),
        person=who.name,
        person_path=who.path,
        text=text,
        state=fields.pop("state", "open"),
        path=fields.pop("path", who.path),
        line=fields.pop("line", 12),
        created=created,
        **fields,
    )


def exchange(verb: str, who: Person, day: date, text: str = "", **fields) -> Exchange:
    return Exchange(verb, who.name, who.path, day, "line", text, who.path, fields.pop("line", 20), **fields)


def passage(text: str, path: str, day: date | None = None, **fields) -> Passage:
    return Passage(path=path, line=fields.pop("line", 3), text=text, date=day, **fields)


def match(needed: Need, seen: Passage, *words: str, score: float = 1.4, new: bool = True) -> Match:
    marks = []
    for word in words:
        at = seen.text.casefold().find(word.casefold())
        if at >= 0:
            marks.append((at, at + len(word)))
    return Match(needed, seen, score, words, tuple(sorted(marks)), new)


ME = person("Me", path="Me.md", is_me=True)
ANA = person("Ana Ruiz", company="Harbor Freight Lines", role="COO", cadence_days=30)
JOE = person("Joe Chen", company="Chen Legal", role="immigration attorney", cadence_days=60)
MEI = person("Mei Tanaka", role="baker", cadence_days=90)
OLU = person("Olu Adeyemi", company="Nightjar", role="founder")
PIA = person("Pia Lindqvist", role="teacher", cadence_days=0)
RAJ = person("Raj Patel", company="Patel & Sons", role="haulier")
SAM = person("Sam Whitcombe", private=True, cadence_days=14)
TOM = person("Tom O'Hara", role="carpenter", cadence_days=7, snooze=date(2026, 12, 1))
UMA = person("Uma Novak", role="nurse")
VIC = person("Vic Moreau", cadence_days=30)
PEOPLE = (ANA, JOE, MEI, OLU, PIA, RAJ, SAM, TOM, UMA, VIC)

LEAD = need(ANA, "a warehouse operations lead in Ohio", date(2026, 11, 17), priority=1)
DOCK = need(ANA, "a cheaper dock scheduling tool", date(2026, 5, 4))
OVEN = need(MEI, "a second-hand deck oven", date(2026, 9, 1), due=date(2026, 11, 28))
VISA = need(OLU, "a lawyer for a founder's visa", date(2026, 10, 20))
VISA_TOO = need(RAJ, "a lawyer for a visa, founder", date(2026, 10, 25))
TRUCK = need(RAJ, "drivers for the night tour", date(2026, 6, 1), state="helping")
QUIET = need(SAM, "a new job before spring", date(2026, 3, 1))
SHOP = need(UMA, "a babysitter on Thursdays", date(2026, 8, 1), not_before=date(2027, 1, 1))
DONE = need(UMA, "a used bicycle", date(2026, 2, 1), state="helped")
GONE = need(VIC, "a flat in Lyon", date(2026, 2, 1), state="dropped")
ADVISOR = need(ME, "a tax advisor who knows freelancers", date(2026, 10, 1), due=date(2026, 12, 1))

FREIGHT = passage(
    "FreightCo closes its Columbus hub; the whole warehouse operations team in Ohio is looking.",
    "Daily/2026-11-19.md",
    date(2026, 11, 19),
)
BAKERY = passage(
    "The bakery on Mill Street shuts at Christmas and sells everything, a three-deck oven too.",
    "Clippings/Pizzeria closes, everything must go.md",
    date(2026, 11, 18),
    source="https://example.org/pizzeria",
)
ATTORNEY = passage(
    "Met an attorney who does nothing but O-1 visas for founders.", "Daily/2026-11-10.md", date(2026, 11, 10)
)
SECRET = passage("Nightjar is hiring, quietly.", "Daily/2026-11-18.md", date(2026, 11, 18), private=True)

LEAD_MATCH = match(LEAD, FREIGHT, "warehouse", "operations", "Ohio", score=2.1)
OVEN_MATCH = match(OVEN, BAKERY, "deck", "oven", score=1.6)
VISA_MATCH = replace(match(VISA, ATTORNEY, "attorney", "visas"), why=("attorney ~ lawyer", "visa"), new=False)
QUIET_MATCH = match(QUIET, SECRET, "hiring", score=1.2)
MATCHES = (LEAD_MATCH, OVEN_MATCH, VISA_MATCH, QUIET_MATCH)

HELPERS = (
    Helper(VISA, JOE, 1.8, ("immigration attorney ~ lawyer",)),
    Helper(OVEN, TOM, 1.1, ("oven",)),
    Helper(ADVISOR, JOE, 1.5, ("freelancers",)),
    Helper(ADVISOR, VIC, 1.2, ("tax",)),
)

EXCHANGES = (
    exchange("met", PIA, date(2026, 1, 10), "school fair"),
    exchange("gave", VIC, date(2026, 2, 1), "an introduction to Lea"),
    exchange("gave", VIC, date(2026, 4, 1), "feedback on the pitch"),
    exchange("gave", VIC, date(2026, 6, 1), "the flat list"),
    exchange("gave", VIC, date(2026, 8, 1), "a reference"),
    exchange("asked", JOE, date(2026, 8, 20), "a look at my contract"),
    exchange("got", JOE, date(2026, 8, 25), "the contract, marked up"),
    exchange("asked", JOE, date(2026, 9, 30), "for a referral"),
    exchange("met", ANA, date(2026, 10, 1), "coffee, she opens a second hub"),
    exchange("met", UMA, date(2026, 10, 5), "concert"),
    exchange("gave", RAJ, date(2026, 11, 3), "the job fair at the union hall", block_id=f"m-{TRUCK.id}-0123abcd"),
    exchange("met", SAM, date(2026, 10, 20), "walk", private=True),
)

NETWORK = Network(
    people={who.path: who for who in PEOPLE},
    me=ME,
    needs=(LEAD, DOCK, OVEN, VISA, VISA_TOO, TRUCK, QUIET, SHOP, DONE, GONE, ADVISOR),
    exchanges=EXCHANGES,
)
