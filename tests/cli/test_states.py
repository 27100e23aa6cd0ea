"""Which need is meant, by the state that it may be in; how a change is shown."""

import pytest

from mdnet.cli.context import print_diff
from mdnet.cli.states import choose_need
from mdnet.core.model import Network
from mdnet.errors import AmbiguousError, NotFoundError
from tests.samples import ANA, JOE, need

NETWORK = Network(
    needs=(
        need(ANA, "a lamp", state="helped"),
        need(JOE, "a lamp"),
        need(ANA, "a red lamp", state="dropped"),
        need(JOE, "a van", state="helping"),
    )
)


def test_a_need_in_a_fitting_state_goes_before_others() -> None:
    assert choose_need(NETWORK, "lamp", ("open", "helping"), "helped").person == "Joe Chen"
    assert choose_need(NETWORK, "a lamp", ("helped", "dropped"), "open").person == "Ana Ruiz"


def test_what_is_so_already_is_no_error() -> None:
    assert choose_need(NETWORK, "van", ("open",), "helping").person == "Joe Chen"


def test_a_closed_need_is_told_apart_from_none() -> None:
    with pytest.raises(NotFoundError, match=r"Ana Ruiz: a red lamp is dropped already; 'mdnet reopen' opens it again"):
        choose_need(NETWORK, "red", ("open", "helping"), "helped")
    with pytest.raises(NotFoundError, match="no need says 'boat'"):
        choose_need(NETWORK, "boat", ("open", "helping"), "helped")
    with pytest.raises(AmbiguousError):
        choose_need(NETWORK, "joe", (), "helped")


def test_of_long_lines_around_a_change_only_the_beginning_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    print_diff(" " + "x" * 500 + "\n+" + "y" * 500 + "\n a\u2028b\n")
    shown = capsys.readouterr().out.split("\n")
    assert [len(line) for line in shown[:2]] == [161, 501]
    assert shown[2:] == [" a\\u2028b", ""]
    print_diff("")
    assert capsys.readouterr().out == "nothing to write\n"
