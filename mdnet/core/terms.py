"""Words of a text and the terms they are compared by: language guess, stop words, Snowball stems, n-grams for CJK.

What is in a language there is a glossary for is compared by the stems of its English words, so that it meets English
texts too, and a compound meets its parts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mdnet.core.glossary import LANGUAGES, glossary
from mdnet.core.glossary import UNSPACED as UNSPACED_LANGUAGES
from mdnet.core.letters import WORD, composed, composed_with_places, plain, straight
from mdnet.core.stopwords import ENGLISH_TOO, LETTERS, STOP_WORDS
from mdnet.core.values import dataclass
from mdnet.core.vocabulary import told_by_words

if TYPE_CHECKING:
    from mdnet.core.glossary import Glossary

DEFAULT_LANGUAGE = "english"

# Scripts written without spaces between words: cut into overlapping pairs of characters instead.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003134f]+"
)
UNSPACED = "unspaced"
"""The language of texts in such scripts, where it is neither Japanese, which has signs of its own, nor Chinese."""
# Kana, and signs that neither simplified nor traditional Chinese writes so.
_JAPANESE = re.compile(
    "[\u3041-\u3096\u30a1-\u30fa悪圧囲隠栄営駅円塩応桜価歓拡覚楽巻関観気帰拠挙郷暁勲薫恵経継軽鶏撃倹剣圏検権県険顕験厳効広鉱済砕斎剤賛"
    "歯児実釈収従渋獣縦処奨渉焼乗剰壌嬢浄畳譲醸図粋酔摂専戦繊銭捜挿巣窓総騒増蔵臓続対帯滝択沢単団弾遅庁徴聴鉄転伝闘読廃拝売発"
    "髪抜浜払仏変辺毎薬訳様覧両霊齢労録込働畑枠匂弁]"
)
# Signs of simplified Chinese that Japanese has not, and what only Chinese says.
_CHINESE = re.compile(
    "[们您吗呢吧这哪谁还给让买卖车书东门马问间开见长张场钱钢铁师时过进远话说请谢认语课谈记设访证评诊财费资购转轮软输难电页顾预领题风飞饭饮馆驾验骑"
    "个么为从传优亲办动务厅压发变听员围园图团实审专对导层岁带帮应废归录总惊惯戏战护报挤损摆敌显晓暂术权极构标样桥检业汉汤沟泽洁济浓满灭灵炼烦热"
    "爱爷狱现环疗监盖盘码矿础积稳穷笔签简篮类粮紧红约级纪纯纳纸纹线练组细织终绍经结绘络绝统继绩续维绿缓编缘缝缩网罗罚职联聪脑脚脸节艺药获补观规视"
    "览觉计订讨训议讲许论诉词译试诗询该详误读调谊谋谱负贡责贤败货质贩贪贫贯贴贵贷贸贺赁赏赔赖赚赛赞赠赢趋跃轨轻载较辆辈辉达迁迈运违连迟适选逻遗邓邮"
    "邻郑酱鉴针钉钓钟钥钻铃铅银链销锁锅错锋锐键锻镇镜闭闲闻阅阔队阳阴阵阶际陆陈险隐雾韩顶项顺须顿频颜额飘饥饰饱饼驱驶驻骂骗鱼鲜鸟鸡鸣鸭齐齿龙龟找]"
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_SCRIPTS = (
    (re.compile(_UNSPACED.pattern.removesuffix("+")), UNSPACED),
    (re.compile("[\u0400-\u04ff]"), "russian"),
    (re.compile("[\u0370-\u03ff]"), "greek"),
    (re.compile("[\u0600-\u06ff]"), "arabic"),
    (re.compile("[\u0530-\u058f]"), "armenian"),
    (re.compile("[\u0900-\u097f]"), "hindi"),
    (re.compile("[\u0b80-\u0bff]"), "tamil"),
)
OTHER_LETTERS = frozenset((*(language for _, language in _SCRIPTS), *UNSPACED_LANGUAGES))
"""Languages that are not written in Latin letters."""
EVIDENCE = 0.1
"""Share of the words that must speak for another language than the default: one cut-off `la` does not."""
_HOMOGRAPH = 0.5
"""What a function word counts that is an English word of another kind: `dog` is one in Danish. Less than one word's
worth of evidence is none."""
_CLOSE = 2.0
"""Function words by which two languages may differ and yet the other words have to tell: Spanish and Portuguese share
many. Of English there may be none in so short a text."""
_ELIDED = re.compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|dell|nell|dall|sull|all|un|quest)['’](?=\w{3})", re.IGNORECASE
)
_ELIDING = ("french", "italian")
MOST_READ = 2000
"""Characters of a need that are read, and of a passage to tell its language, its cues, its day and its town."""
_FEW_SIGNS = 16
_MOST_WORDS = 200_000
"""So many words are held with their stems."""
_MAX_CHARS = 40_000
"""Of a longer text only the beginning is read: enough to know what it is about."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term and the characters [start, end) of the text that it was made from; `english` is the word it is of, where
    that is not what stands there."""

    stem: str
    start: int
    end: int
    english: str = ""


def fold(word: str) -> str:
    """`word` in lower case, composed, with a plain apostrophe and without an English possessive."""
    if word.isascii():
        return word.lower().removesuffix("'s")
    return straight(word).removesuffix("'s")


@lru_cache(maxsize=16384)
def guess_language(text: str, default: str = DEFAULT_LANGUAGE) -> str:
    """The Snowball name of the language that `text` seems to be in; `default` where nothing tells.

    Counts function words and letters that are peculiar to a language: enough for a line of a note. Where they tell
    nothing, or two languages alike, it is the one that knows most of the first words.
    """
    head = composed(text[:MOST_READ])
    ascii_only = head.isascii()
    for script, language in () if ascii_only else _SCRIPTS:
        if len(script.findall(head)) * 3 > len(head):
            return _unspaced(head) if language == UNSPACED else language
    seen = [fold(match[0]) for match in WORD.finditer(head)]
    points = dict.fromkeys(STOP_WORDS, 0.0)
    for word in seen:
        for language in _spoken_in().get(word, ()):
            points[language] += _HOMOGRAPH if word in ENGLISH_TOO and language != "english" else 1.0
        if "'" in word and _ELIDED.match(word):
            for language in _ELIDING:
                points[language] += 1.0
    if not ascii_only:
        lowered = head.lower()
        for language, letters in LETTERS.items():
            points[language] += 0.8 * sum(lowered.count(letter) for letter in letters)
    best = max(points, key=lambda language: (points[language], language == default))
    enough = max(points.get(default, 0.0), EVIDENCE * len(seen))
    if points[best] <= enough or points[best] <= _HOMOGRAPH:
        usual = points.get(default, 0.0)
        if usual <= _HOMOGRAPH:
            return told_by_words(seen, default)
        rival = max(count for language, count in points.items() if language != default)
        ahead = min(_CLOSE, usual) + max(0.0, usual - rival)
        return told_by_words(seen, default, ahead=ahead) if rival >= usual - 1.0 else default
    rivals = [language for language, count in points.items() if count >= max(_HOMOGRAPH, points[best] - _CLOSE)]
    if points[best] <= _CLOSE:
        rivals.append("english")
    return told_by_words(seen, best, rivals) if rivals and best in LANGUAGES else best


def _unspaced(text: str) -> str:
    """Which language a text in signs without spaces is in; of few signs that several have, the one that reads them in
    the fewest pieces."""
    signs = _UNSPACED.findall(text)
    if len(_HAN.findall(text)) * 2 < sum(map(len, signs)) and not _JAPANESE.search(text):
        return UNSPACED
    if _JAPANESE.search(text):
        return "japanese"
    if _CHINESE.search(text) or len(text) > _FEW_SIGNS:
        return "chinese"
    return min(("chinese", "japanese"), key=lambda language: _pieces("".join(signs), language))


def _pieces(text: str, language: str) -> int:
    known = glossary(language)
    return sum(1 if word.known else 3 * (word.end - word.start) for word in known.words(text)) if known else len(text)


@lru_cache(maxsize=1)
def _spoken_in() -> dict[str, list[str]]:
    """For each stop word the languages that have it."""
    found: dict[str, list[str]] = {}
    for language, stops in STOP_WORDS.items():
        for word in stops:
            found.setdefault(word, []).append(language)
    return found


class _Stemmer:
    """A Snowball stemmer, loaded when first asked for; leaves words as they are where there is none."""

    __slots__ = ("_known", "_language", "_stem")

    def __init__(self, language: str) -> None:
        import Stemmer

        known = set(Stemmer.algorithms())
        self._language = language
        if language in (UNSPACED, *UNSPACED_LANGUAGES):  # what else such a text holds is most often English
            language = DEFAULT_LANGUAGE
        self._stem = Stemmer.Stemmer(language).stemWord if language in known else None
        self._known: dict[str, tuple[str, int]] = {}

    def term(self, word: str) -> tuple[str, int]:
        """The stem of a word as it is written and how many letters before it are elided (l'avocat); "" where it is a
        stop word or a single letter."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) > _MOST_WORDS:
                self._known.clear()
            found = self._known[word] = self._term(word)
        return found

    def _term(self, word: str) -> tuple[str, int]:
        folded, elided = fold(word), 0
        if self._language in _ELIDING and "'" in folded and (match := _ELIDED.match(folded)):
            elided = match.end()
            folded = folded[elided:]
        if (len(folded) < 2 and not folded.isdigit()) or is_stop(folded, self._language):
            return "", 0
        return plain(str(self._stem(folded)) if self._stem else folded), elided


@lru_cache(maxsize=32)
def _stemmers(language: str) -> _Stemmer:
    return _Stemmer(language)


def is_stop(word: str, language: str) -> bool:
    """Whether `word` (folded) says nothing about the subject in `language`; English ones count everywhere."""
    return word in STOP_WORDS.get(language, ()) or (language != "english" and word in STOP_WORDS["english"])


def terms(text: str, language: str | None = None) -> list[Term]:
    """All terms of `text` in order, stop words and single Latin letters left out."""
    text, places = composed_with_places(text[:_MAX_CHARS])
    found = _terms(text, language or guess_language(text))
    if places is None:
        return found
    return [replace(term, start=places[term.start][0], end=places[term.end - 1][1]) for term in found]


def _terms(text: str, language: str) -> list[Term]:
    if language in LANGUAGES and (known := glossary(language)):
        return _glossed(text, language, known)
    term_of = _stemmers(language).term
    found: list[Term] = []
    for match in WORD.finditer(text):
        word = match[0]
        if not word.isascii() and _UNSPACED.search(word):
            found.extend(_ngrams(word, match.start()))
            continue
        stem, elided = term_of(word)
        if stem:
            found.append(Term(stem, match.start() + elided, match.end()))
    return found


def _glossed(text: str, language: str, known: Glossary) -> list[Term]:
    """The terms of a text in a language there is a glossary for, by their English where that is known."""
    term_of, english_of = _stemmers(language).term, _stemmers(DEFAULT_LANGUAGE).term
    found: list[Term] = []
    for word in known.words(text):
        written = text[word.start : word.end]
        if word.known and fold(written) in STOP_WORDS.get(language, ()):
            continue
        if word.known:
            stemmed = ((english_of(english)[0], english) for english in WORD.findall(word.english))
            found += [Term(stem, word.start, word.end, english) for stem, english in stemmed if stem]
        elif not written.isascii() and _UNSPACED.search(written):
            found.extend(_ngrams(written, word.start))
        else:
            stem, elided = term_of(written)
            found += [Term(stem, word.start + elided, word.end)] if stem else []
    return found


def _ngrams(word: str, start: int) -> list[Term]:
    found = []
    for run in _UNSPACED.finditer(word):
        chars, at = run[0], start + run.start()
        if len(chars) == 1:
            found.append(Term(chars, at, at + 1))
        found.extend(Term(chars[i : i + 2], at + i, at + i + 2) for i in range(len(chars) - 1))
    return found


def stems(text: str, language: str | None = None, *, glossed: bool = True) -> list[str]:
    """The stems of `text` in order, repeated where the text repeats them; not `glossed`: of its own words."""
    text = composed(text[:_MAX_CHARS])
    language = language or guess_language(text)
    if (glossed and language in LANGUAGES) or (not text.isascii() and _UNSPACED.search(text)):
        return [term.stem for term in terms(text, language if glossed else UNSPACED)]
    term_of = _stemmers(language).term
    return [stem for word in WORD.findall(text) if (stem := term_of(word)[0])]
