"""A line of Markdown as words: what a reader sees, without the marks that make it look so."""

from __future__ import annotations

import html
import re
import string

from mdnet.core import inline

_MARK = re.compile(r"[][`*_~=<#^$\\&%]")  # one class and no alternatives, for it is tried at every character
_EMBED = re.compile(r"!\[\[[^\[\]\n]*\]\]|!\[[^\[\]\n]*\]\([^()\n]*\)")
_MD_LINK = re.compile(r"\[([^\[\]\n]*)\]\((?:<[^<>\n]*>|[^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)")
_REFERENCE = re.compile(r"\[([^\[\]\n]+)\]\[[^\[\]\n]*\]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]*\]:?")
_INLINE_NOTE = re.compile(r"\^\[([^\[\]\n]*)\]")
_URL = re.compile(r"<?\bhttps?://[^\s<>]+>?")
_HTML_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
_BLOCK_ID = re.compile(r"(?:^|\s)\^[A-Za-z0-9-]+\s*\Z")
_STRONG = re.compile(r"(\*\*|__|~~|==)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\w_])"
)
# Signs that stand for themselves, in code or behind a backslash, are private-use characters while the others work.
_KEEP = {ord(sign): 0xE100 + ord(sign) for sign in string.punctuation}
_KEPT = {kept: sign for sign, kept in _KEEP.items()}
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def is_plain(text: str) -> bool:
    """Whether `text` holds nothing that `plain` would take out or change, white space aside."""
    return not _MARK.search(text) and "://" not in text


def plain(text: str) -> str:
    """`text` (one line, or several joined by spaces) without formatting; links as they read, tags as words.

    Embeds, comments, math, addresses, footnote signs and block ids are left out.
    """
    if is_plain(text):
        return " ".join(text.split())
    if "`" in text or "$" in text or "%%" in text or "<!--" in text:
        text = _without_hidden(text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda sign: sign[1].translate(_KEEP), text)
    if "[" in text:
        text = _EMBED.sub(" ", text)
        text = inline.LINK.sub(inline.display_of, text)
        text = _INLINE_NOTE.sub(r" (\1)", text)
        text = _FOOTNOTE.sub("", text)
        text = _REFERENCE.sub(r"\1", _MD_LINK.sub(r"\1", text))
    if "://" in text:
        text = _URL.sub(" ", text)
    if "<" in text:
        text = _HTML_TAG.sub(" ", text)
    if "^" in text:
        text = _BLOCK_ID.sub("", text)
    if "**" in text or "__" in text or "~~" in text or "==" in text:
        text = _STRONG.sub(r"\2", text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(lambda mark: mark[1] or mark[2], text)
    if "#" in text:
        text = inline.TAG.sub(lambda tag: tag[1], text)
    if "&" in text:
        text = html.unescape(text)
    return " ".join((text if text.isascii() else text.translate(_KEPT)).split())


def _without_hidden(text: str) -> str:
    """Comments and math out, code's words without its backticks."""
    out, position = [], 0
    for start, end, kind in inline.spans(text):
        out.append(text[position:start])
        if kind == "code":
            out.append(text[start:end].strip("`").translate(_KEEP))
        position = end
    return "".join(out) + text[position:]
