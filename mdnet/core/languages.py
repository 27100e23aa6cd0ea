"""In which language a text is: told by its letters, its function words, or its other words."""

from __future__ import annotations

import re
from functools import lru_cache

from mdnet.core.glossary import LANGUAGES, glossary
from mdnet.core.glossary import UNSPACED as UNSPACED_LANGUAGES
from mdnet.core.letters import WORD, composed, straight
from mdnet.core.stopwords import ENGLISH_TOO, LETTERS, STOP_WORDS
from mdnet.core.vocabulary import told_by_words

DEFAULT_LANGUAGE = "english"

# Scripts written without spaces between words: cut into overlapping pairs of characters instead.
UNSPACED_SIGNS = re.compile(
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
    (re.compile(UNSPACED_SIGNS.pattern.removesuffix("+")), UNSPACED),
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
ELIDED = re.compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|dell|nell|dall|sull|all|un|quest)['’](?=\w{3})", re.IGNORECASE
)
ELIDING = ("french", "italian")
MOST_READ = 2000
"""Characters of a need that are read, and of a passage to tell its language, its cues, its day and its town."""
_FEW_SIGNS = 16
"""Signs that Chinese and Japanese share tell nothing of a text; so few of them are read as both."""


def fold(word: str) -> str:
    """`word` in lower case, composed, with a plain apostrophe and without an English possessive."""
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
        if "'" in word and ELIDED.match(word):
            for language in ELIDING:
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
    if _JAPANESE.search(text):
        return "japanese"
    signs = "".join(UNSPACED_SIGNS.findall(text))
    if len(_HAN.findall(text)) * 2 < len(signs):
        return UNSPACED
    if _CHINESE.search(text) or len(text) > _FEW_SIGNS:
        return "chinese"
    return min(("chinese", "japanese"), key=lambda language: _pieces(signs, language))


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
