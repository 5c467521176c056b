"""Ties the life of a child process to its parent's, by the kernel: it holds even when the parent is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html


def signal_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that has the child sent `number` when this process dies. Linux only; elsewhere it does nothing."""
    parent = os.getpid()
    if sys.platform != "linux":
        return lambda: None
    library = ctypes.CDLL(None)  # loaded before the fork, where it is safe

    def in_child() -> None:
        library.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return in_child
