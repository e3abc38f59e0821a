"""A program's own modules come before those of the library, as with CPython and MicroPython.

The library is inside the interpreter here, where the interpreter looks first; on a disk it comes
after the program's folder and PYTHONPATH.
"""

import _imp
import sys

# What CPython 3.13 has inside as well, so that no file ever takes its place.
_INSIDE_CPYTHON = frozenset('''_abc _ast _codecs _collections _functools _imp _io _locale _operator
    _signal _sre _stat _string _suggestions _symtable _sysconfig _thread _tokenize _tracemalloc
    _typing _warnings _weakref atexit builtins errno faulthandler gc itertools marshal posix pwd sys
    time zipimport abc codecs io _collections_abc _sitebuiltins genericpath ntpath posixpath os site
    stat runpy importlib _frozen_importlib _frozen_importlib_external'''.split())
# The modules of firmware that no file replaces; the others are looked for in the files first.
_INSIDE_FIRMWARE = frozenset('''builtins sys micropython gc math cmath _thread uctypes framebuf
    _asyncio deflate vfs tls termios'''.split())
# What firmware has frozen in, behind the program's folder and before `/lib`.
_FROZEN_IN_FIRMWARE = frozenset({'asyncio', 'uasyncio'})


class OwnFirst:
    """Finds what stands in the program's folders, where the library has a module of that name."""

    def __init__(self, inside, folders, files, is_firmware):
        self.inside = inside
        self.folders = folders
        self.files = files
        self.is_firmware = is_firmware

    def find_spec(self, name, path=None, target=None):
        if name in self.inside or name.startswith(('_loopscope', 'importlib.')):
            return None
        if not (_imp.is_frozen(name) or name in sys.builtin_module_names):
            return None
        spec = self.files.find_spec(name, self._before_the_library(name) if path is None else path)
        # A folder without a file of its own gives way to a module further on.
        return spec if spec is not None and spec.loader is not None else None

    def _before_the_library(self, name):
        """The part of `sys.path` that stands before where the library would."""
        if self.is_firmware and name.partition('.')[0] not in _FROZEN_IN_FIRMWARE:
            # A board has it in a file, if at all, wherever that stands.
            return sys.path
        last = max((at for at, folder in enumerate(sys.path) if folder in self.folders), default=-1)
        return sys.path[:last + 1]


def set_up(is_firmware):
    files = sys.modules['_frozen_importlib_external'].PathFinder
    inside = _INSIDE_FIRMWARE if is_firmware else _INSIDE_CPYTHON
    finder = OwnFirst(inside, frozenset(sys.path), files, is_firmware)
    sys.meta_path.insert(0, finder)
    if is_firmware:
        import _loopscope_language
        _loopscope_language.keep_apart(finder)
