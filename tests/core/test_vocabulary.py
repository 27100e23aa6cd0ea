from __future__ import annotations

import pytest

from mdnet.core import vocabulary
from mdnet.core.vocabulary import SIZE, filter_of, has_word, told_by_words
from tests.bench.train import glossary as scripts


def test_a_filter_knows_what_was_put_in_and_hardly_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made = filter_of(f"word{number}" for number in range(15_000))
    assert len(made) == SIZE // 8
    known = [vocabulary._is_in(made, f"word{number}") for number in range(15_000)]
    strangers = [vocabulary._is_in(made, f"other{number}") for number in range(15_000)]
    assert all(known)
    assert sum(strangers) < 15_000 / 500


def test_the_file_is_made_of_the_glossaries() -> None:
    """Who mends a glossary runs `python -m tests.bench.train.glossary`."""
    assert (scripts.FOLDER / "words.bin").read_bytes() == scripts.vocabularies()


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("nähmaschine", "german"),
        ("umzugskartons", "german"),
        ("barnvagn", "swedish"),
        ("poussette", "french"),
        ("abogado", "spanish"),
        ("fietsenmaker", "dutch"),
        ("plumber", "english"),
    ],
)
def test_whose_word_it_is(word: str, language: str) -> None:
    assert has_word(language, word)
    assert not has_word("finnish", word)
    assert told_by_words([word], "english") == language


def test_what_nobody_knows_is_in_the_language_that_is_usual() -> None:
    assert told_by_words(["okonkwo", "zzyzx"], "german") == "german"
    assert told_by_words([], "german") == "german"
    assert told_by_words(["sofa"], "german") == "german"


def test_a_file_that_is_missing_or_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"", b"x" * 1000):
        monkeypatch.setattr(vocabulary, "_file", lambda data=data: data)
        for cached in (vocabulary._filter, vocabulary._known, vocabulary._begins, has_word):
            cached.cache_clear()
        assert told_by_words(["nähmaschine"], "english") == "english"
    monkeypatch.undo()
    for cached in (vocabulary._filter, vocabulary._known, vocabulary._begins, has_word):
        cached.cache_clear()
    assert told_by_words(["nähmaschine"], "english") == "german"


def test_a_glossary_is_put_in_order() -> None:
    text = """# a heading
Haus, haus, Häuser = house
haus = home
hauses = house
verkaufen = sell
verkauft = sold
verkaufte = sold
kinder, kind = child
kinder haus = child house
zu verkaufen = for sale
café’s = cafés
"""
    tidy = scripts.in_order(text, "german")
    assert tidy.splitlines() == [
        "# a heading",
        "haus = house",
        "verkaufen = sell",
        "verkauft = sold",
        "kinder = child",
        "zu verkaufen = for sale",
        "café's = cafes",
    ]
    assert scripts.in_order(tidy, "german") == tidy


def test_what_is_read_in_parts_is_left_out_where_nothing_is_spaced() -> None:
    text = "我 = I\n有 = have\n我有 = I have\n没有 = does not have\n没 = not\n"
    assert scripts.in_order(text, "chinese").splitlines() == ["我 = I", "有 = have", "没有 = does not have", "没 = not"]
