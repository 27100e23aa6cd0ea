"""Where HTML blocks begin and end: the seven sorts of the CommonMark specification, section 4.6."""

from __future__ import annotations

import re

_HTML_TAGS = (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link "
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead "
    "title tr track ul"
)
_ATTRIBUTE = r"""\s+[a-zA-Z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
HTML_BLOCKS: tuple[tuple[re.Pattern[str], re.Pattern[str] | None, bool], ...] = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?:\s|>|\Z)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
        False,
    ),
    (re.compile("<!--"), re.compile("-->"), True),
    (re.compile(r"<\?"), re.compile(r"\?>"), False),
    (re.compile("<![A-Za-z]"), re.compile(">"), False),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>"), False),
    (re.compile(rf"</?(?:{'|'.join(_HTML_TAGS.split())})(?:\s|/?>|\Z)", re.IGNORECASE), None, False),
    (
        re.compile(rf"(?:<[a-zA-Z][a-zA-Z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[a-zA-Z][a-zA-Z0-9-]*\s*>)\s*\Z"),
        None,
        False,
    ),
)
"""Start and end (None: a blank line) of each sort of block, in the specification's order, and whether it is a comment.

The last sort, any tag alone on its line, cannot interrupt a paragraph.
"""
