"""MicroPython's own module. What only matters where memory is short does nothing here."""

from _loopscope import schedule

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
