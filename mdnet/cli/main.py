"""The `mdnet` command: a group that imports a subcommand only when it is called."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mdnet import __version__
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    from collections.abc import Iterator

EPILOG = """\b
Exit codes: 0 done; 1 problems found, or stopped; 2 wrong usage;
3 configuration wrong; 4 no vault; 5 no such person, need, match or
write; 6 ambiguous; 7 write refused; 8 index unusable; 9 template wrong;
10 already running; 11 text that cannot be written; 12 output that
cannot be written. A list without a line in it is no error."""

# name -> (module, what it does); tests hold this text and each command's own help together.
COMMANDS: dict[str, tuple[str, str]] = {
    "review": ("review", "Write this week's review page."),
    "apply": ("changes", "Carry out the ticks on the review pages."),
    "brief": ("write", "Know before you meet somebody: what to ask, what would help."),
    "draft": ("write", "Write a message: pass-on, intro, help, thanks or follow-up."),
    "stats": ("stats", "Show the network over time: needs, help, contacts, quiet ties."),
    "serve": ("serve", "Show this week live in your browser, with buttons."),
    "templates": ("templates", "Make mdnet's pages and mails your own."),
    "add": ("capture", "Make a note for a new person."),
    "need": ("capture", "Write down what somebody needs."),
    "offer": ("capture", "Write down what somebody can help with."),
    "heard": ("capture", "Write down something you heard; tells whose needs it matches."),
    "met": ("capture", "Write down that you were in touch."),
    "gave": ("capture", "Write down that you helped somebody."),
    "asked": ("capture", "Write down that you asked somebody for help."),
    "got": ("capture", "Write down that somebody helped you."),
    "note": ("capture", "Begin a meeting note with somebody and open it in $EDITOR."),
    "start": ("states", "Mark a need as being helped with."),
    "done": ("states", "Mark a need as helped."),
    "drop": ("states", "Mark a need as dropped."),
    "reopen": ("states", "Make a need open again."),
    "snooze": ("states", "Have a need rest until a day."),
    "dismiss": ("states", "Say that a match is of no use; it never comes back."),
    "due": ("states", "Have a person not be due before a day."),
    "people": ("people", "List people, those due first."),
    "show": ("people", "Show one person: who they are, needs, balance, log."),
    "needs": ("needs", "List needs."),
    "match": ("needs", "Match needs to what was seen and heard."),
    "search": ("needs", "Search all notes."),
    "undo": ("changes", "Take back your last write, or that of an ID from 'mdnet log'."),
    "log": ("changes", "List what mdnet wrote, the newest first."),
    "init": ("vault", "Make a new vault, or a copy of the example."),
    "check": ("vault", "List everything in the notes that needs mending."),
    "status": ("vault", "Tell what is indexed, how old it is and how it went."),
    "index": ("vault", "Bring the index up to date."),
    "watch": ("watch", "Keep the index and this week's page current, until stopped."),
    "conflicts": ("conflicts", "Compare the copies that sync tools made, and merge what is safe."),
    "service": ("service", "Have 'mdnet watch' started whenever you log in."),
}


class ReportedError(click.ClickException):
    """A MdnetError as click shows it: one line on standard error and its exit code."""

    def __init__(self, error: MdnetError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code  # type: ignore[misc]  # each error has its own

    def show(self, file: Any = None) -> None:
        """Print the message with the program's name before it."""
        click.echo(f"mdnet: {self.format_message()}", err=True, file=file)


class UnheardError(click.ClickException):
    """Nobody reads on, as in `mdnet people | head -1`: no news to anybody, but an exit code."""

    def __init__(self) -> None:
        super().__init__("the output is closed")
        from mdnet.cli.outlet import EXIT_CODE

        self.exit_code = EXIT_CODE  # type: ignore[misc]  # as above

    def show(self, file: Any = None) -> None:  # noqa: ARG002 (click's interface)
        """Print nothing, now or at the end of the process."""
        from mdnet.cli.outlet import drop_the_rest

        drop_the_rest(sys.stdout)


@contextmanager
def _heard() -> Iterator[None]:
    """Raises UnheardError where what is printed within this block is read no further."""
    try:
        yield
    except BrokenPipeError as error:
        from mdnet.cli.outlet import came_of_printing

        if not came_of_printing(error):
            raise
        raise UnheardError from error


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's interface)
        """All commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        import importlib

        module = importlib.import_module(f"mdnet.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a hint where the name is nearly right."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 2, 0.6)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """As click does; `--help` and `--version` print already here."""
        with _heard():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and report what mdnet cannot go on with."""
        try:
            with _heard():
                return super().invoke(ctx)
        except MdnetError as error:
            raise ReportedError(error) from error


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--vault", metavar="FOLDER", help="The vault; else MDNET_VAULT, the folder you are in, your default.")
@click.version_option(__version__, prog_name="mdnet")
@click.pass_context
def main(ctx: click.Context, vault: str | None) -> None:
    """Whom can you help this week, and with what?

    mdnet matches what the people you know need to what you noted, in a folder of Markdown notes.
    """
    ctx.obj = vault
    if not gc.isenabled():  # see mdnet.cli.start; by now the command's own module is there too
        gc.freeze()
        gc.enable()
