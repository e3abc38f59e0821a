"""The child watchers of CPython 3.13: who tells the loop that a process has ended.

3.14 has no more of them than the library's two, which take a descriptor or a thread for each process;
those that hear SIGCHLD are here.
"""

__all__ = ('AbstractChildWatcher', 'SafeChildWatcher', 'FastChildWatcher', 'PidfdChildWatcher',
           'MultiLoopChildWatcher', 'ThreadedChildWatcher')

import os
import signal
import sys
import threading
import warnings

from . import events, unix_events
from .log import logger


def deprecated(name, level=3):
    """The warning of 3.12 and 3.13."""
    if sys.version_info < (3, 12):
        return
    warnings.warn(f'{name!r} is deprecated as of Python 3.12 and will be removed in Python 3.14.',
                  DeprecationWarning, stacklevel=level + 1)


def default():
    """The watcher that a policy has until another is set."""
    if sys.version_info < (3, 8):
        return SafeChildWatcher()
    return PidfdChildWatcher() if unix_events.can_use_pidfd() else ThreadedChildWatcher()


class AbstractChildWatcher:
    """What a loop asks of a child watcher."""

    __module__ = 'asyncio.unix_events'

    def __init_subclass__(cls):
        if cls.__module__ != 'asyncio.unix_events':
            deprecated('AbstractChildWatcher')

    def add_child_handler(self, pid, callback, *args):
        """Have callback(pid, returncode, *args) called once the process has ended."""
        raise NotImplementedError

    def remove_child_handler(self, pid):
        """Forget a process; whether it was known."""
        raise NotImplementedError

    def attach_loop(self, loop):
        """Serve this loop from now on, or none."""
        raise NotImplementedError

    def close(self):
        """Give back what the watcher holds."""
        raise NotImplementedError

    def is_active(self):
        """Whether ends of processes would be noticed."""
        raise NotImplementedError

    def __enter__(self):
        """Processes may be started from now on."""
        raise NotImplementedError

    def __exit__(self, a, b, c):
        """Processes were started, and their handlers added."""
        raise NotImplementedError


class _Independent:
    """A watcher that needs no loop of its own and no signal."""

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, exc_traceback):
        pass

    def is_active(self):
        return True

    def close(self):
        pass

    def attach_loop(self, loop):
        pass

    def remove_child_handler(self, pid):
        return True


class PidfdChildWatcher(_Independent, unix_events._PidfdChildWatcher, AbstractChildWatcher):
    """Waits for a descriptor of each process."""

    __module__ = 'asyncio.unix_events'


class ThreadedChildWatcher(_Independent, unix_events._ThreadedChildWatcher, AbstractChildWatcher):
    """Waits in a thread for each process."""

    __module__ = 'asyncio.unix_events'


class _AsksForEach:
    """A watcher that asks for each of its processes when a signal says that some process has ended."""

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def add_child_handler(self, pid, callback, *args):
        self._callbacks[pid] = self._known(callback, args)
        # It may have ended already.
        self._do_waitpid(pid)

    def _known(self, callback, args):
        """What is kept of a handler."""
        return callback, args

    def _do_waitpid_all(self):
        for pid in list(self._callbacks):
            self._do_waitpid(pid)

    def _do_waitpid(self, expected_pid):
        assert expected_pid > 0
        if ended := _ended(expected_pid):
            self._has_ended(expected_pid, *ended)


def _ended(pid):
    """The return code of a process, and whether it is its own; None while it runs."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        # Somebody else has waited for it.
        logger.warning('Unknown child process pid %d, will report returncode 255', pid)
        return 255, False
    return (unix_events.waitstatus_to_exitcode(status), True) if found else None


def _tell(pid, returncode):
    logger.debug('process %s exited with returncode %s', pid, returncode)


def _tell_unexpected(pid):
    logger.warning('Child watcher got an unexpected pid: %r', pid)


class BaseChildWatcher(AbstractChildWatcher):
    """Hears SIGCHLD through a loop."""

    __module__ = 'asyncio.unix_events'

    def __init__(self):
        self._loop = None
        self._callbacks = {}

    def close(self):
        self._callbacks.clear()
        self.attach_loop(None)

    def is_active(self):
        return self._loop is not None and self._loop.is_running()

    def _do_waitpid(self, expected_pid):
        raise NotImplementedError

    def _do_waitpid_all(self):
        raise NotImplementedError

    def remove_child_handler(self, pid):
        return self._callbacks.pop(pid, None) is not None

    def attach_loop(self, loop):
        assert loop is None or isinstance(loop, events.AbstractEventLoop)
        if self._loop is not None:
            if loop is None and self._callbacks:
                warnings.warn(
                    'A loop is being detached from a child watcher with pending handlers',
                    RuntimeWarning)
            self._loop.remove_signal_handler(signal.SIGCHLD)
        self._loop = loop
        if loop is not None:
            loop.add_signal_handler(signal.SIGCHLD, self._sig_chld)
            # Whoever ended while nobody listened.
            self._do_waitpid_all()

    def _sig_chld(self):
        try:
            self._do_waitpid_all()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as exc:
            self._loop.call_exception_handler(
                {'message': 'Unknown exception in SIGCHLD handler', 'exception': exc})


class SafeChildWatcher(_AsksForEach, BaseChildWatcher):
    """Asks for each of its processes whenever one has ended, and for no other."""

    __module__ = 'asyncio.unix_events'

    def __init__(self):
        super().__init__()
        deprecated('SafeChildWatcher')

    def _has_ended(self, pid, returncode, is_own):
        debug = self._loop is not None and self._loop.get_debug()
        if is_own and debug:
            _tell(pid, returncode)
        callback, args = self._callbacks.pop(pid, (None, ()))
        if callback is not None:
            callback(pid, returncode, *args)
        elif debug:
            _tell_unexpected(pid)


class FastChildWatcher(BaseChildWatcher):
    """Takes whatever process has ended, be it the loop's or not."""

    __module__ = 'asyncio.unix_events'

    def __init__(self):
        super().__init__()
        self._lock = threading.Lock()
        # Those that ended before somebody asked for them.
        self._zombies = {}
        self._forks = 0
        deprecated('FastChildWatcher')

    def close(self):
        self._zombies.clear()
        super().close()

    def __enter__(self):
        with self._lock:
            self._forks += 1
        return self

    def __exit__(self, a, b, c):
        with self._lock:
            self._forks -= 1
            if self._forks or not self._zombies:
                return
            shown = str(self._zombies)
            self._zombies.clear()
        logger.warning('Caught subprocesses termination from unknown pids: %s', shown)

    def add_child_handler(self, pid, callback, *args):
        assert self._forks, 'Must use the context manager'
        with self._lock:
            if pid not in self._zombies:
                self._callbacks[pid] = callback, args
                return
            returncode = self._zombies.pop(pid)
        callback(pid, returncode, *args)

    def _do_waitpid_all(self):
        # One signal may stand for several ends.
        while self._take_one():
            pass

    def _take_one(self):
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return False
        returncode = unix_events.waitstatus_to_exitcode(status)
        debug = self._loop is not None and self._loop.get_debug()
        with self._lock:
            callback, args = self._callbacks.pop(pid, (None, ()))
            if callback is None and self._forks:
                # Its handler may be about to come.
                self._zombies[pid] = returncode
                if debug:
                    logger.debug('unknown process %s exited with returncode %s', pid, returncode)
                return True
        if callback is None:
            logger.warning('Caught subprocess termination from unknown pid: %d -> %d',
                           pid, returncode)
            return True
        if debug:
            _tell(pid, returncode)
        callback(pid, returncode, *args)
        return True


class MultiLoopChildWatcher(_AsksForEach, AbstractChildWatcher):
    """Hears SIGCHLD by a handler of its own, and serves the loops of all threads."""

    __module__ = 'asyncio.unix_events'

    def __init__(self):
        self._callbacks = {}
        self._saved_sighandler = None
        deprecated('MultiLoopChildWatcher')

    def is_active(self):
        return self._saved_sighandler is not None

    def close(self):
        self._callbacks.clear()
        if self._saved_sighandler is None:
            return
        if signal.getsignal(signal.SIGCHLD) == self._sig_chld:
            signal.signal(signal.SIGCHLD, self._saved_sighandler)
        else:
            logger.warning('SIGCHLD handler was changed by outside code')
        self._saved_sighandler = None

    def _known(self, callback, args):
        return events.get_running_loop(), callback, args

    def remove_child_handler(self, pid):
        return self._callbacks.pop(pid, None) is not None

    def attach_loop(self, loop):
        # Whose loop it is does not count: a handler knows its own.
        if self._saved_sighandler is not None:
            return
        self._saved_sighandler = signal.signal(signal.SIGCHLD, self._sig_chld)
        if self._saved_sighandler is None:
            logger.warning('Previous SIGCHLD handler was set by non-Python code, '
                           'restore to default handler on watcher close.')
            self._saved_sighandler = signal.SIG_DFL
        signal.siginterrupt(signal.SIGCHLD, False)

    def _has_ended(self, pid, returncode, is_own):
        loop, callback, args = self._callbacks.pop(pid, (None, None, ()))
        if loop is None:
            _tell_unexpected(pid)
        elif loop.is_closed():
            logger.warning('Loop %r that handles pid %r is closed', loop, pid)
        else:
            if is_own and loop.get_debug():
                _tell(pid, returncode)
            loop.call_soon_threadsafe(callback, pid, returncode, *args)

    def _sig_chld(self, signum, frame):
        try:
            self._do_waitpid_all()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException:
            logger.warning('Unknown exception in SIGCHLD handler', exc_info=True)
