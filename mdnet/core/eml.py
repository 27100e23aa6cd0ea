"""A message as an `.eml` file (RFC 5322) that a mail program opens as a draft."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from mdnet.errors import UnsafeTextError

if TYPE_CHECKING:
    from mdnet.core.draft import Message

# Whatever ends a line for anybody who reads headers, and what cannot be encoded.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def as_eml(message: Message, sender: str = "", sender_name: str = "") -> bytes:
    """The bytes of the file: To, Subject, the text; From where `sender` is an address.

    `X-Unsent` makes mail programs open it for writing. No date and no id: those come with sending. An address that
    is not ASCII is left out, for its mail server would have to be asked. Raises UnsafeTextError for a name or a
    subject that could begin a header of its own.
    """
    for text in (message.subject, sender_name, *message.to, *message.addresses, sender):
        if _UNSAFE.search(text):
            raise UnsafeTextError(f"{text!r} holds a line break or control sign, so no mail can be made of it")
    mail = EmailMessage(policy=SMTP)
    to = [
        Address(display_name=name, addr_spec=address)
        for name, address in zip(message.to, message.addresses, strict=True)
        if address.isascii() and address
    ]
    if to:
        mail["To"] = to
    if sender and sender.isascii():
        mail["From"] = Address(display_name=sender_name, addr_spec=sender)
    mail["Subject"] = message.subject
    mail["X-Unsent"] = "1"
    mail.set_content(message.body, charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()
