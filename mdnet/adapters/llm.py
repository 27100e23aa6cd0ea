"""A language model of the user's own, asked over HTTP: on this computer, or on one that the user named."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdnet.core.match_ask import Address

TIMEOUT = 60.0
"""Seconds to wait for an answer; the first one may wait for the model to be loaded."""
LARGEST = 1_000_000
"""Bytes of an answer that are read."""


class NoAnswerError(Exception):
    """The endpoint is not there, or answers nothing that can be read; the message says which."""


class Endpoint:
    """One address that speaks the chat-completions protocol. Redirects and proxies are never followed."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def ask(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the endpoint answers to `body`. Raises NoAnswerError."""
        where = self._address
        kind = http.client.HTTPSConnection if where.secure else http.client.HTTPConnection
        connection = kind(where.host, where.port, timeout=TIMEOUT)
        try:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            connection.request("POST", f"{where.path}/chat/completions", json.dumps(body).encode("utf-8"), headers)
            response = connection.getresponse()
            data = response.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(f"no answer ({str(error) or type(error).__name__})") from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise NoAnswerError(f"it answers {response.status} {response.reason}".rstrip())
        if len(data) > LARGEST:
            raise NoAnswerError("its answer is too long")
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise NoAnswerError("its answer is no JSON") from error
        if not isinstance(answer, dict):
            raise NoAnswerError("its answer is not that of a chat")
        return answer
