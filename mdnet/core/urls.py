"""Addresses that a page may link to: every part quoted, and nothing but the schemes meant here."""

from __future__ import annotations

import re

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_WEB = re.compile(
    r"https?://[^\s/?#\\@<>\"'`{}|^\x00-\x20\x7f-\x9f]+(?:[/?#][^\s<>\"'`\x00-\x20\x7f-\x9f]*)?", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*"
)
MAX_ADDRESS = 254
"""Characters of a mail address (RFC 5321, 4.5.3.1.3, less the angle brackets)."""


def quote(text: str, keep: str = "") -> str:
    """`text` percent-encoded as UTF-8 (RFC 3986, 2.1), but for unreserved signs and those in `keep`.

    Bytes of a file name that are no UTF-8, which Python has as lone surrogates, are encoded as the bytes they were.
    """
    kept = _PLAIN | frozenset(keep.encode("ascii"))
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in data)


def obsidian(vault: str, path: str) -> str:
    """The address that opens the note at `path` in Obsidian's vault of that name."""
    return f"obsidian://open?vault={quote(vault)}&file={quote(path.removesuffix('.md'))}"


def file_url(folder: str, path: str = "") -> str:
    """The `file:` address (RFC 8089) of `path` in `folder`, an absolute path with `/`, on Windows too: `C:/...`."""
    whole = f"{folder.rstrip('/')}/{path}" if path else folder
    return "file://" + quote(whole if whole.startswith("/") else "/" + whole, "/:")


def is_address(text: str) -> bool:
    """Whether `text` is one plain mail address: no name, no list, nothing that could begin another header."""
    return len(text) <= MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


def mailto(address: str, subject: str = "", body: str = "") -> str:
    """A `mailto:` address (RFC 6068), or "" where `address` is no single address."""
    address = address.strip()
    if not is_address(address):
        return ""
    body = body.replace("\n", "\r\n")  # RFC 6068, 5
    fields = [f"{name}={quote(text)}" for name, text in (("subject", subject), ("body", body)) if text]
    return f"mailto:{quote(address, '@')}" + ("?" + "&".join(fields) if fields else "")


def tel(number: str) -> str:
    """A `tel:` address, or "" where that is no number."""
    digits = "".join(sign for sign in number if sign.isascii() and sign.isdigit())
    if len(digits) < 3 or any(sign.isalpha() for sign in number):
        return ""
    return "tel:" + ("+" if number.strip().startswith("+") else "") + digits


def web(address: str) -> str:
    """`address` where it is a web address (http, https) without a user's name in it; else ""."""
    text = address.strip()
    return text if _WEB.fullmatch(text) else ""
