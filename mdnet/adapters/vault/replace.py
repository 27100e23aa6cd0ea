"""Put a new text in a note's place so that nobody's save is lost, ours or the user's, whenever either is killed."""

# ruff: noqa: PTH104, PTH105, PTH108, PTH119, PTH120

from __future__ import annotations

import os
import stat
import time
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from mdnet.adapters.vault import attributes, editors, exchange, temporaries
from mdnet.adapters.vault.read import READ_FLAGS
from mdnet.adapters.vault.scan import readable, stamp_of
from mdnet.adapters.vault.writing import (
    NEW_FLAGS,
    alone,
    refusal,
    removed_on_error,
    target_of,
    unless_touched,
    write_all,
    write_file,
)
from mdnet.errors import BusyError, WriteRefusedError

if TYPE_CHECKING:
    from mdnet.core.model import Stamp

LONGEST_WAIT = 2.0
"""Seconds that a write waits for a note to be left alone, at least; ten times `quiet` if that is longer."""

_LINGER = 0.05  # where leases cannot tell who still has the old file open
_ROLL_BACKS = 100
_COARSE = 0.02  # a file's time comes from the kernel's clock tick, and may be that much behind


def wait_until_quiet(path: str, full: str, quiet: float, ours: Stamp | None = None) -> None:
    """Return once the file has not been touched for `quiet` seconds, our own write (`ours`) aside.

    Raises `BusyError` if that takes too long.
    """
    end = time.monotonic() + max(LONGEST_WAIT, 10 * quiet)
    seen = os.lstat(full)
    while quiet > 0 and stamp_of(seen) != ours:
        age = time.time() - max(seen.st_mtime, seen.st_ctime)
        if age >= quiet:
            return
        # A time in the future says nothing: then a whole quiet span must be watched.
        time.sleep(quiet - age if age >= 0 else quiet)
        now = os.lstat(full)
        if stamp_of(now) == stamp_of(seen) and age < 0:
            return
        if time.monotonic() > end and stamp_of(now) != stamp_of(seen):
            raise BusyError(f"{readable(path)}: not written, it is being saved over and over; try again later")
        seen = now


def _wait_for_another_second(full: str) -> None:
    """While nano has the note open, let no two versions of it have the same whole second.

    nano compares seconds and inodes, and after two writes the inode may be that of the first version again: then it
    would save over both without a word.
    """
    if editors.in_nano(full):
        left = int(os.lstat(full).st_mtime) + 1 + _COARSE - time.time()
        if 0 < left <= 1 + _COARSE:
            time.sleep(left)


def check_no_editor(path: str, full: str) -> None:
    """Raise `BusyError` while an editor holds unsaved text of the note."""
    if editor := editors.unsaved(full):
        raise BusyError(f"{readable(path)}: not written, {editor} holds unsaved text of it; save it there first")


def replace(root: str, path: str, old: bytes, new: bytes, quiet: float, ours: Stamp | None = None) -> Stamp:
    """Put `new` in the place of `old`: see `core.store.Store.replace`. `ours` is the stamp of our last write there."""
    full = target_of(root, path)
    check_no_editor(path, full)
    try:
        wait_until_quiet(path, full, quiet, ours)
        _wait_for_another_second(full)
        with alone(root):
            return Replacement(path, full, old, new).run()
    except OSError as error:
        raise refusal(path, error) from error


class _Found(Enum):
    """What has become of a file that was swapped out."""

    EXPECTED = 1
    OPEN = 2  # as expected, but open for writing
    OTHER = 3


class _Save(NamedTuple):
    """A text that the user saved while we wrote, and the temporary file in which it is kept meanwhile, or ""."""

    text: bytes
    spare: str = ""


def _whole_text(handle: int) -> bytes:
    """What an open file says once nobody is writing it; b"" for what is no file."""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        return b""
    end = time.monotonic() + LONGEST_WAIT
    while attributes.Lease(handle).taken is False and time.monotonic() < end:
        time.sleep(0.002)
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read()


class Replacement:
    """One write, step by step."""

    def __init__(self, path: str, full: str, old: bytes, new: bytes) -> None:
        self.path, self.full, self.old, self.new = path, full, old, new
        self.folder = os.path.dirname(full)
        self.before: os.stat_result  # set by `run`

    def run(self) -> Stamp:
        """Do all of it. Raises OSError or `WriteRefusedError` with the note as it was."""
        note = os.open(self.full, READ_FLAGS)
        try:
            self.before = os.fstat(note)
            self.check_allowed()
            self.check_unchanged(note).release()
            temporary, written = self._write_down(note)
            ready = temporaries.ready(self.full, self.old, self.new)
            with removed_on_error(temporary):
                os.rename(temporary, ready)
            with removed_on_error(ready, if_is=self.new):
                check_no_editor(self.path, self.full)  # once more: bringing the new text to the disk takes a while
                traded = self._trade(note, ready)
        finally:
            os.close(note)  # before a plain rename: Windows renames over no open file
        if not traded:
            with removed_on_error(ready, if_is=self.new):
                self._without_exchange(ready)
        exchange.sync_folder(self.folder)
        return stamp_of(unless_touched(self.full, written))

    def _trade(self, note: int, ready: str) -> bool:
        """Put the new text in the place of the note, which is open as `note`, unless somebody saves it meanwhile.

        False where names cannot be exchanged here.

        The lease, where there is one, keeps others from opening the note for writing between the last look at its
        text and the end: an editor that saves in place waits some microseconds, and is seen waiting. One that renames
        is seen by what was swapped out.
        """
        lease = self.check_unchanged(note)
        now = os.lstat(self.full)
        if not self._is_note(now) or (lease.taken and not lease.holds()):
            raise self.changed()
        try:
            exchange.exchange(ready, self.full)
        except exchange.ExchangeUnsupportedError:
            return False
        known = lease.holds() if lease.taken else self.is_done_with(ready, self.old, self.before)
        if known and self._is_note(os.lstat(ready)):
            os.unlink(ready)
            return True
        self._roll_back(ready, lease)
        raise self.changed()

    def _is_note(self, found: os.stat_result) -> bool:
        """Whether this is the file that was opened, with the mode and owner that the new one was given."""
        return os.path.samestat(found, self.before) and attributes.same(found, self.before)

    def changed(self) -> BusyError:
        """The refusal because of somebody else's save."""
        return BusyError(f"{readable(self.path)}: not written, it has changed since it was read; try again")

    def check_allowed(self) -> None:
        """Raise unless the note, as `before` tells it, may be written."""
        mode = self.before.st_mode
        shown = readable(self.path)
        if not stat.S_ISREG(mode):
            raise WriteRefusedError(f"{shown}: not written, it is not a regular file")
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not self._is_writable():
            raise WriteRefusedError(f"{shown}: not written, the file is read-only")
        if self.before.st_nlink > 1:
            raise WriteRefusedError(
                f"{shown}: not written, the file has {self.before.st_nlink} names (hard links), which would come apart"
            )

    def _is_writable(self) -> bool:
        return os.access(self.full, os.W_OK, effective_ids=os.access in os.supports_effective_ids)

    def check_unchanged(self, note: int) -> attributes.Lease:
        """Raise unless the open note still says what was read, and nobody is writing it."""
        lease = attributes.Lease(note)
        if lease.taken is False:
            raise BusyError(f"{readable(self.path)}: not written, another program is writing it now; try again")
        attributes.ask_anew(note)
        with os.fdopen(note, "rb", closefd=False) as file:
            file.seek(0)
            if file.read(len(self.old) + 1) != self.old:
                raise self.changed()
        return lease

    def _write_down(self, note: int) -> tuple[str, os.stat_result]:
        """Write the new text, whole and on the disk, with all that the note has beside its bytes."""
        temporary = temporaries.partial(self.folder)
        handle = os.open(temporary, NEW_FLAGS, 0o600)
        with removed_on_error(temporary):
            try:
                write_all(handle, self.new)
                attributes.copy(note, handle)
                os.fsync(handle)
                written = os.fstat(handle)
            finally:
                os.close(handle)
        return temporary, written

    def is_done_with(self, place: str, expected: bytes, like: os.stat_result | None) -> bool:
        """Whether the file at `place` is as `expected` and nobody can still be writing to it."""
        return self._look(place, expected, like) is _Found.EXPECTED

    def _look(self, place: str, expected: bytes, like: os.stat_result | None) -> _Found:
        try:
            handle = os.open(place, READ_FLAGS)
        except OSError:
            return _Found.OTHER  # a link or a folder was put in the note's place
        try:
            lease = attributes.Lease(handle)
            attributes.ask_anew(handle)
            first = os.fstat(handle)
            if not stat.S_ISREG(first.st_mode) or (like is not None and not attributes.same(first, like)):
                return _Found.OTHER
            with os.fdopen(handle, "rb", closefd=False) as file:
                if file.read(len(expected) + 1) != expected:
                    return _Found.OTHER
                if lease.taken is None:
                    time.sleep(_LINGER)
                    attributes.ask_anew(handle)
                    file.seek(0)
                    return _Found.EXPECTED if file.read(len(expected) + 1) == expected else _Found.OTHER
            return _Found.EXPECTED if lease.holds() else _Found.OPEN
        finally:
            os.close(handle)

    def _roll_back(self, place: str, lease: attributes.Lease) -> None:
        """Put back what the exchange took out: it was not what had been read, so it is the user's newest text.

        What that takes out should be our own text. If it is not, the user has saved once more in between, and that
        is the newest now: it goes back in turn. If it is, but somebody has it open for writing, what they write is
        waited for.

        Our text stood in the note for a moment. Who read just then, and saves, saves over the text before it without
        having seen it: then that one is kept as a conflict copy. Until that is known it is kept as a temporary file.
        """
        put_in = self.new
        saves: list[_Save] = []
        found = _Found.OTHER
        for _ in range(_ROLL_BACKS):
            save = self._put_back(place, lease)
            saves.append(save)
            end = time.monotonic() + LONGEST_WAIT
            while (found := self._look(place, put_in, None)) is _Found.OPEN and time.monotonic() < end:
                time.sleep(0.005)
            if found is not _Found.OTHER:
                break
            put_in = save.text
        self._keep_unseen(saves)
        if found is _Found.OTHER:
            kept = temporaries.put_aside(place, self.folder, os.path.basename(self.full))
            raise BusyError(f"{readable(self.path)}: is being saved over and over; one version was kept as {kept!r}")
        if found is _Found.EXPECTED:
            os.unlink(place)
        # What they write who have it open is looked at when temporary files are cleaned up.

    def _swap_in(self, place: str) -> None:
        """Let the file at `place` trade places with the note, which in a save like vim's is gone for a moment.

        Where it stays away, it has been given another name with our text in it: then this file becomes a conflict copy.
        """
        end = time.monotonic() + _LINGER
        while True:
            try:
                return exchange.exchange(place, self.full)
            except FileNotFoundError:
                if time.monotonic() > end:
                    temporaries.put_aside(place, self.folder, os.path.basename(self.full))
                    raise
            time.sleep(0.001)

    def _put_back(self, place: str, lease: attributes.Lease) -> _Save:
        """Swap the user's text at `place` in, and write it down as well once it is whole: who made it may write yet."""
        try:
            handle = os.open(place, READ_FLAGS)
        except OSError:  # a link or a folder
            self._swap_in(place)
            lease.release()
            return _Save(b"")
        try:
            self._swap_in(place)
            lease.release()
            return self._spared(_whole_text(handle))
        finally:
            os.close(handle)

    def _spared(self, text: bytes) -> _Save:
        """A text that is in the note now, also written down; on a full disk as a second name of the note."""
        if text == self.old:
            return _Save(text)
        spare = temporaries.ready(self.full, self.old, self.new)
        try:
            with removed_on_error(spare):
                write_file(spare, text, stat.S_IMODE(self.before.st_mode))
        except OSError:
            try:
                os.link(self.full, spare)
            except OSError:
                return _Save(text)
        return _Save(text, spare)

    def _keep_unseen(self, saves: list[_Save]) -> None:
        """Make conflict copies of those `saves`, oldest first, that a later text undoes unseen.

        While the first was away our text stood there, while a later one was, the one before it.
        """
        time.sleep(_LINGER)  # for who has read our text and is about to save
        now = self._whole()
        later = [saves[-1].text if now is None else now]
        for number, save in reversed(list(enumerate(saves))):
            held = save.text == self.old or any(temporaries.holds(newer, save.text) for newer in later)
            undone = not held and (number > 0 or self._is_made_from_ours(later, save.text))
            if undone and save.spare:
                temporaries.put_aside(save.spare, self.folder, os.path.basename(self.full))
            elif save.spare:
                os.unlink(save.spare)
            later.append(save.text)

    def _whole(self) -> bytes | None:
        """What the note says once nobody is writing it; None where it is not there for longer than a save takes."""
        begun = time.monotonic()
        while True:
            text = temporaries.contents(self.full)
            waited = time.monotonic() - begun
            if text is None and waited > _LINGER:
                return None
            # A file that was just made is empty, and may be closed before it is asked who writes it.
            if text is not None and not temporaries.is_being_written(self.full):
                if temporaries.contents(self.full) == text:
                    return text
            elif waited > LONGEST_WAIT:
                return text
            time.sleep(0.005)

    def _is_made_from_ours(self, later: list[bytes], save: bytes) -> bool:
        """Whether one of the texts after `save` has a line that we added, which `save` has not."""
        before = {*save.split(b"\n"), *self.old.split(b"\n")}
        ours = {line for line in self.new.split(b"\n") if line.strip() and line not in before}
        # Of a write that only takes away there is no such sign.
        return not ours or any(not ours.isdisjoint(text.split(b"\n")) for text in later)

    def _without_exchange(self, ready: str) -> None:
        """Compare once more, rename, look at what was replaced, and keep it for a week.

        A save in place is always seen. One that renames, in the microseconds between comparison and rename, is not:
        that takes a file system that can exchange names.
        """
        kept = temporaries.ready(self.full, self.old, self.new)
        linked = True
        try:
            os.link(self.full, kept)
        except OSError:
            linked = False
            write_file(kept, self.old)
        replaced = False
        try:
            if not self.is_done_with(self.full, self.old, self.before) or not self._is_note(os.lstat(self.full)):
                raise self.changed()
            os.replace(ready, self.full)
            replaced = True
        finally:
            if not replaced:
                os.unlink(kept)  # the note is still there under its own name
        if linked and not self.is_done_with(kept, self.old, self.before):
            os.replace(kept, self.full)
            raise self.changed()
        os.replace(kept, temporaries.backup(self.full))
