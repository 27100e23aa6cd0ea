"""A model that reads English only: of other languages it says that everything is near to everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mdnet.core.match import rank
from mdnet.core.match_distinct import distinct
from mdnet.core.match_foreign import languages_of, read_by_model
from mdnet.core.match_score import Read
from tests.core.test_match import TODAY, need, ordinary, passage


class Everything:
    """Whatever it is asked, is fairly near and helps."""

    name = "everything"
    judge_width = 0
    strong_judge = False
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
        ("asunto tyttärelle, joka muuttaa Turkuun", "Juna oli taas kaksi tuntia myöhässä ja satoi vettä"),
        ("ทนายความด้านอสังหาริมทรัพย์", "วันนี้ฝนตกทั้งวัน"),
        ("부동산 변호사", "오늘은 하루 종일 비가 왔다"),
        ("δικηγόρος για ακίνητα", "σήμερα η σύσκεψη κράτησε τρεις ώρες"),
    ],
)
def test_no_noise_in_other_languages(wanted: str, noise: str) -> None:
    pool = [*ordinary(), passage(noise, "Daily/2026-11-18.md")]
    found = rank([need(wanted)], pool, today=TODAY, floor=0.0, model=Everything())
    assert [match for match in found if match.passage.text == noise and match.score >= 0.3] == []


def test_the_words_of_other_languages_count() -> None:
    wanted = need("jokin käytetty tavarapyörä lapsille, ei liian kallis")
    said = passage("Naapuri myy tavarapyörän, joka on käytetty ja sopii lapsille", "Daily/2026-11-18.md")
    found = rank([wanted], [*ordinary(), said], today=TODAY, floor=0.0, model=Everything())
    assert found[0].passage == said
    assert set(found[0].why) == {"tavarapyörän", "lapsille", "käytetty"}
    assert found[0].score > max(match.score for match in found[1:])


def test_a_text_that_does_not_tell_is_in_the_language_of_the_others() -> None:
    texts = ["Juna oli taas myöhässä ja se on kallis", "tavarapyörä", "tämä on minun koirani"]
    assert languages_of(texts) == (["finnish", "finnish", "finnish"], "finnish")
    assert languages_of([]) == ([], "english")


def test_who_is_read_how_well() -> None:
    assert read_by_model("english", "english") is Read.WELL
    assert read_by_model("finnish", "english") is Read.FAINTLY
    assert read_by_model("finnish", "finnish") is Read.FAINTLY
    assert read_by_model("english", "unspaced") is Read.NOT
    assert read_by_model("greek", "greek") is Read.NOT


def test_what_a_glossary_renders_is_read_as_english() -> None:
    texts = ["Der Zug war nicht da und kam auch nicht", "Lastenrad abzugeben", "the dishwasher leaks"]
    assert languages_of(texts)[0] == ["english", "english", "english"]


def test_two_things_that_are_one_in_english_are_told_both() -> None:
    lets, rents = "Ein Bekannter vermietet Lagerräume", "Ein Bekannter mietet Lagerräume"
    wanted = need("Lagerräume mieten")
    pool = [*ordinary(), passage(lets, "Daily/2026-11-18.md"), passage(rents, "Daily/2026-11-17.md")]
    found = distinct(rank([wanted], pool, today=TODAY, floor=0.0))
    assert {lets, rents} <= {match.passage.text for match in found}


def test_help_in_another_language_than_the_need() -> None:
    """The model is asked in English, and the words meet."""
    asked: list[tuple[str, str]] = []

    class Asked(Everything):
        def judge(self, pairs: Any) -> Any:
            asked.extend(pairs)
            return np.array([3.0] * len(pairs), dtype=np.float32)

    wanted = need("eine gebrauchte Nähmaschine für meine Tochter")
    said = passage("Aunt Hedwig gives away her used sewing machine, for a daughter or whoever", "Daily/2026-11-18.md")
    found = rank([wanted], [*ordinary(), said], today=TODAY, floor=0.0, model=Asked())
    assert found[0].passage == said
    assert {"sewing", "machine"} <= set(found[0].why)
    assert ["used sewing machine" in ours for ours, theirs in asked if theirs == said.text] == [True]
    assert {said.text[start:end] for start, end in found[0].marks} >= {"sewing", "machine"}
    back = rank(
        [need("a used sewing machine")],
        [*ordinary(), passage(f"{wanted.text} gibt es bei Otto", "Daily/2026-11-18.md")],
        today=TODAY,
        floor=0.0,
        model=Asked(),
    )
    assert "nähmaschine" in back[0].why
