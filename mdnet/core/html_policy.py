"""How every page begins: with a Content-Security-Policy that lets it do nothing but show itself, and its style."""

from __future__ import annotations

import base64
import re

from mdnet.core.hashing import sha256

_OWN_POLICY = re.compile(r"<\s*(?:meta\b[^>]*\bhttp-equiv|base\b)", re.IGNORECASE)

_PAGE = re.compile(
    rb"""<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n"""
    rb"""<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-"""
)


def source_hash(text: str) -> str:
    """The source expression that allows just this style sheet or script (CSP level 3, 8.4)."""
    return f"'sha256-{base64.b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def static_policy(css: str) -> str:
    """For a page that is a file: its own style, pictures within it; no script, no request, no form."""
    return f"default-src 'none'; style-src {source_hash(css)}; img-src data:; base-uri 'none'; form-action 'none'"


def served_policy(css: str, script: str) -> str:
    """For a page of the server: its own style and this one script, forms and questions to the server alone."""
    return (
        f"default-src 'none'; style-src {source_hash(css)}; script-src {source_hash(script)}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def page_head(css: str, policy: str = "") -> str:
    """What stands before the template's own part: no template can leave the policy out or come before it.

    Without a `policy` it comes with the server's headers.
    """
    metas = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        if policy
        else ""
    )
    return f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{metas}<style>{css}</style>\n'


def is_page(data: bytes) -> bool:
    """Whether a file that begins with `data` is a page of mdnet's, made at any time."""
    return _PAGE.match(data) is not None


def style_of(css: str) -> str:
    """`css` as it can stand in a page: nothing in it ends the style element, and bytes are as they are hashed."""
    return css.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").replace("</", "<\\/")


def leads_away(html: str) -> bool:
    """Whether a template's own part would move the page elsewhere by itself, which no policy forbids."""
    return _OWN_POLICY.search(html) is not None
