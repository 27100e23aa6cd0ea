"""Arguments that the shell completes: people and needs, from the index as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.place import vault_meant
from mdnet.core.model import LIVE
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from mdnet.app.workspace import Workspace

    TextType = click.ParamType[str]
else:  # older versions of click have no type parameter
    TextType = click.ParamType


class _FromIndex(TextType):
    """Text; what is offered for completion comes from the index, which is not brought up to date for it."""

    name = "text"

    def offers(self, work: Workspace) -> list[tuple[str, str]]:
        """What may be typed, and what it is."""
        raise NotImplementedError

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """The offers that contain what was typed, those that begin with it first."""
        from click.shell_completion import CompletionItem

        from mdnet.app.workspace import open_workspace
        from mdnet.core.lookup import fold

        try:
            work = open_workspace(*vault_meant(ctx.obj))
        except MdnetError:
            return []
        try:
            wanted = fold(incomplete)
            found = [(text, help_text) for text, help_text in self.offers(work) if wanted in fold(text)]
        finally:
            work.close()
        found.sort(key=lambda item: (not fold(item[0]).startswith(wanted), item[0].casefold()))
        return [CompletionItem(text, help=help_text) for text, help_text in found[:100]]


class PersonName(_FromIndex):
    """A person's name, or a part of it."""

    name = "person"

    def offers(self, work: Workspace) -> list[tuple[str, str]]:
        """Names, with role and company."""
        people = work.index.people().values()
        return [(p.name, ", ".join(part for part in (p.role, p.company) if part)) for p in people]


class NeedText(_FromIndex):
    """A need's text, a part of it, or its id."""

    name = "need"

    def offers(self, work: Workspace) -> list[tuple[str, str]]:
        """Texts of open needs, with whose they are."""
        needs = work.index.network().needs
        return [(need.text, need.person) for need in needs if need.state in LIVE]


PERSON = PersonName()
NEED = NeedText()
