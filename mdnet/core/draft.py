"""Messages to write: what each one is about, to whom and in which language. Templates make the words.

A draft leaves the vault, so it is planned from the public network only (`core.privacy`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Literal

from mdnet.core.lookup import fold
from mdnet.core.mdtext import cut, one_line
from mdnet.core.ticks import split_match_id
from mdnet.core.urls import is_address, mailto
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdnet.core.model import Need, Network, Person

Kind = Literal["pass-on", "intro", "help", "thanks", "follow-up"]
KINDS: tuple[Kind, ...] = ("pass-on", "intro", "help", "thanks", "follow-up")
Part = Literal["pass-on", "intro-ask", "intro-offer", "intro-joint", "help", "thanks", "follow-up"]
"""What a template is asked for; an introduction is three: to who needs, to who may help, and to both."""
LANGUAGES = ("en", "de", "es", "fr", "pt", "sv")
_NAMES = {
    "en": ("english", "englisch", "ingles", "anglais", "engelska"),
    "de": ("german", "deutsch", "aleman", "allemand", "alemao", "tyska"),
    "es": ("spanish", "spanisch", "espanol", "castellano", "espagnol", "spanska"),
    "fr": ("french", "franzosisch", "frances", "francais", "franska"),
    "pt": ("portuguese", "portugiesisch", "portugues", "portugais", "portugisiska"),
    "sv": ("swedish", "schwedisch", "sueco", "suedois", "svenska"),
}
_MYSELF = ("me", "myself", "ich", "yo", "moi", "eu", "jag")
_TEXT = 400
_QUOTED = re.compile(r"“.+?”(?= \(|$)|“.+”|“[^”]+$")
"""A passage in a log, as a tick has it written, up to where it tells where that stands; also one that was cut."""
_SENTENCE_END = re.compile(r"(?<=\w{3}[.!?]) |(?<=\)[.!?]) ")
_NOTE_OF_DAY = re.compile(r"\s*\(\d{4}-\d\d-\d\d\)[.!?]?$")


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to be written: `variables` is what its template gets."""

    part: Part
    to: tuple[Person, ...]
    language: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as written. `addresses` holds a mail address for each of `to`, or ""."""

    part: Part
    to: tuple[str, ...]
    addresses: tuple[str, ...]
    language: str
    subject: str
    body: str

    @property
    def href(self) -> str:
        """The address that opens it in a mail program; "" without the address of everybody."""
        if len(self.addresses) != 1:
            return ""
        return mailto(self.addresses[0], self.subject, self.body)


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about; "" and None for what does not matter to it."""

    need: str = ""
    passage: str = ""
    source: str = ""
    """A web address, or ""."""
    what: str = ""
    """What was given, or is thanked for."""
    other: Person | None = None


def language_of(person: Person, known: Sequence[str] = LANGUAGES) -> str:
    """The code, one of `known`, of the language that the person's note names (`de`, `pt-BR`, `Deutsch`); else ""."""
    for given in person.language.split(","):
        word = fold(given)
        code = word.replace("_", "-").partition("-")[0].strip()
        for language in known:
            if code == language or word in _NAMES.get(language, ()):
                return language
    return ""


def first_name(name: str) -> str:
    """What one calls a person: the first word of the name, or all of it after a title."""
    words = one_line(name).split()
    return words[0] if words and not words[0].endswith(".") else " ".join(words)


def signature(me: Person | None) -> str:
    """The user's own first name: from an alias where the note is just called `Me`; "" where it is not known."""
    return first_name(own_name(me))


def own_name(me: Person | None) -> str:
    """The user's own full name, found in the same way."""
    names = (*me.aliases, me.name) if me is not None else ()
    return next((one_line(name) for name in names if name.casefold() not in _MYSELF), "")


def plan(
    kind: Kind, person: Person, about: About, *, me: Person | None, language: str = "", known: Sequence[str] = LANGUAGES
) -> list[Draft]:
    """The messages of this kind: one, or for an introduction three (`about.other` may help `person`).

    Each is in the language of who gets it, the joint one in a language of both, else in English; `language` decides
    otherwise. Raises ValueError for an introduction without somebody else.
    """
    if kind != "intro":
        return [_draft(kind, (person,), about, about.other, me, language, known)]
    other = about.other
    if other is None:
        raise ValueError("an introduction needs two people")
    return [
        _draft("intro-ask", (person,), about, other, me, language, known),
        _draft("intro-offer", (other,), about, person, me, language, known),
        _draft("intro-joint", (person, other), about, other, me, language, known),
    ]


def gift_and_need(network: Network, person: Person, need: Need | None = None) -> tuple[str, Need | None] | None:
    """What was given last, and the need that it answers by its id, or the one that is being helped with where neither
    says another. With `need`: what was given last for that, or for none that is known. None where nothing was."""
    needs = {item.id: item for item in network.needs if item.person_path == person.path}
    gifts = [
        (item.text, pair[0] if (pair := split_match_id(item.block_id)) else "")
        for item in network.exchanges
        if item.person_path == person.path and item.verb == "gave" and item.text
    ]
    if need is not None:
        told = [text for text, answers in gifts if answers == need.id] or [
            text for text, answers in gifts if not answers
        ]
        return (told[-1], need) if told else None
    if not gifts:
        return None
    text, answers = gifts[-1]
    if answers:
        return text, needs.get(answers)
    answered = {known for _, known in gifts}
    return text, only_helping(item for item in needs.values() if item.id not in answered)


def only_helping(needs: Iterable[Need]) -> Need | None:
    """The one of `needs` that is being helped with; None where there are several."""
    helping = [need for need in needs if need.state == "helping"]
    return helping[0] if len(helping) == 1 else None


def _draft(
    part: Part,
    to: tuple[Person, ...],
    about: About,
    other: Person | None,
    me: Person | None,
    language: str,
    known: Sequence[str],
) -> Draft:
    theirs = {language_of(person, known) or "en" for person in to}
    language = language or (theirs.pop() if len(theirs) == 1 else "en")
    variables = {
        "part": part,
        "language": language,
        "name": first_name(to[0].name),
        "full_name": one_line(to[0].name),
        "other": first_name(other.name) if other else "",
        "other_full_name": one_line(other.name) if other else "",
        "other_about": _about(other) if other else "",
        "about": _about(to[0]),
        "need": _fragment(about.need),
        "passage": cut(about.passage, _TEXT),
        "source": about.source,
        "what": _fragment(_first_sentence(about.what)),
        "me": signature(me),
    }
    return Draft(part, to, language, variables)


def _about(person: Person) -> str:
    return ", ".join(filter(None, (one_line(person.role), one_line(person.company))))


def _first_sentence(text: str) -> str:
    """What was given or got; what the user noted about it after a full stop is nobody else's business, nor is in
    which note a passage stood that was passed on."""
    said = one_line(text)
    if quoted := _QUOTED.match(said):
        return re.sub(r"[ .;,]+”$", "”", quoted[0])
    return _NOTE_OF_DAY.sub("", _SENTENCE_END.split(said, maxsplit=1)[0])


def _fragment(text: str) -> str:
    """`text` as it can stand before a full stop."""
    return cut(text, _TEXT).rstrip(" .;,")


def written(draft: Draft, text: str) -> Message:
    """What a template made of `draft`: a line `Subject: ...`, then the message.

    Raises ValueError, with what is wrong, where the first line is no subject.
    """
    head, _, body = text.lstrip("\ufeff \n").partition("\n")
    label, colon, subject = head.partition(":")
    if not colon or label.strip().casefold() != "subject" or not subject.strip():
        raise ValueError(f"the first line of a draft must be 'Subject: ...', not '{cut(head, 40)}'")
    lines = [line.rstrip() for line in body.strip("\n").split("\n")]
    return Message(
        part=draft.part,
        to=tuple(one_line(person.name) for person in draft.to),
        addresses=tuple(address_of(person) for person in draft.to),
        language=draft.language,
        subject=one_line(subject),
        body="\n".join(_collapsed(lines)) + "\n",
    )


def _collapsed(lines: Iterable[str]) -> list[str]:
    """`lines` with one empty line where there were several."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def address_of(person: Person) -> str:
    """The person's first mail address that is one, without anything around it; else ""."""
    return next((text for text in (item.strip() for item in person.email) if is_address(text)), "")


def slug(text: str) -> str:
    """`text` as a part of a file's name: small letters, figures and hyphens."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    signs = "".join(
        sign if sign.isascii() and sign.isalnum() else "-" if not unicodedata.combining(sign) else "" for sign in plain
    )
    return "-".join(filter(None, signs.split("-")))[:60] or "message"
