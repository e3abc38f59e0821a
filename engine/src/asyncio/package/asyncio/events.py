"""The interfaces, the running loop, and policies."""

__all__ = ('AbstractEventLoopPolicy', 'AbstractEventLoop', 'AbstractServer', 'Handle',
           'TimerHandle', 'get_event_loop_policy', 'set_event_loop_policy', 'get_event_loop',
           'set_event_loop', 'new_event_loop', 'get_child_watcher', 'set_child_watcher',
           '_set_running_loop', 'get_running_loop', '_get_running_loop')

import os
import sys
import threading

from _asyncio import (_get_running_loop, _set_running_loop, get_event_loop, get_running_loop)
from _loopscope import Handle, TimerHandle, dialect, proactor

from ._abstract import AbstractEventLoop, AbstractEventLoopPolicy, AbstractServer


_IS_3_14 = dialect() == 'cpython-3.14'
_IS_3_6 = dialect() == 'cpython-3.6'

_no_loop = 'There is no current event loop in thread %r.'


def _warn_of_no_loop():
    """Names the line of whoever asked, outside of asyncio."""
    import warnings
    level = 3
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get('__name__', '')
        if module != 'asyncio' and not module.startswith('asyncio.'):
            break
        frame = frame.f_back
        level += 1
    warnings.warn('There is no current event loop', DeprecationWarning, stacklevel=level)


class BaseDefaultEventLoopPolicy(AbstractEventLoopPolicy):
    """One loop a thread; only the main thread's is created when it is first asked for."""

    _loop_factory = None

    class _Local(threading.local):
        _loop = None
        _set_called = False

    def __init__(self):
        self._local = self._Local()

    def get_event_loop(self):
        local = self._local
        if (local._loop is None and not local._set_called and not _IS_3_14
                and threading.current_thread() is threading.main_thread()):
            if sys.version_info >= (3, 12):
                _warn_of_no_loop()
            self.set_event_loop(self.new_event_loop())
        if self._local._loop is None:
            raise RuntimeError(_no_loop % threading.current_thread().name)
        return self._local._loop

    def set_event_loop(self, loop):
        self._local._set_called = True
        if _IS_3_6:
            assert loop is None or isinstance(loop, AbstractEventLoop)
        if loop is not None and not isinstance(loop, AbstractEventLoop):
            raise TypeError('loop must be an instance of AbstractEventLoop or None, '
                            f"not '{type(loop).__name__}'")
        self._local._loop = loop

    def new_event_loop(self):
        factory = self._loop_factory
        if factory is None:
            if proactor():
                from ._proactor import ProactorEventLoop as factory
            else:
                from .loops import SelectorEventLoop as factory
        return factory()


def _child_watchers():
    """They are a part of `unix_events`, which takes them in."""
    from . import unix_events
    from . import child_watchers
    return child_watchers


class _UnixDefaultEventLoopPolicy(BaseDefaultEventLoopPolicy):
    """The policy that is in force until another is set; up to 3.13 it has a child watcher."""

    __module__ = 'asyncio.unix_events'

    def __init__(self):
        super().__init__()
        self._watcher = None

    def set_event_loop(self, loop):
        super().set_event_loop(loop)
        if (self._watcher is not None
                and threading.current_thread() is threading.main_thread()):
            self._watcher.attach_loop(loop)

    def get_child_watcher(self):
        child_watchers = _child_watchers()
        with _lock:
            if self._watcher is None:
                self._watcher = child_watchers.default()
                if _IS_3_6 and threading.current_thread() is threading.main_thread():
                    self._watcher.attach_loop(self._local._loop)
        child_watchers.deprecated('get_child_watcher')
        return self._watcher

    def set_child_watcher(self, watcher):
        child_watchers = _child_watchers()
        assert watcher is None or isinstance(watcher, child_watchers.AbstractChildWatcher)
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = watcher
        child_watchers.deprecated('set_child_watcher')


DefaultEventLoopPolicy = _UnixDefaultEventLoopPolicy

if _IS_3_14:
    # The policies of that version know nothing of processes.
    for _policy in (AbstractEventLoopPolicy, _UnixDefaultEventLoopPolicy):
        del _policy.get_child_watcher, _policy.set_child_watcher
    del _policy

# The names that the interpreter's library uses.
_ThreadSafeHandle = Handle
if _IS_3_14:
    class _ThreadSafeHandle(Handle):
        """What call_soon_threadsafe() gives."""
        __slots__ = ()

_AbstractEventLoopPolicy = AbstractEventLoopPolicy
_BaseDefaultEventLoopPolicy = BaseDefaultEventLoopPolicy
_DefaultEventLoopPolicy = DefaultEventLoopPolicy

_event_loop_policy = None
_lock = threading.Lock()


def _warn_of_policy(name):
    if _IS_3_14:
        import warnings
        warnings._deprecated(f'asyncio.{name}', remove=(3, 16))


def get_event_loop_policy():
    """Get the current event loop policy."""
    _warn_of_policy('get_event_loop_policy')
    return _get_event_loop_policy()


def _get_event_loop_policy():
    global _event_loop_policy
    if _event_loop_policy is None:
        _event_loop_policy = DefaultEventLoopPolicy()
    return _event_loop_policy


def set_event_loop_policy(policy):
    """Set the current event loop policy; None restores the default one."""
    _warn_of_policy('set_event_loop_policy')
    _set_event_loop_policy(policy)


def _set_event_loop_policy(policy):
    global _event_loop_policy
    if policy is not None and not isinstance(policy, AbstractEventLoopPolicy):
        raise TypeError('policy must be an instance of AbstractEventLoopPolicy or None, '
                        f"not '{type(policy).__name__}'")
    _event_loop_policy = policy


def _current_loop():
    return _get_event_loop_policy().get_event_loop()


def set_event_loop(loop):
    """Equivalent to calling get_event_loop_policy().set_event_loop(loop)."""
    _get_event_loop_policy().set_event_loop(loop)


def new_event_loop():
    """Equivalent to calling get_event_loop_policy().new_event_loop()."""
    return _get_event_loop_policy().new_event_loop()


def get_child_watcher():
    """Equivalent to calling get_event_loop_policy().get_child_watcher()."""
    return _get_event_loop_policy().get_child_watcher()


def set_child_watcher(watcher):
    """Equivalent to calling get_event_loop_policy().set_child_watcher(watcher)."""
    return _get_event_loop_policy().set_child_watcher(watcher)


def on_fork():
    """In the copy of a process: the loop and the pipe that signals wake are the original's."""
    import _signal
    if _event_loop_policy is not None:
        _event_loop_policy._local = BaseDefaultEventLoopPolicy._Local()
    _set_running_loop(None)
    _signal.set_wakeup_fd(-1)


os.register_at_fork(after_in_child=on_fork)

# CPython has these twice, in C and in Python; who asks for one of them gets the only one.
for _name in ('_get_running_loop', '_set_running_loop', 'get_running_loop', 'get_event_loop'):
    globals()[f'_py_{_name}'] = globals()[f'_c_{_name}'] = globals()[_name]
del _name
