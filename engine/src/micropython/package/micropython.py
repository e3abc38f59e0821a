"""MicroPython's own module. What only matters where memory is short does nothing here."""

import sys

import _loopscope
from _thread import get_ident

_main = get_ident()
_monitoring = sys.monitoring
_TOOL = 4
_AT_JUMPS = _monitoring.events.JUMP | _monitoring.events.BRANCH


def schedule(function, argument):
    """Has a function called soon: at the program's next jump, its next sleep or the loop's turn."""
    _loopscope.schedule(function, argument, get_ident() != _main)
    if _monitoring.get_tool(_TOOL) is None:
        _monitoring.use_tool_id(_TOOL, 'micropython.schedule')
        for event in (_monitoring.events.JUMP, _monitoring.events.BRANCH):
            _monitoring.register_callback(_TOOL, event, _at_a_jump)
    _monitoring.set_events(_TOOL, _AT_JUMPS)


def _at_a_jump(code, offset, target):
    if get_ident() == _main and _loopscope.run_pending():
        _monitoring.set_events(_TOOL, 0)


_locks = 0


def const(value):
    return value


def _as_it_is(function):
    return function


bytecode = native = viper = _as_it_is


def heap_lock():
    global _locks
    _locks += 1


def heap_unlock():
    global _locks
    _locks -= 1
    return _locks


def heap_locked():
    return _locks


_level = 0


def opt_level(level=None):
    global _level
    if level is None:
        return _level
    _level = level


def alloc_emergency_exception_buf(size):
    pass


def kbd_intr(char):
    pass


def mem_info(verbose=None):
    pass


def qstr_info(verbose=None):
    pass


def stack_use():
    return 0


class RingIO:
    """A buffer of a fixed size between a writer and a reader, with the methods of a stream."""

    def __init__(self, size):
        # A buffer of one's own has room for one byte less than it is long.
        self._room = size if isinstance(size, int) else len(size) - 1
        self._held = bytearray()

    def any(self):
        return len(self._held)

    def _take(self, size):
        taken = bytes(self._held[:size])
        del self._held[:len(taken)]
        return taken

    def read(self, size=-1):
        return self._take(len(self._held) if size is None or size < 0 else size)

    def readline(self, size=-1):
        end = self._held.find(b'\n') + 1 or len(self._held)
        return self._take(end if size is None or size < 0 else min(end, size))

    def readinto(self, buf, size=None):
        taken = self._take(len(buf) if size is None else min(size, len(buf)))
        memoryview(buf)[:len(taken)] = taken
        return len(taken)

    def write(self, buf, size=None):
        data = buf.encode() if isinstance(buf, str) else bytes(buf)
        taken = data[:size][:self._room - len(self._held)]
        self._held += taken
        return len(taken)

    def ioctl(self, request, argument):
        if request == 3:
            readable = 1 if self._held else 0
            writable = 4 if len(self._held) < self._room else 0
            return argument & (readable | writable)
        return 0

    def close(self):
        pass
