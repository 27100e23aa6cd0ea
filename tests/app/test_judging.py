"""A user's own language model: a stand-in for it answers on this computer."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.app.judging import judged
from mdnet.app.matches import of_week
from mdnet.app.review import render_page, review_values
from mdnet.core.match_ask import Address, address, counted, opinion, question, worth_asking
from mdnet.core.model import Match, Need, Passage
from tests.town import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mdnet.app.workspace import Workspace

NOTES = {
    "People/Ana Ruiz.md": "## Needs\n- [ ] an immigration lawyer who speaks Spanish ➕ 2026-10-01\n",
    "People/Vic Stone.md": "---\nprivate: true\n---\n## Needs\n- [ ] an immigration lawyer in Lima ➕ 2026-10-01\n",
    "Daily/2026-11-18.md": "- an immigration lawyer at the fair, she speaks Spanish\n- rain\n",
    "Daily/2026-10-04.md": "- planted garlic before the rain\n- soup too salty\n- the choir meets on Tuesday\n",
    "Daily/2026-10-05.md": "- read two chapters of the thriller\n- the printer eats every third page\n",
    "Daily/2026-11-19.md": "- an immigration lawyer from Lima who speaks Spanish rang me up #private\n",
}


class StandIn:
    """Answers chat completions with whatever `says` makes of the question."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.says: Callable[[str], str] = lambda _: "yes"
        self.status, self.raw = 200, b""
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stand_in.asked.append(body)
                stand_in.paths.append(self.path)
                said = stand_in.says(body["messages"][-1]["content"])
                data = stand_in.raw or json.dumps({"choices": [{"message": {"content": said}}]}).encode()
                self.send_response(stand_in.status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    server.close()


def opened(opener: Callable[[dict[str, str]], Workspace], url: str, told: list[str]) -> Workspace:
    settings = f'matching = "none"\n[judge]\nurl = "{url}"\nmodel = "tiny"\n'
    return replace(opener({**NOTES, "mdnet.toml": settings}), notice=told.append)


def week(work: Workspace) -> list[Match]:
    return of_week(work, work.index.network(), [], since=None, today=TODAY)  # type: ignore[arg-type]


def test_the_best_are_judged_and_the_page_says_so(
    opener: Callable[[dict[str, str]], Workspace], stand_in: StandIn
) -> None:
    told: list[str] = []
    work = opened(opener, stand_in.url, told)
    found = {match.passage.text: match for match in week(work) if match.judged_by}
    assert [match.judged_by for match in found.values()] == ["tiny"]
    assert stand_in.paths == ["/v1/chat/completions"]
    assert stand_in.asked[0]["model"] == "tiny"
    assert "an immigration lawyer who speaks Spanish" in stand_in.asked[0]["messages"][-1]["content"]
    assert "· judged by tiny" in render_page(work, review_values(work, TODAY))
    assert len(stand_in.asked) == 1  # it is remembered
    assert told == []


def test_nothing_private_is_ever_sent(opener: Callable[[dict[str, str]], Workspace], stand_in: StandIn) -> None:
    work = opened(opener, stand_in.url, [])
    assert any(match.passage.private or match.need.private for match in week(work))
    sent = json.dumps(stand_in.asked)
    assert "rang me up" not in sent
    assert "lawyer in Lima" not in sent


def test_a_no_takes_away_and_a_yes_adds(opener: Callable[[dict[str, str]], Workspace], stand_in: StandIn) -> None:
    (match,) = worth_asking(
        [match for match in week(opened(opener, stand_in.url, [])) if "fair" in match.passage.text and match.judged_by]
    )
    plain = replace(match, score=1.0, probability=0.5, judged_by="")
    assert counted(plain, True, "x").score > 1.5
    assert counted(plain, False, "x").score < 0.5
    assert counted(plain, False, "x").probability == pytest.approx(0.119, abs=0.001)


@pytest.mark.parametrize(
    ("status", "raw", "said"),
    [
        (500, b"", "it answers 500"),
        (302, b"", "it answers 302"),
        (200, b"<html>", "its answer is no JSON"),
        (200, b"[]", "its answer is not that of a chat"),
        (200, b'{"choices": []}', "it says neither yes nor no"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(
    opener: Callable[[dict[str, str]], Workspace], stand_in: StandIn, status: int, raw: bytes, said: str
) -> None:
    stand_in.status, stand_in.raw = status, raw
    told: list[str] = []
    found = week(opened(opener, stand_in.url, told))
    assert found
    assert not any(match.judged_by for match in found)
    assert len(told) == 1
    assert told[0].startswith(f"{stand_in.url}: {said}")
    assert len(stand_in.asked) == 1


def test_nobody_there(opener: Callable[[dict[str, str]], Workspace], stand_in: StandIn) -> None:
    stand_in.close()
    told: list[str] = []
    assert week(opened(opener, stand_in.url, told))
    assert len(told) == 1
    assert "no answer" in told[0]


def test_off_by_default(opener: Callable[[dict[str, str]], Workspace], stand_in: StandIn) -> None:
    work = opener({**NOTES, "mdnet.toml": 'matching = "none"\n'})
    found = week(work)
    assert judged(work, work.index.network(), found) == found
    assert not any(match.judged_by for match in found)
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("url", "hosts", "expected"),
    [
        ("http://localhost:11434/v1/", (), Address(False, "localhost", 11434, "/v1")),
        ("https://127.0.0.2/v1", (), Address(True, "127.0.0.2", None, "/v1")),
        ("http://[::1]:8080", (), Address(False, "::1", 8080, "")),
        ("http://NAS.example/v1", ("nas.example",), Address(False, "nas.example", None, "/v1")),
    ],
)
def test_who_may_be_asked(url: str, hosts: tuple[str, ...], expected: Address) -> None:
    assert address(url, hosts) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://nas.example/v1",
        "http://localhost.example/v1",
        "http://192.168.1.5:11434/v1",
        "http://127.0.0.1@nas.example/v1",
        "http://localhost:1@nas.example/",
        "http://nas.example#@localhost/",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1/v1\r\nHost: x",
        "ftp://localhost/v1",
        "file:///etc/passwd",
        "localhost:11434",
        "",
    ],
)
def test_who_may_not_be_asked(url: str) -> None:
    assert isinstance(address(url, ("other.example",)), str)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("yes", True),
        ("No.", False),
        ("<think>no, wait, yes or no?</think>\nYes", True),
        ("<think>it might, yes", None),
        ("yes and no", None),
        ("perhaps", None),
        (None, None),
        (7, None),
    ],
)
def test_reading_an_answer(said: object, expected: bool | None) -> None:
    assert opinion({"choices": [{"message": {"content": said}}]}) is expected


@pytest.mark.parametrize("answer", [{}, {"choices": None}, {"choices": [3]}, {"choices": [{"message": "yes"}]}])
def test_an_answer_of_another_form(answer: dict[str, Any]) -> None:
    assert opinion(answer) is None


def test_a_question_is_cut_and_names_the_model_where_there_is_one() -> None:
    need = Need("n", "Ana", "", "x" * 9000, "open", "a.md", 1)
    match = Match(need, Passage("b.md", 1, "y" * 9000), 1.0)
    assert len(json.dumps(question(match, "m"))) < 5000
    assert "model" not in question(match, "")
