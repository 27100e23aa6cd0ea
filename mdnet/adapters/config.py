"""Configuration: `mdnet.toml` and Obsidian's own settings in the vault, the user's config file and folders."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from mdnet.core.hashing import sha256
from mdnet.core.ignore import NOTE_ENDS
from mdnet.core.model import VERBS, Problem, Verb
from mdnet.core.settings import MATCHING, DailyNotes, Judge, Settings
from mdnet.core.values import dataclass
from mdnet.errors import ConfigError, VaultNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

VAULT_FILE = "mdnet.toml"
_KEYS = (
    "people",
    "me",
    "reviews",
    "templates",
    "ignore",
    "mentions-count",
    "matching",
    "cadence",
    "max-note-bytes",
    "log-headings",
    "verbs",
    "headings",
    "daily",
    "judge",
)
_XDG = (("XDG_CONFIG_HOME", "~/.config"), ("XDG_CACHE_HOME", "~/.cache"), ("XDG_STATE_HOME", "~/.local/state"))
_DAILY_KEYS = ("folder", "format", "template")
_JUDGE_KEYS = ("url", "model", "hosts")


@dataclass(frozen=True, slots=True)
class UserFolders:
    """Where mdnet keeps what is not the user's text: all outside the vault, readable by their owner alone."""

    config: Path
    cache: Path
    state: Path


def user_folders() -> UserFolders:
    """The folders of the platform's convention (XDG on Linux)."""
    if sys.platform == "linux" and "ANDROID_DATA" not in os.environ:
        # As platformdirs finds them; to load that takes longer than to answer a question from the index.
        config, cache, state = (
            (os.environ.get(name, "").strip() or os.path.expanduser(usual)) + "/mdnet"  # noqa: PTH111
            for name, usual in _XDG
        )
        if config[0] == cache[0] == state[0] == "/":
            return UserFolders(Path(config), Path(cache), Path(state))
    import platformdirs

    return UserFolders(
        config=Path(platformdirs.user_config_dir("mdnet", appauthor=False)),
        cache=Path(platformdirs.user_cache_dir("mdnet", appauthor=False)),
        state=Path(platformdirs.user_state_dir("mdnet", appauthor=False)),
    )


def find_vault(named: str | None, environ: Mapping[str, str], here: Path, config: Path) -> Path:
    """The vault's folder: `named` (from `--vault`), `MDNET_VAULT`, the nearest parent, the user's default.

    Raises VaultNotFoundError with what to do, ConfigError for an unreadable config file.
    """
    for source, value in (("--vault", named), ("MDNET_VAULT", environ.get("MDNET_VAULT"))):
        if value:
            return _existing(_expanded(value), source)
    here = here.absolute()
    for folder in (here, *here.parents):
        if _is_vault(folder):
            return folder
    default = _user_default(config)
    if default:
        return _existing(_expanded(default), str(config / "config.toml"))
    raise VaultNotFoundError(
        "no vault here: name one with --vault FOLDER or MDNET_VAULT, or make one with 'mdnet init FOLDER'"
    )


def _is_vault(folder: Path) -> bool:
    """Raises VaultNotFoundError where nobody knows: to go on with another vault is to write into a wrong one."""
    try:
        return (folder / VAULT_FILE).is_file() or (folder / ".obsidian").is_dir()
    except OSError as error:
        raise VaultNotFoundError(
            f"the folder {folder} cannot be entered ({error.strerror}): name the vault with --vault FOLDER"
        ) from error


def _expanded(path: str) -> Path:
    """`path` with the home folder for its `~`; as it is where nobody has a home of that name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 (the other way raises an error)


def _existing(path: Path, source: str) -> Path:
    try:
        is_folder = path.is_dir()
        what = "is not a folder" if path.exists() else "is not there"
    except OSError as error:  # a folder on the way, or a disk whose server has died
        is_folder, what = False, f"cannot be entered ({error.strerror})"
    if not is_folder:
        raise VaultNotFoundError(f"the vault {path} (from {source}) {what}")
    return path.absolute()


def _enter(root: Path) -> None:
    try:
        os.lstat(root / VAULT_FILE)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise VaultNotFoundError(f"the vault {root} cannot be entered ({error.strerror})") from error


def _user_default(config: Path) -> str:
    file = config / "config.toml"
    text = _text(file, str(file))
    table = _toml(text, str(file))
    for key in table:
        if key != "vault":
            raise ConfigError(f"{file}:{_line_of(text, key)}: unknown key '{key}' (known: vault)")
    value = table.get("vault", "")
    if not isinstance(value, str):
        raise ConfigError(f"{file}: 'vault' must be a path in quotes")
    return value


def _text(file: Path, shown: str) -> str:
    """What the file says; "" where there is none."""
    try:
        return _read(file)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{shown}:1: cannot be read: {error}") from error


def _read(file: Path) -> str:
    """The text of a regular file: to open a FIFO is to wait for whoever writes into it. Raises OSError."""
    with open(file, encoding="utf-8-sig", opener=_open_at_once) as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError("not a regular file")
        return opened.read()


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _toml(text: str, shown: str) -> dict[str, Any]:
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ConfigError(f"{shown}:{line[1] if line else 1}: {error}") from error


def _line_of(text: str, key: str, table: str = "") -> int:
    """The line on which `key` is set (within `[table]`), for an error message."""
    inside = not table
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            inside = not table or header[1].strip("\"'") == table
            if not table and header[1].split(".")[0].strip("\"' ") == key:
                return number
        elif inside and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
            return number
    return 1


class _Reader:
    """Takes typed values out of `mdnet.toml`; every error names the line."""

    def __init__(self, table: dict[str, Any], text: str, name: str = "") -> None:
        self.table, self.text, self.name = table, text, name

    def fail(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{VAULT_FILE}:{_line_of(self.text, key, self.name)}: {what}")

    def check_keys(self, known: tuple[str, ...]) -> None:
        for key in self.table:
            if key not in known:
                raise self.fail(key, f"unknown key '{key}' (known: {', '.join(known)})")

    def get(self, key: str, kind: type, default: Any, wanted: str) -> Any:
        value = self.table.get(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(key, f"'{key}' must be {wanted}")
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.table.get(key, list(default))
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(key, f"'{key}' must be text or a list of texts")
        return tuple(value)

    def folder(self, key: str, default: str) -> str:
        return self.inside(key, self.get(key, str, default, "a folder in the vault, in quotes"))

    def note(self, key: str, default: str) -> str:
        """A note's path, which Obsidian shows without its ending."""
        path = self.inside(key, self.get(key, str, default, "a note in the vault, in quotes"))
        return path if not path or path[-3:] in NOTE_ENDS else f"{path}.md"

    def inside(self, key: str, value: str) -> str:
        typed = value.replace("\\", "/")
        path = PurePosixPath(typed.strip("/") or ".")
        if ".." in path.parts:
            raise self.fail(key, f"'{key}' must lie in the vault")
        if path.parts and (typed.startswith(("/", "~/")) or re.match("[A-Za-z]:", typed)):
            raise self.fail(key, f"'{key}' must lie in the vault, and is told from there, without what leads to it")
        return "" if path == PurePosixPath() else str(path)


def read_settings(root: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """The vault's settings, and problems with Obsidian's own files (which never stop anything).

    Raises ConfigError, with file and line, for a wrong `mdnet.toml`, and VaultNotFoundError where nothing in the vault
    can be looked at.
    """
    _enter(root)
    obsidian = _Obsidian(root)
    text = _text(root / VAULT_FILE, VAULT_FILE)
    table = _toml(text, VAULT_FILE)
    reader = _Reader(table, text)
    reader.check_keys(_KEYS)
    defaults = Settings()
    templates = (
        tuple(reader.inside("templates", item) for item in reader.texts("templates", ()))
        if "templates" in table
        else obsidian.templates() or defaults.templates
    )
    settings = Settings(
        people=reader.folder("people", defaults.people),
        me=reader.note("me", defaults.me),
        reviews=reader.folder("reviews", defaults.reviews),
        templates=templates,
        ignore=(*reader.texts("ignore", ()), *obsidian.ignored()),
        verbs=_words(reader, "verbs", VERBS),
        headings={**defaults.headings, **_words(reader, "headings", ("need", "offer"))},
        log_headings=tuple(item.casefold() for item in reader.texts("log-headings", defaults.log_headings)),
        daily=_daily(reader, obsidian),
        mentions_count=reader.get("mentions-count", bool, False, "true or false"),
        matching=_matching(reader),
        judge=_judge(reader),
        cadence_days=_cadence(reader),
        max_note_bytes=_max_note_bytes(reader, defaults.max_note_bytes),
    )
    return settings, tuple(obsidian.problems)


def _words(reader: _Reader, key: str, verbs: tuple[Verb, ...]) -> dict[str, Verb]:
    """`[verbs]` and `[headings]`: a verb's name to the words that mean it, turned round."""
    table = reader.get(key, dict, {}, "a table")
    inner = _Reader(table, reader.text, key)
    inner.check_keys(cast("tuple[str, ...]", verbs))
    return {
        word.strip().lstrip("#").casefold(): verb for verb in verbs for word in inner.texts(verb, ()) if word.strip()
    }


def _daily(reader: _Reader, obsidian: _Obsidian) -> tuple[DailyNotes, ...]:
    own = reader.table.get("daily")
    if own is None:
        return obsidian.daily() or (DailyNotes(),)
    tables = own if isinstance(own, list) else [own]
    result = []
    for table in tables:
        if not isinstance(table, dict):
            raise reader.fail("daily", "'daily' must be a table: [daily]")
        inner = _Reader(table, reader.text, "daily")
        inner.check_keys(_DAILY_KEYS)
        result.append(
            DailyNotes(
                folder=inner.folder("folder", ""),
                format=inner.get("format", str, "YYYY-MM-DD", "a date format in quotes") or "YYYY-MM-DD",
                template=inner.folder("template", ""),
            )
        )
    return tuple(result) or (DailyNotes(),)


def _judge(reader: _Reader) -> Judge:
    inner = _Reader(reader.get("judge", dict, {}, "a table: [judge]"), reader.text, "judge")
    inner.check_keys(_JUDGE_KEYS)
    url, hosts = inner.get("url", str, "", "an address in quotes").strip(), inner.texts("hosts", ())
    if url:
        from mdnet.core.match_ask import address  # not needed by those who have no such model

        if isinstance(wrong := address(url, hosts), str):
            raise inner.fail("url", wrong)
    return Judge(url, inner.get("model", str, "", "a name in quotes").strip(), hosts)


def _matching(reader: _Reader) -> str:
    value: str = reader.get("matching", str, MATCHING[0], "text")
    if value not in MATCHING and not value.startswith(("~", "/")) and not Path(value).is_absolute():
        raise reader.fail("matching", f"'matching' must be one of: {', '.join(MATCHING)}, or the folder of a model")
    return value


def _cadence(reader: _Reader) -> int | None:
    value = reader.table.get("cadence")
    if value is None:
        return None
    from mdnet.core.dates import cadence_days

    days = cadence_days(value)
    if days is None:
        raise reader.fail("cadence", '\'cadence\' must be like "6w", "3m", "monthly" or "never"')
    return days


def _max_note_bytes(reader: _Reader, default: int) -> int:
    value: int = reader.get("max-note-bytes", int, default, "a number of bytes")
    if value < 0:
        raise reader.fail("max-note-bytes", "'max-note-bytes' must be a number of bytes")
    return value


class _Obsidian:
    """What Obsidian was told, read leniently: it is another program's file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def _json(self, name: str) -> dict[str, Any]:
        path = f".obsidian/{name}"
        try:
            value = json.loads(_read(self.root / path))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 1)
            self.problems.append(Problem(path, line, f"cannot be read as JSON, so its settings are not used: {error}"))
            return {}
        return value if isinstance(value, dict) else {}

    def ignored(self) -> tuple[str, ...]:
        filters = self._json("app.json").get("userIgnoreFilters")
        return tuple(item for item in filters if isinstance(item, str)) if isinstance(filters, list) else ()

    def templates(self) -> tuple[str, ...]:
        folders = [self._json("templates.json").get("folder")]
        folders.append(self._json("plugins/templater-obsidian/data.json").get("templates_folder"))
        found = [item.strip("/") for item in folders if isinstance(item, str) and item.strip("/")]
        return tuple(dict.fromkeys(found))

    def daily(self) -> tuple[DailyNotes, ...]:
        periodic = self._json("plugins/periodic-notes/data.json").get("daily")
        tables = [periodic] if isinstance(periodic, dict) and periodic.get("enabled", True) else []
        core = self._json("daily-notes.json")
        if core:
            tables.append(core)
        return tuple(dict.fromkeys(_daily_notes(table) for table in tables))


def _daily_notes(table: dict[str, Any]) -> DailyNotes:
    def text(key: str) -> str:
        value = table.get(key)
        return value.strip().strip("/") if isinstance(value, str) else ""

    return DailyNotes(folder=text("folder"), format=text("format") or "YYYY-MM-DD", template=text("template"))


def vault_key(root: Path) -> str:
    """A name for this vault's files in the user's folders, whichever way its path is written: the name of its real
    folder and a hash of its real path."""
    real = os.path.realpath(root)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", os.path.basename(real))[:40] or "vault"  # noqa: PTH119
    return f"{name}-{sha256(os.fsencode(real)).hexdigest()[:12]}"
