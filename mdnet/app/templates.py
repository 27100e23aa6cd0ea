"""The templates in use: mdnet's own, or the user's of the same name in the vault's first templates folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.adapters.render import Renderer
from mdnet.core.html_policy import leads_away, page_head, served_policy, static_policy, style_of
from mdnet.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdnet.app.workspace import Workspace

STYLE = "page.css.j2"


def renderer(work: Workspace) -> Renderer:
    """Renders the templates of this vault."""
    return Renderer(user_templates(work), cache=work.folders.cache / "templates")


def user_templates(work: Workspace) -> Path | None:
    """The folder that may hold page templates of the user's own."""
    if not work.settings.templates:
        return None
    folder = Path(work.root) / work.settings.templates[0]
    return folder if folder.is_dir() else None


def html_page(render: Renderer, name: str, data: Mapping[str, Any], *, script: str = "") -> tuple[str, str]:
    """The page that template `name` makes, and its policy. With a `script` it is one of the server's.

    Raises TemplateError, with file and line of the template.
    """
    css = style_of(render.render(STYLE, {}))
    policy = served_policy(css, script) if script else static_policy(css)
    body = render.render(name, data)
    if render.is_users(name) and leads_away(body):
        raise TemplateError(f"{name}: a page must not hold <meta http-equiv> or <base>: these lead away from it")
    return page_head(css, "" if script else policy) + body, policy
