"""Texts that cannot be understood alone, because they begin with a word for something said before."""

from __future__ import annotations

import re

# Left out: words that are more often something else, such as articles (die, il, het) and names (Hans, Sue, Ali).
_WORDS = """
they their theirs them it its this that these those she her hers he his him both there another also too same other
others latter former
er sie es ihr ihre ihrer ihren ihrem ihres sein seine seiner seinen seinem deren dessen dies diese dieser dieses
diesen diesem jener jene jenes dort beide beides derselbe dieselbe dasselbe ebenfalls ebenso auch
elle ils elles leur leurs sa ses ce cet cette ces cela ça celui celle ceux celles aussi également là
él ella ellos ellas su sus este esta esto estos estas ese esa eso esos esas aquel aquella también ambos ambas allí
ahí otro otra otros otras
ele ela eles elas seu seus sua suas isto esse essa isso esses essas aquele aquela também lá outro outra outros
outras
lui lei loro suo suoi questo questa questi queste quello quella quelli quelle anche entrambi entrambe lì
hij zij ze hun haar zijn deze dit dat daar ook beiden dezelfde hetzelfde
han hon det de deras hennes dess denna dessa detta där också båda även samma
"""
_AFTER_ARTICLE = """
same other others latter former
andere anderer anderes anderen weitere weiterer weiteres weiteren letztere letzterer letzteren
même mêmes autre autres mismo misma mismos mismas otro otra otros otras mesmo mesma mesmos mesmas outro outra
outros outras stesso stessa stessi stesse altro altra altri altre ander annan annat andra samma
"""
_ARTICLES = """
the l le la les un une el lo los las o a os as um uma il gli uno una der die das den dem ein eine einen einem einer
de het een en ett
"""
_PAIRS = ("noch ein", "noch eine", "noch einen", "noch einem", "noch einer", "nog een", "c est")
# "This week" points to no line before.
_TIMES = """
morning afternoon evening week weekend month year spring summer autumn winter time woche monat jahr semaine mois
année semana mes mês año ano settimana mese anno maand jaar veckan månaden året
"""
_FIRST, _SECOND, _BETWEEN = frozenset(_WORDS.split()), frozenset(_AFTER_ARTICLE.split()), frozenset(_ARTICLES.split())
_NOT_BEFORE = frozenset(_TIMES.split())
_WORD = re.compile(r"\w+")


def points_back(text: str) -> bool:
    """Whether `text` begins with a word that points to what was said before it."""
    first, second, *_ = (*_WORD.findall(text[:40].casefold()), "", "")
    return (
        (first in _FIRST and second not in _NOT_BEFORE)
        or (first in _BETWEEN and second in _SECOND)
        or f"{first} {second}" in _PAIRS
    )
