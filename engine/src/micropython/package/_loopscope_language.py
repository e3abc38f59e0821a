"""Where MicroPython's language shows before the first line of a program: what needs no import, how
modules are found and compiled, and which of their functions behave as on a board."""

import builtins
import sys

from _loopscope_modules import CHANGES

_FROZEN = sys.modules['_frozen_importlib'].FrozenImporter
_BUILTIN = sys.modules['_frozen_importlib'].BuiltinImporter
_MODULE_SPEC = sys.modules['_frozen_importlib'].ModuleSpec
_FILES = sys.modules['_frozen_importlib_external']

# The names with a `u` that MicroPython's modules had once, and still answer to.
_OLD_NAMES = frozenset('''uarray ubinascii ucollections uerrno uhashlib uheapq uio ujson uos uplatform
    urandom ure uselect usocket ussl ustruct usys utime uzlib'''.split())


class _OldNames:
    """Gives the module without the `u`, parts of a package as well."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in _OLD_NAMES or name == 'uasyncio' or name.startswith('uasyncio.'):
            return _MODULE_SPEC(name, _OldNames)
        return None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        name = module.__name__
        __import__(name[1:])
        sys.modules[name] = sys.modules[name[1:]]


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
    sys.meta_path.insert(0, _AsOnABoard)
    sys.meta_path.append(_OldNames)
    _FILES.SourceLoader.source_to_code = _source_to_code
    _FILES.SourceLoader.get_code = _get_code
    for function in (compile, exec, eval):
        setattr(builtins, function.__name__, function)
    # What the compiler knows needs no import.
    import micropython
    builtins.const = micropython.const
    builtins.micropython = micropython
    for name, change in CHANGES.items():
        if name in sys.modules:
            change(sys.modules[name])


set_up()
