from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.cues import Cues, cues
from mdnet.core.languages import guess_language
from mdnet.core.terms import stems, terms


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("someone who knows the port authority", "english"),
        ("eine Wohnung für die Tochter, die nach Leipzig zieht", "german"),
        ("un contador que entienda de camiones y no sea caro", "spanish"),
        ("un appartement pour trois mois dans le centre", "french"),
        ("uma casa para alugar perto do mar, não muito cara", "portuguese"),
        ("en lägenhet som inte är för dyr, med balkong", "swedish"),
        ("un idraulico che venga anche di domenica, non lontano", "italian"),
        ("een huis dat niet te duur is, met tuin", "dutch"),
        ("квартира в центре города", "russian"),
        ("kayak storage", "english"),
        ("", "english"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_stop_words_and_stems() -> None:
    assert stems("someone who is looking for a warehouse lead") == ["warehous", "lead"]
    assert stems("die Wohnungen und das Haus") == ["flat", "hous"]
    assert stems("asunto on kallis") == ["asunto", "kalli"]
    assert stems("Kälviä") == stems("Kalvia")
    assert stems("Ana's lawyers’") == ["ana", "lawyer"]


def test_scripts_without_spaces_become_pairs() -> None:
    assert stems("변호사를") == ["변호", "호사", "사를"]
    assert stems("집") == ["집"]


def test_places_of_terms() -> None:
    text = "A lawyer, 東京 office"
    assert [text[term.start : term.end] for term in terms(text)] == ["lawyer", "東京", "office"]


def test_chinese_and_japanese_are_told_apart() -> None:
    assert guess_language("移民弁護士") == guess_language("自転車") == guess_language("ピアノの先生") == "japanese"
    assert guess_language("找一个会修自行车的人") == guess_language("二手鋼琴") == "chinese"
    assert guess_language("변호사") == "unspaced"


@given(st.text(max_size=200))
def test_places_are_inside(text: str) -> None:
    for term in terms(text):
        assert 0 <= term.start < term.end <= len(text)
        assert term.stem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("they sold it last week", Cues(gone=True)),
        ("Had Colin do it, he used to be cheap", Cues(gone=True)),
        ("Das Büro ist verkauft", Cues(gone=True)),
        ("she doesn't take interns", Cues(refused=True)),
        ("el almacén no acepta kayaks", Cues(refused=True)),
        ("still no luck with the lawyer", Cues(wanted=True)),
        ("Farid is also looking for one", Cues(wanted=True)),
        ("runs a small warehouse with room to spare", Cues()),
    ],
)
def test_cues(text: str, expected: Cues) -> None:
    assert cues(text) == expected
    assert cues(f"{text}. " + "and then some more of it " * 10) == Cues()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("dog sitter", "english"),
        ("die casting partner", "english"),
        ("van driver", "english"),
        ("plus size model", "english"),
        ("ein Anwalt", "german"),
        ("sucht jemanden, der die Heizung repariert", "german"),
        ("un vélo cargo d'occasion", "french"),
        ("l'avocat", "french"),
        ("la casa", "spanish"),
    ],
)
def test_a_word_that_english_has_too_tells_little(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_what_is_elided_is_a_word_of_its_own() -> None:
    assert set(stems("un vélo cargo d'occasion")) <= set(stems("Les voisins vendent le vélo cargo d’occasion"))
    (term,) = terms("l'avocat")
    assert (term.start, term.end) == (2, 8)
    assert stems("don't walk o'clock") == stems("walk o'clock")
