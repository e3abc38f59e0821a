"""The names with a `u` that MicroPython's modules had once, and still answer to."""

import sys

_NAMES = frozenset('''ubinascii ucollections uerrno uhashlib uheapq uio ujson uos uplatform urandom ure
    uselect usocket ussl ustruct usys utime uzlib'''.split())


class _Finder:
    """Gives the module without the `u`."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in _NAMES:
            return sys.modules['_frozen_importlib'].ModuleSpec(name, _Finder)
        return None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        name = module.__name__
        sys.modules[name] = __import__(name[1:])


sys.meta_path.append(_Finder)
