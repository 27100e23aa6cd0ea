"""Giving memory back to the system, for a process that runs for months and needs much of it only now and then."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> bool:
    """Free what nobody uses, to the system where that is possible (glibc's malloc_trim(3)); returns whether it is."""
    gc.collect()
    if sys.platform != "linux":
        return False
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library
        return False
    trim(0)
    return True
