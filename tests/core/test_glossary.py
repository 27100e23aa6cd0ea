from __future__ import annotations

import re
import unicodedata
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.glossary import LANGUAGES, Glossary, glossary
from mdnet.core.in_english import in_english, is_rendered
from mdnet.core.languages import guess_language
from mdnet.core.stopwords import STOP_WORDS
from mdnet.core.terms import stems, terms
from mdnet.core.vocabulary import told_by_words

GERMAN = Glossary(
    """
# a heading
ein = a
haus, häuser = house
tür = door
steuer = tax
berater = adviser
arbeit = work
nähen = sew
verkaufen = sell
verkauft = sold
für = for
zu verkaufen = for sale
""",
    "german",
)
FRENCH = Glossary("l' = the\navocat = lawyer\npaul = dull\nparis = Paris\nil y a = there is\nvendre = sell\n", "french")
SWEDISH = Glossary("skola = school\ngård = yard\nbarn = child\n", "swedish")


def said(known: Glossary, text: str) -> list[str]:
    return [word.english for word in known.words(text) if word.known]


def test_words_and_expressions() -> None:
    assert said(GERMAN, "Ein Haus zu verkaufen, für Otto") == ["a", "house", "for sale", "for"]
    assert said(GERMAN, "zu, verkaufen") == ["sell"], "words with a comma between them are no expression"
    assert said(FRENCH, "Il y a l’avocat, il-y a") == ["there is", "the", "lawyer", "there is"]
    assert [(word.english, word.known) for word in GERMAN.words("Otto")] == [("Otto", False)]


def test_at_the_end_of_a_text_a_shorter_expression_is_found() -> None:
    known = Glossary("zu verkaufen = for sale\nzu verkaufen bis montag = for sale until Monday\n", "german")
    assert said(known, "Haus zu verkaufen") == ["for sale"]


def test_other_forms_are_found_by_their_stem_and_the_most_alike_counts() -> None:
    assert said(GERMAN, "Häusern verkaufte verkaufe") == ["house", "sold", "sell"]


def test_what_was_typed_without_accents() -> None:
    assert said(GERMAN, "fuer fur tuer Hauser") == ["for", "for", "door", "house"]


@pytest.mark.parametrize(
    ("known", "word", "english"),
    [
        (GERMAN, "Steuerberater", "tax adviser"),
        (GERMAN, "Arbeitshaus", "work house"),
        (GERMAN, "Haustürverkauf", "house door sell"),
        (SWEDISH, "skolgård", "school yard"),
        (SWEDISH, "skolgårdarna", "school yard"),
        (SWEDISH, "barnskola", "child school"),
    ],
)
def test_compounds(known: Glossary, word: str, english: str) -> None:
    assert known.english(word.casefold()) == english


def test_a_capital_letter_within_a_sentence_is_a_name_but_in_german() -> None:
    assert said(FRENCH, "chez Paul à Paris") == ["Paris"]
    assert said(FRENCH, "- Paul n'est pas là. Paul!") == ["dull", "dull"]
    assert said(GERMAN, "das Haus") == ["house"]


@given(st.text(max_size=80), st.sampled_from([GERMAN, FRENCH, SWEDISH]))
def test_whatever_is_typed(text: str, known: Glossary) -> None:
    end = 0
    for word in known.words(text):
        assert end <= word.start < word.end <= len(text)
        assert word.english
        assert word.known or word.english == text[word.start : word.end]
        end = word.end


@given(st.text(alphabet="aäbdehlnrstu", min_size=1, max_size=40))
def test_a_line_without_spaces_is_one_word(text: str) -> None:
    (word,) = GERMAN.words(text)
    assert (word.start, word.end) == (0, len(text))


@pytest.mark.parametrize("line", ["l'" * 2000 + "avocat", "a'" * 1900, "'" * 2000, "l’" * 20_000])
def test_a_line_of_apostrophes(line: str) -> None:
    assert FRENCH.words(line) is not None
    assert in_english(f"le voisin vend son vélo pour les enfants, {line}")
    assert terms(f"le voisin vend son vélo pour les enfants, {line}")


def test_forms_that_are_written_with_other_signs() -> None:
    known = Glossary("б/у = used\nz.b. = for example\nprof. = professor\n", "german")
    assert said(known, "ein Rad б/у, z.B. rot, z. B. blau, Prof. Otto") == ["used", "for example", "professor"]


def test_what_a_german_word_means_by_its_place() -> None:
    known = Glossary(
        "vermieten = rent out\nvermietet = rented out\nder = the\narzt = doctor\nstein = stone\n", "german"
    )
    assert said(known, "Uta vermietet zwei Zimmer") == ["rents out"]
    assert said(known, "Uta hat zwei Zimmer vermietet") == ["rented out"]
    assert said(known, "Uta hat es vermietet an Otto, der noch sucht") == ["rented out", "that"]
    assert said(known, "Zimmer vermietet. Hat Uta?") == ["rented out"]
    assert said(known, "Otto, der Arzt") == ["the", "doctor"]
    assert said(known, "Herr Stein, Gregor Stein, ein Stein") == ["stone"]


def test_a_german_verb_and_its_particle_are_one() -> None:
    known = Glossary(
        "einstellen = hire\neingestellt = discontinued\nstellte ein = hired\nstellt ab = parks\nstellt = puts\n"
        "ein = a\nabgeben = give away\nabgeholt = picked up\nabholen = pick up\ngeben = give\naufhören = stop\n"
        "laden = shop\nladen auf = charge\nauf = on\nmit = with\nanrufen = call\nan = at\nab = from\n"
        "leute = people\nmai = May\n",
        "german",
    )
    assert said(known, "Uta stellt Leute ein.") == ["hires", "people", ""]
    assert said(known, "Uta stellte Leute ein und Otto") == ["hired", "people", ""]
    assert said(known, "Uta stellt ab Mai Leute ein") == ["hires", "May", "people", ""], "not what `stellt ab` means"
    assert said(known, "Er gibt Otto ab, ich gebe Otto ab") == ["gives away", "", "give away", ""]
    assert said(known, "Sie holte Otto ab") == ["picked up", ""]
    assert said(known, "Sie hört mit Laden auf") == ["stops", "with", "shop", ""]
    assert said(known, "Ruf Otto an") == ["call", ""]
    assert said(known, "Uta stellt ein Leute") == ["puts", "a", "people"], "in the midst of a clause it is no particle"
    assert said(known, "Uta stellt, Leute, ein") == ["puts", "people", "a"]
    assert said(known, "viele Leute ab") == ["people", "from"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_ships(language: str) -> None:
    forms: dict[str, int] = {}
    text = resources.files("mdnet").joinpath(f"models/glossary/{language}.txt").read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[^=]+ = [A-Za-z0-9'][A-Za-z0-9 .,'&/-]*", line), (number, line)
            for form in line.partition(" = ")[0].split(", "):
                assert form == form.strip() == form.lower(), (number, form)
                assert form not in forms, f"line {number}: {form!r} stands in line {forms[form]} already"
                assert len(form.split()) <= 4, (number, form)
                forms[form] = number
    assert len(forms) > 5000
    known = glossary(language)
    assert known is not None
    lost = [form for form in forms if not any(word.known for word in known.words(form))]
    assert len(lost) <= 0.002 * len(forms), lost[:20]
    stops = STOP_WORDS.get(language, frozenset())
    unknown = [word for word in stops if known_by(language, word) is None]
    assert len(unknown) <= 0.1 * len(stops), unknown


def known_by(language: str, word: str) -> str | None:
    known = glossary(language)
    assert known is not None
    return known.english(word)


def test_languages_without_one() -> None:
    assert glossary("finnish") is None
    assert glossary("english") is None
    assert glossary("../secrets") is None


@pytest.mark.parametrize(
    ("text", "said", "not_said"),
    [
        ("Tante Hedwig will ihre alte Nähmaschine loswerden", "sewing machine", "Nähmaschine"),
        ("Meine Schwester sucht einen Steuerberater", "tax", "Steuer"),
        ("Le voisin vend son vélo d'occasion", "bike|bicycle", "vélo"),
        ("La vecina da clases de alemán los jueves", "German", "alemán"),
        ("A vizinha dá aulas de inglês à noite", "English", "inglês"),
        ("Grannen säljer sin gamla cykel", "bike|bicycle", "cykel"),
        ("La vicina dà lezioni di tedesco il giovedì", "German", "tedesco"),
        ("De buurman verkoopt zijn oude fiets", "bike|bicycle", "fiets"),
    ],
)
def test_what_is_read(text: str, said: str, not_said: str) -> None:
    read = in_english(text)
    assert is_rendered(text)
    assert re.search(said, read), read
    assert not_said not in read


def test_english_is_left_as_it_is() -> None:
    for text in (
        "",
        "a gift for the pastor",
        "used bike, Leeds",
        "Okonkwo",
        "12 34",
        "Lars and Ana met in April",
        "Tom in Canada",
        "부동산 변호사",
        "παλιό σπίτι",
    ):
        assert in_english(text) == text
        assert not is_rendered(text)


def test_a_text_without_function_words_is_in_the_language_that_knows_it() -> None:
    assert guess_language("gebrauchte Nähmaschine") == "german"
    assert guess_language("Klempner") == "german"
    assert guess_language("traductora jurada") == "spanish"
    assert guess_language("used sewing machine") == "english"
    assert guess_language("Okonkwo") == "english"
    assert told_by_words(["sofa"], "german") == "german"
    assert told_by_words([], "german") == "german"


@pytest.mark.parametrize(
    "text",
    [
        "busca un médico que hable alemán, mañana",
        "grannen säljer sin gamla cykel och söker någon",
        "en été, près de l'hôpital",
        "não tem carro",
        "ピアノの先生がいない",
        "учить английский",
        "gebrauchte Nähmaschine abzugeben",
    ],
)
def test_text_that_is_not_composed_is_read_as_well(text: str) -> None:
    """macOS writes names of files so, and PDFs their text."""
    apart = unicodedata.normalize("NFD", text)
    assert apart != text
    assert in_english(apart) == in_english(text)
    assert stems(apart) == stems(text)
    for term, whole in zip(terms(apart), terms(text), strict=True):
        assert unicodedata.normalize("NFC", apart[term.start : term.end]) == text[whole.start : whole.end]


def test_letters_of_half_width() -> None:
    assert in_english("ﾊﾟｿｺﾝに詳しい人") == in_english("パソコンに詳しい人")
    (first, *_) = terms("ﾊﾟｿｺﾝに詳しい人")
    assert (first.start, first.end) == (0, 5)


def test_signs_that_chinese_and_japanese_share() -> None:
    assert guess_language("本棚") == "japanese"
    assert guess_language("二手钢琴") == "chinese"
    assert guess_language("約翰・史密斯想找一個律師") == "chinese"
    assert guess_language("변호사 (辯護士) 를 찾고 있습니다") == "unspaced"


def test_languages_meet() -> None:
    assert set(stems("gebrauchte Nähmaschine für meine Tochter")) & set(stems("she has a sewing machine")) == {
        "sew",
        "machin",
    }
    places = [(text.stem, text.start, text.end) for text in terms("für die Nähmaschine")]
    assert places == [("sew", 8, 19), ("machin", 8, 19)]
