"""Have a language model of the user's own judge the best few matches, where `[judge]` in `mdnet.toml` names one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mdnet.adapters.llm import Endpoint, NoAnswerError
from mdnet.core.hashing import blake2b
from mdnet.core.match_ask import address, counted, opinion, question, worth_asking
from mdnet.core.match_distinct import order
from mdnet.core.privacy import Veil, public_matches
from mdnet.errors import IndexUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Match, Network
    from mdnet.core.settings import Judge

OPINIONS = "opinions"
"""What the model said is kept in the index with the passage's note, so that it is asked once."""
PATIENCE = 180.0
"""Seconds after which nothing more is asked; the next run goes on."""
_SAID = {b"yes": True, b"no": False}


def judged(work: Workspace, network: Network, matches: Sequence[Match]) -> list[Match]:
    """`matches` with the model's opinion counted for the best of them, best first; as they are where there is none.

    It is never told of anything private. Of a model that does not answer one line is said.
    """
    judge = work.settings.judge
    where = address(judge.url, judge.hosts) if judge.url else ""
    if isinstance(where, str):
        return list(matches)
    asked = worth_asking(public_matches(matches, Veil(network)))
    kept = {key: value for path in {match.passage.path for match in asked}
            for _, key, value in work.index.derived(OPINIONS, path)}  # fmt: skip
    endpoint = Endpoint(where)
    ends = time.monotonic() + PATIENCE
    fresh: list[tuple[str, str, bytes]] = []
    opinions: dict[str, bool] = {}
    fault = ""
    for match in asked:
        key = _key(judge, match)
        said = _SAID.get(kept.get(key, b""))
        if said is None and not fault and time.monotonic() < ends:
            try:
                said = opinion(endpoint.ask(question(match, judge.model)))
                fault = "" if said is not None else "it says neither yes nor no"
            except NoAnswerError as error:
                fault = str(error)
            if said is not None:
                fresh.append((match.passage.path, key, b"yes" if said else b"no"))
        if said is not None:
            opinions[match.id] = said
    _keep(work, fresh)
    if fault and work.notice is not None:
        work.notice(f"{judge.url}: {fault}; the matches are not judged by it")
    found = [counted(match, opinions[match.id], judge.name) if match.id in opinions else match for match in matches]
    return sorted(found, key=order)


def described(judge: Judge) -> str:
    """One phrase for `mdnet status`."""
    return f"{judge.name} at {judge.url}" if judge.url else "no model of your own"


def _key(judge: Judge, match: Match) -> str:
    said = repr((judge.url, judge.model, match.need.text, match.passage.text))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def _keep(work: Workspace, fresh: Sequence[tuple[str, str, bytes]]) -> None:
    if not fresh:
        return
    try:
        with work.index.writing():
            work.index.put_derived(OPINIONS, fresh)
    except IndexUnavailableError:
        return
