from dataclasses import replace

import pytest

from mdnet.core.model import Network
from mdnet.core.privacy import Veil, public_matches, public_network
from tests.samples import LEAD_MATCH, NETWORK, SAM, UMA, person


def veil(*people) -> Veil:
    return Veil(Network({who.path: who for who in people}))


SECRET = person("Zoë Lee", private=True, aliases=("Zo", "李明", "J. R."))


@pytest.mark.parametrize(
    "text",
    [
        "saw Zoë Lee today", "ZOË LEE", "zoe lee's boat", "Zoë\nLee", "Zoë\u00a0 Lee", "Zoe\u0308 Lee", "(Zoë Lee)",
        "我见了李明吃饭", "J. R. called",
    ],
)  # fmt: skip
def test_a_private_name_is_known_in_any_spelling(text: str) -> None:
    assert veil(SECRET).hides(text)
    assert veil(SECRET).hides("nothing", text)


@pytest.mark.parametrize("text", ["", "Zoë", "Lee", "Zoë Leeds", "the zoo", "J. Rest", "明李"])
def test_other_words_are_not(text: str) -> None:
    assert not veil(SECRET).hides(text)


def test_nobody_private_hides_nothing() -> None:
    assert not veil(UMA).hides("Uma Novak")


def test_what_others_properties_say_of_somebody_private_is_left_out() -> None:
    known = dict(NETWORK.people)
    known[UMA.path] = replace(
        UMA, company="Sam Whitcombe & Co", role="nurse", relation="sister of sam  whitcombe",
        email=("uma@x.example", "sam whitcombe@x.example"), aliases=("U. Novak", "Mrs Sam Whitcombe"),
    )  # fmt: skip
    public = public_network(replace(NETWORK, people=known)).people
    assert SAM.path not in public
    uma = public[UMA.path]
    assert (uma.company, uma.role, uma.relation) == ("", "nurse", "")
    assert (uma.email, uma.aliases) == (("uma@x.example",), ("U. Novak",))


def test_a_match_is_kept_back_for_a_private_name_around_its_passage() -> None:
    seen = replace(LEAD_MATCH, passage=replace(LEAD_MATCH.passage, context="with Sam Whitcombe"))
    hidden = Veil(NETWORK)
    assert public_matches([LEAD_MATCH, seen], hidden) == [LEAD_MATCH]


@pytest.mark.parametrize("before", [("Sam Whitcombe sells his boat",), ("S. sells his boat", "Sam Whitcombe")])
def test_a_match_is_shown_without_a_line_before_it_that_names_somebody_private(before: tuple[str, ...]) -> None:
    seen = replace(LEAD_MATCH, passage=replace(LEAD_MATCH.passage, before=before))
    assert public_matches([seen], veil(SAM)) == [LEAD_MATCH]
    assert public_matches([seen], veil(UMA)) == [seen]
