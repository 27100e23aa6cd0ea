"""Who said it, before or after what was said: "Jo told me that ..." is how people note what they heard.

A model takes such a sentence to be about Jo and the talking. What is matched is the news.
"""

from __future__ import annotations

import re

_PART = r"[A-Z][\w'’-]{0,30}"
_NO_NAME = r"(?!(?:The|An?|It|This|That|These|Those|I|We|You|Who|What|All|Nobody)\b)"
_NAME = (
    rf"(?:\[\[[^\]\n]{{1,80}}\]\]|{_NO_NAME}(?:(?:Dr|Mrs?|Ms|Prof)\.?\s+)?"
    rf"{_PART}(?:\s+(?:{_PART}|van|von|de|der|da)){{0,3}})"
)
_SOMEBODY = (
    r"(?:(?:my|our|his|her|their|the|an?|one\s+of\s+(?:my|our|the))\s+(?:[\w'’-]{1,30}\s+){0,3}?[\w'’-]{1,30}"
    r"|she|he|they|somebody|someone|everybody|people)"
)
_WHO = rf"(?:{_NAME}|(?i:{_SOMEBODY}))"
_ADVERBS = r"(?:(?:has|have|had|just|also|once|even|then)\s+){0,2}"
_SAID = (
    rf"(?i:{_ADVERBS}(?:told\s+(?:me|us)|tells\s+(?:me|us)|said|says|mentioned|mentions)(?:\s+(?:to\s+)?(?:me|us))?)"
)
_WROTE = rf"(?i:{_ADVERBS}(?:wrote|writes|reported|reports)(?:\s+(?:to\s+)?(?:me|us))?)"
_HEARD = r"(?i:(?:i\s+|we\s+)?(?:just\s+|also\s+)?(?:heard|learned|learnt|was\s+told|hear))"
_LINK = r"(?i:\s*[:,]\s*(?:that\s+)?|\s+(?:that|about|of)\s+)"
_BEFORE = re.compile(
    rf"\s*(?:{_WHO}\s+(?:{_SAID}(?:{_LINK}|\s+)|{_WROTE}{_LINK})"
    rf"|{_HEARD}(?:\s+(?i:from|by|at|via)\s+{_WHO})?{_LINK}"
    rf"|(?i:according\s+to|via)\s+{_WHO}\s*[,:]\s*)"
)
_AFTER = re.compile(
    rf"\s*[,(–—-]\s*(?:{_WHO}\s+{_SAID}|(?i:says|said|according\s+to|via|heard\s+from)\s+{_WHO})\s*\)?(?=[.!]?\s*$)"
)
_LEAST = 3
"""So many words must be left: "Jo said no" is no news."""


def news(text: str) -> str:
    """`text` without the words that tell who said it, where it begins or ends with such words in English."""
    left = text
    if before := _BEFORE.match(left):
        left = left[before.end() :]
    left = _AFTER.sub("", left, count=1)
    if left == text or len(left.split()) < _LEAST:
        return text
    return left[:1].upper() + left[1:]
