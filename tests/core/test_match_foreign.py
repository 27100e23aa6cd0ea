"""A model that reads English only: of other languages it says that everything is near to everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mdnet.core.match import rank
from mdnet.core.match_foreign import languages_of, read_by_model
from mdnet.core.match_score import Read
from tests.core.test_match import TODAY, need, ordinary, passage


class Everything:
    """Whatever it is asked, is fairly near and helps."""

    name = "everything"
    judge_width = 0
    simpler = None

    def needs(self, texts: Any) -> Any:
        return np.array([[1.0, 0.0]] * len(texts), dtype=np.float32).reshape(len(texts), 2)

    def passages(self, texts: Any) -> Any:
        return np.array([[0.6, 0.8]] * len(texts), dtype=np.float32).reshape(len(texts), 2)

    words = needs

    def judge(self, pairs: Any) -> Any:
        assert all(text.isascii() for pair in pairs for text in pair), "nobody asks what it cannot read"
        return np.array([5.0] * len(pairs), dtype=np.float32)


@pytest.mark.parametrize(
    ("wanted", "noise"),
    [
        ("eine Wohnung für die Tochter in Köln", "Der Zug nach Bonn hatte schon wieder zwei Stunden Verspätung"),
        ("un vélo pour les deux filles d'une amie", "Il a plu tout le week-end à Nantes et les enfants étaient là"),
        ("上海的房产律师", "今天开会开了三个小时"),
        ("中古の自転車", "駅前のカフェでケーキを食べた"),
        ("подержанный велосипед", "вчера весь день шёл дождь"),
    ],
)
def test_no_noise_in_other_languages(wanted: str, noise: str) -> None:
    pool = [*ordinary(), passage(noise, "Daily/2026-11-18.md")]
    found = rank([need(wanted)], pool, today=TODAY, floor=0.0, model=Everything())
    assert [match for match in found if match.passage.text == noise and match.score >= 0.3] == []


def test_the_words_of_other_languages_count() -> None:
    wanted = need("ein gebrauchtes Lastenrad für die Kinder")
    said = passage("Der Nachbar gibt sein Lastenrad ab, für zwei Kinder, gebraucht", "Daily/2026-11-18.md")
    found = rank([wanted], [*ordinary(), said], today=TODAY, floor=0.0, model=Everything())
    assert found[0].passage == said
    assert set(found[0].why) == {"lastenrad", "kinder", "gebraucht"}
    assert found[0].score > 2 * max(match.score for match in found[1:])


def test_a_text_that_does_not_tell_is_in_the_language_of_the_others() -> None:
    texts = ["Der Zug war nicht da und kam auch nicht", "Lastenrad abzugeben", "das ist mein Hund"]
    assert languages_of(texts) == (["german", "german", "german"], "german")
    assert languages_of([]) == ([], "english")


def test_who_is_read_how_well() -> None:
    assert read_by_model("english", "english") is Read.WELL
    assert read_by_model("german", "english") is Read.FAINTLY
    assert read_by_model("german", "german") is Read.FAINTLY
    assert read_by_model("english", "unspaced") is Read.NOT
    assert read_by_model("russian", "russian") is Read.NOT
