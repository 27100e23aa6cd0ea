import email
from dataclasses import replace
from datetime import date
from email.policy import default

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.adapters.resources import templates_dir
from mdnet.core.draft import (
    KINDS,
    LANGUAGES,
    About,
    Message,
    first_name,
    gift_and_need,
    language_of,
    own_name,
    plan,
    signature,
    slug,
    written,
)
from mdnet.core.eml import as_eml
from mdnet.core.model import Exchange, Need, Network
from mdnet.errors import UnsafeTextError
from tests.corpus.payloads import PAYLOADS
from tests.samples import ANA, JOE, ME, UMA, exchange, need, person

ABOUT = About(
    need="a tutor for physics",
    passage="A student offers lessons.",
    source="https://x.example/a",
    what="a book",
    other=JOE,
)
ENV = jinja2.Environment(
    loader=jinja2.FileSystemLoader(templates_dir()),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def render(item) -> Message:
    return written(item, ENV.get_template(f"draft.{item.language}.md.j2").render(item.variables))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
def test_every_message_in_every_language_is_whole(language: str, kind, full: bool) -> None:
    about = ABOUT if full else About(other=JOE if kind == "intro" else None)
    me = person("Me", aliases=("Io Vane",)) if full else None
    for item in plan(kind, replace(ANA, role="", company="") if not full else ANA, about, me=me, language=language):
        message = render(item)
        assert message.language == language
        assert 3 < len(message.subject) < 90
        assert message.body.split("\n")[0].rstrip(",:").endswith(first_name(message.to[-1]))
        for wrong in ("{", "}", "  ", "\n\n\n", " .", " ,", "None", "()", ": ."):
            assert wrong not in message.body.replace(" :", ":").replace(" ?", "?"), (language, item.part, wrong)
        assert message.body.endswith("Io\n") == full
        assert message.body.count("\n\n") >= 2
        if full and item.part not in ("help", "thanks"):
            assert "a tutor for physics" in message.body
        if item.part == "pass-on":
            assert ("> A student offers lessons." in message.body) == full
            assert ("https://x.example/a" in message.body) == full


def test_an_introduction_asks_both_before_it_shares_anything() -> None:
    ana, joe = replace(ANA, email=("ana@x.example",)), replace(JOE, email=("joe@x.example",), language="sv")
    ask, offer, joint = map(render, plan("intro", ana, replace(ABOUT, other=joe), me=ME))
    assert (ask.to, offer.to, joint.to) == (("Ana Ruiz",), ("Joe Chen",), ("Ana Ruiz", "Joe Chen"))
    assert (ask.language, offer.language, joint.language) == ("en", "sv", "en")
    assert "joe@x.example" not in ask.subject + ask.body
    assert "ana@x.example" not in offer.subject + offer.body
    assert joint.addresses == ("ana@x.example", "joe@x.example")
    assert (bool(ask.href), bool(joint.href)) == (True, False)
    with pytest.raises(ValueError, match="two people"):
        plan("intro", ANA, About(), me=ME)


def test_two_with_one_language_are_introduced_in_it() -> None:
    pair = [replace(who, language="de") for who in (ANA, JOE)]
    assert plan("intro", pair[0], About(other=pair[1]), me=ME)[2].language == "de"
    assert {item.language for item in plan("intro", pair[0], About(other=pair[1]), me=ME, language="fr")} == {"fr"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("de", "de"), ("DE", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("Deutsch", "de"), ("german", "de"),
        ("Español", "es"), ("français", "fr"), ("Svenska", "sv"), ("português, english", "pt"), ("English", "en"),
        ("klingon, es", "es"), ("klingon", ""), ("", ""), ("design", ""),
    ],
)  # fmt: skip
def test_the_language_in_the_note_is_understood(said: str, code: str) -> None:
    assert language_of(replace(ANA, language=said)) == code


def test_a_language_that_the_user_added_is_known() -> None:
    assert language_of(replace(ANA, language="it"), (*LANGUAGES, "it")) == "it"


def test_names_as_one_says_them() -> None:
    assert [first_name(name) for name in ("Ana Ruiz", "Plato", "Dr. Ana Ruiz", "")] == [
        "Ana",
        "Plato",
        "Dr. Ana Ruiz",
        "",
    ]
    assert own_name(person("Me", aliases=("me", "Io Vane"))) == "Io Vane"
    assert signature(person("Ishbel Carrow")) == "Ishbel"
    assert signature(person("Me")) == signature(None) == ""


def test_what_the_user_noted_behind_a_full_stop_stays_out() -> None:
    about = About(what="a letter, two pages. He was in a mood.")
    assert plan("thanks", ANA, about, me=ME)[0].variables["what"] == "a letter, two pages"
    assert plan("thanks", ANA, About(what="lunch with Dr. Wu"), me=ME)[0].variables["what"] == "lunch with Dr. Wu"


def test_a_template_must_begin_with_a_subject() -> None:
    item = plan("help", ANA, About(), me=ME)[0]
    for text in ("", "Hello", "Subject:", "Subject:  \nx", "Re: x"):
        with pytest.raises(ValueError, match="Subject"):
            written(item, text)
    message = written(item, "\n\n subject: A  line \n\n\n\none\n\n\n\ntwo  \n\n\n")
    assert (message.subject, message.body) == ("A line", "one\n\ntwo\n")


# As a file


def message(**fields) -> Message:
    return replace(
        Message("help", ("Ana Ruiz",), ("ana@x.example",), "en", "How are you?", "Hi Ana,\n\nall well?\n"), **fields
    )


def parsed(data: bytes):
    return email.message_from_bytes(data, policy=default)


def test_a_mail_opens_as_a_draft() -> None:
    mail = parsed(as_eml(message(subject="Für dich: ½"), "io@x.example", "Io Vane"))
    assert mail["Subject"] == "Für dich: ½"
    assert str(mail["To"]) == "Ana Ruiz <ana@x.example>"
    assert str(mail["From"]) == "Io Vane <io@x.example>"
    assert mail["X-Unsent"] == "1"
    assert mail["Date"] is mail["Message-ID"] is None
    assert mail.get_content().replace("\r\n", "\n") == "Hi Ana,\n\nall well?\n"
    assert mail.defects == []


def test_without_an_address_the_line_is_left_for_the_user() -> None:
    assert parsed(as_eml(message(addresses=("",))))["To"] is None
    assert parsed(as_eml(message(addresses=("zoë@x.example",))))["To"] is None
    both = message(to=("Ana", "Joe"), addresses=("ana@x.example", ""))
    assert str(parsed(as_eml(both))["To"]) == "Ana <ana@x.example>"


BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\x00", "\ud800"]


@pytest.mark.parametrize("sign", BREAKS, ids=ascii)
def test_no_name_or_subject_begins_a_header(sign: str) -> None:
    evil = f"Ana{sign}Bcc: joe@x.example"
    for hostile in (message(subject=evil), message(to=(evil,)), message(addresses=(evil,))):
        with pytest.raises(UnsafeTextError, match="no mail"):
            as_eml(hostile)
    with pytest.raises(UnsafeTextError, match="no mail"):
        as_eml(message(), "io@x.example", evil)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=400))
def test_whatever_a_mail_says_it_has_its_own_headers_only(name: str, subject: str, body: str) -> None:
    try:
        data = as_eml(message(to=(name,), subject=subject, body=body.encode("utf-8", "replace").decode()))
    except UnsafeTextError:
        return
    mail = parsed(data)
    assert {key.lower() for key in mail} <= {
        "to", "subject", "x-unsent", "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip
    assert [item.addr_spec for item in mail["To"].addresses] == ["ana@x.example"]


def test_no_payload_gets_out_of_a_message() -> None:
    for payload in PAYLOADS:
        who = person(payload, email=("a@x.example",), role=payload)
        for item in plan("intro", who, About(payload, payload, payload, payload, JOE), me=ME):
            made = render(item)
            assert "\n" not in made.subject
            assert {key.lower() for key in parsed(as_eml(made))} & {"bcc", "cc", "reply-to"} == set()


@given(st.text())
def test_a_file_name_is_plain(text: str) -> None:
    name = slug(text)
    assert name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(name) <= 60


def test_a_file_name_can_be_read() -> None:
    assert slug("Inés Cabrera Luna") == "ines-cabrera-luna"
    assert slug("Straße/../x") == "strasse-x"
    assert slug("李明") == "message"


RUDDER, SAIL = need(UMA, "a rudder", state="helping"), need(UMA, "a sail", state="helping")


def gave(text: str, answers: Need | None, day: int) -> Exchange:
    block = f"m-{answers.id}-00000000" if answers else None
    return exchange("gave", UMA, date(2026, 11, day), text, block_id=block)


@pytest.mark.parametrize(
    ("needs", "gifts", "wanted", "expected"),
    [
        # The quote and the need that it answers belong together, whichever need comes first.
        ([RUDDER, SAIL], [gave("the old sail", SAIL, 2)], None, ("the old sail", SAIL)),
        ([RUDDER, SAIL], [gave("the old sail", SAIL, 2), gave("a tiller", RUDDER, 1)], None, ("a tiller", RUDDER)),
        ([RUDDER, SAIL], [gave("a tiller", RUDDER, 1), gave("the old sail", SAIL, 2)], RUDDER, ("a tiller", RUDDER)),
        ([RUDDER], [gave("the old sail", SAIL, 2)], None, ("the old sail", None)),
        ([RUDDER, SAIL], [gave("a book", None, 2)], None, ("a book", None)),
        ([RUDDER], [gave("a book", None, 2)], None, ("a book", RUDDER)),
        ([RUDDER], [gave("a tiller", RUDDER, 1), gave("a book", None, 2)], None, ("a book", None)),
        ([RUDDER, SAIL], [gave("a book", None, 2)], SAIL, ("a book", SAIL)),
        ([RUDDER, SAIL], [gave("a tiller", RUDDER, 2)], SAIL, None),
        ([RUDDER], [], None, None),
    ],
)
def test_a_follow_up_asks_of_what_was_given_for_that_need(
    needs: list[Need], gifts: list[Exchange], wanted: Need | None, expected: tuple[str, Need | None] | None
) -> None:
    known = Network(people={UMA.path: UMA}, needs=tuple(needs), exchanges=tuple(gifts))
    assert gift_and_need(known, UMA, wanted) == expected


@pytest.mark.parametrize(
    ("logged", "told"),
    [
        ("“Gwen: one Albert, in 1951. A niece writes.” (2026-11-14)", "“Gwen: one Albert, in 1951. A niece writes”"),
        ("“Velas, en Pasaia” (Velas de algodón, 12 Nov 2026)", "“Velas, en Pasaia”"),
        ("“He said “no” twice” (2026-11-14). He was rude", "“He said “no” twice”"),
        ("“Gwen: one Albert, in 1951. A nie…", "“Gwen: one Albert, in 1951. A nie…"),
        ("“Gwen” (2026-11-14) and I lied about “Joe”", "“Gwen”"),
        ("the article (2026-11-01)", "the article"),
        ("the article (2026-11-01). Never read it", "the article"),
        ("the book (2nd edition). Never read it", "the book (2nd edition)"),
        ("the book (2nd edition) from 2026-11-01", "the book (2nd edition) from 2026-11-01"),
    ],
)
def test_where_something_was_noted_is_nobody_elses_business(logged: str, told: str) -> None:
    (follow_up,) = plan("follow-up", ANA, About(what=logged), me=ME)
    assert follow_up.variables["what"] == told
