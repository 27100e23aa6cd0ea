from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core import urls
from mdnet.core.face import initials
from tests.corpus.payloads import PAYLOADS


@given(st.text())
def test_quoting_keeps_every_sign_and_leaves_none_that_means_something(text: str) -> None:
    quoted = urls.quote(text)
    assert quoted.isascii()
    assert not set(quoted) & set("&?#/:;=+ \"'<>\\%") - {"%"}
    assert unquote(quoted, errors="surrogateescape") == text


def test_bytes_of_a_file_name_that_are_no_text_are_kept() -> None:
    assert urls.quote("caf\udce9.md") == "caf%E9.md"
    assert urls.quote("\ud800") == "%3F"


@given(st.text(), st.text(min_size=1))
def test_an_obsidian_address_says_vault_and_note(vault: str, path: str) -> None:
    address = urls.obsidian(vault, f"{path}.md")
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("obsidian", "open")
    fields = parse_qs(parts.query, keep_blank_values=True, errors="surrogateescape")
    assert fields == {"vault": [vault], "file": [path]}


@pytest.mark.parametrize(
    ("folder", "path", "address"),
    [
        ("/home/io/My Notes", "People/Ana Ruiz.md", "file:///home/io/My%20Notes/People/Ana%20Ruiz.md"),
        ("C:/Notes", "a#b?c.md", "file:///C:/Notes/a%23b%3Fc.md"),
        ("/", "a.md", "file:///a.md"),
    ],
)
def test_a_file_address_leads_to_the_file(folder: str, path: str, address: str) -> None:
    assert urls.file_url(folder, path) == address


@pytest.mark.parametrize("text", ["ana@x.example", "a.b+c@sub.x-y.example", "zoë@exämple.se", "x@localhost"])
def test_addresses(text: str) -> None:
    assert urls.is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "ana", "@x", "ana@", "a b@x.example", "ana@x.example, joe@x.example", "Ana <ana@x.example>", "ana@x..y",
        "ana@x.example\nBcc: joe@x.example", "ana@x.example?bcc=joe", "ana@-x", ".a@x", "a..b@x", "a@x.example\x00",
        "a" * 250 + "@x.example", "a@b@c", "ana@x.example;joe", 'a"b@x', "ana@[127.0.0.1]", "ana@x_y.example_",
    ],
)  # fmt: skip
def test_no_addresses(text: str) -> None:
    assert not urls.is_address(text)
    assert urls.mailto(text) == ""


def test_a_mail_link_carries_subject_and_text() -> None:
    address = urls.mailto(" ana@x.example ", "A & B?", "one\ntwo")
    assert address == "mailto:ana@x.example?subject=A%20%26%20B%3F&body=one%0D%0Atwo"
    assert urls.mailto("ana@x.example") == "mailto:ana@x.example"
    assert urls.mailto("ana@x.example", body="é") == "mailto:ana@x.example?body=%C3%A9"


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("+49 (0) 30 / 123-45", "tel:+4903012345"), ("555-0111", "tel:5550111"), ("12", ""), ("call me 12345", ""),
        ("٣٤٥٦", ""), ("", ""),
    ],
)  # fmt: skip
def test_phone_numbers(number: str, address: str) -> None:
    assert urls.tel(number) == address


@pytest.mark.parametrize("text", ["https://x.example", "http://x.example:8080/a?b=c#d", "HTTPS://x.example/ä(b)"])
def test_web_addresses(text: str) -> None:
    assert urls.web(f" {text} ") == text


@pytest.mark.parametrize("text", [*PAYLOADS, "x.example", "ftp://x", "https://", "https://a b", "http:///x", "https:x"])
def test_no_web_address_can_do_anything(text: str) -> None:
    found = urls.web(text)
    assert found == "" or (urlsplit(found).scheme in ("http", "https") and urlsplit(found).username is None)
    assert not set(found) & set("\"'<>` \n\t")


def test_initials() -> None:
    assert [initials(name) for name in ("Ana Ruiz", "Kofi Mensah-Boyle", "Plato", "", "李明", "(x) y", "🙂")] == [
        "AR", "KB", "P", "?", "李", "Y", "?",
    ]  # fmt: skip
