"""Where MicroPython's language shows before the first line of a program: what needs no import, how
modules are found and compiled, and which of their functions behave as on a board."""

import _imp
import _warnings
import builtins
import sys

from _loopscope import unseen
from _loopscope_modules import CHANGES

_FROZEN = sys.modules['_frozen_importlib'].FrozenImporter
_BUILTIN = sys.modules['_frozen_importlib'].BuiltinImporter
_MODULE_SPEC = sys.modules['_frozen_importlib'].ModuleSpec
_import = sys.modules['_frozen_importlib']._gcd_import
_FILES = sys.modules['_frozen_importlib_external']

# The names with a `u` that MicroPython's modules had once, and still answer to.
_OLD_NAMES = frozenset('''uarray ubinascii ucollections uerrno uhashlib uheapq uio ujson uos uplatform
    urandom ure uselect usocket ussl ustruct usys utime uzlib'''.split())


class _OldNames:
    """Gives the module of firmware without the `u`: no file takes the place of either."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return _MODULE_SPEC(name, _OldNames) if name in _OLD_NAMES else None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        name = module.__name__
        sys.modules[name] = inside(name[1:])


class _OldPackage(_OldNames):
    """Gives asyncio and its parts under the old name, unless there is a file of that name."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return _MODULE_SPEC(name, _OldPackage) if _is_in(name, 'uasyncio') else None

    @staticmethod
    def exec_module(module):
        name = module.__name__
        __import__(name[1:])
        sys.modules[name] = sys.modules[name[1:]]


# ---- files of the program's that are called as a module of the library ---------------------------

# Modules of the library in whose place the program has a file. The library itself goes on with them.
_inside = {}
# Finds such files, once it is known where the program's are.
_own_first = None


def keep_apart(finder):
    """What the interpreter has loaded for itself must not hide the program's files."""
    global _own_first
    _own_first = finder
    for name in [name for name in sys.modules if '.' not in name]:
        give_way(name)


def give_way(name):
    """The next import finds the program's file, if there is one."""
    if _is_the_librarys(sys.modules[name]) and _own_first.find_spec(name) is not None:
        _inside.update(_taken_out(name))


def inside(name):
    """The module of the library, also where the program has a file of that name."""
    if name in _inside:
        return _inside[name]
    top = name.partition('.')[0]
    there = sys.modules.get(top)
    theirs = {} if there is None or _is_the_librarys(there) else _taken_out(top)
    if theirs:
        sys.modules.update((kept, module) for kept, module in _inside.items() if _is_in(kept, top))
    path, sys.path = sys.path, []
    try:
        return _import(name)
    finally:
        sys.path = path
        if theirs:
            _inside.update(_taken_out(top))
            sys.modules.update(theirs)


def for_the_library(name, names):
    """What an import in the library gives; None: it is to go on as usual."""
    top = name.partition('.')[0]
    if not (_imp.is_frozen(top) or top in sys.builtin_module_names):
        return None
    found = inside(name)
    if not names:
        return inside(top)
    for part in names:
        if part != '*' and not hasattr(found, part) and hasattr(found, '__path__'):
            try:
                inside(f'{name}.{part}')
            except ImportError:
                # What is asked for is missing, as whoever asks is told.
                pass
    return found


def _is_the_librarys(module):
    origin = getattr(getattr(module, '__spec__', None), 'origin', None)
    return origin in ('frozen', 'built-in') or not hasattr(module, '__file__')


def _is_in(name, top):
    return name == top or name.startswith(top + '.')


def _taken_out(top):
    return {name: sys.modules.pop(name) for name in list(sys.modules) if _is_in(name, top)}


# ---- how modules are found and compiled ----------------------------------------------------------

class _AsOnABoard:
    """Lets a module of the library set itself up, and then changes what is different on a board."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in CHANGES:
            return None
        for finder in (_BUILTIN, _FROZEN):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _Changed(spec.loader, name)
                return spec
        return None


class _Changed:
    def __init__(self, loader, name):
        self.loader = loader
        self.name = name

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        CHANGES[self.name](module)


def _get_code(self, name):
    """A file is compiled each time: a board's own compiler keeps nothing beside it."""
    path = self.get_filename(name)
    return self.source_to_code(self.get_data(path), path)


def _source_to_code(self, data, path, *, _optimize=-1):
    return compile_source(data, path, 'exec')


def compile_source(source, path, mode='exec'):
    """Compiles as MicroPython does, where every coroutine is a generator."""
    import _loopscope_generators
    return _loopscope_generators.compiled(source, path, mode)


_compile, _exec, _eval = builtins.compile, builtins.exec, builtins.eval
_TEXT = (str, bytes, bytearray, memoryview)


def compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **more):
    # The library's own calls say more, which nothing here depends on.
    if not isinstance(source, _TEXT) or flags or more:
        return _compile(source, filename, mode, flags, dont_inherit, optimize, **more)
    return compile_source(source, filename, mode)


def _namespaces(globals, locals):
    """What a board takes where none are given: a function's variables have no names there, so it is the
    module of the function, and what runs as a module."""
    if globals is None:
        frame = sys._getframe(2)
        globals = frame.f_globals
        while locals is None and frame is not None:
            if frame.f_code.co_name == '<module>':
                locals = frame.f_locals
            frame = frame.f_back
    return globals, globals if locals is None else locals


def exec(source, globals=None, locals=None):
    globals, locals = _namespaces(globals, locals)
    if isinstance(source, _TEXT):
        source = compile_source(source, '<string>')
    return _exec(source, globals, locals)


def eval(source, globals=None, locals=None):
    globals, locals = _namespaces(globals, locals)
    return _eval(source, globals, locals)


def set_up():
    sys.meta_path[:0] = _OldNames, _AsOnABoard
    sys.meta_path.append(_OldPackage)
    _FILES.SourceLoader.source_to_code = _source_to_code
    _FILES.SourceLoader.get_code = _get_code
    for function in (compile, exec, eval):
        setattr(builtins, function.__name__, unseen(function))
    # A board's compiler warns of nothing.
    _warnings.filters.insert(0, ('ignore', None, SyntaxWarning, None, 0))
    # What the compiler knows needs no import.
    import micropython
    builtins.const = micropython.const
    builtins.micropython = micropython
    for name, change in CHANGES.items():
        if name in sys.modules:
            change(sys.modules[name])


set_up()
