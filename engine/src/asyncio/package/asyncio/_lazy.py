"""Modules that are imported when something in them is first used."""

import _thread
import sys

_Module = type(sys)


class LazyModule(_Module):
    """Stands for a module in `sys.modules` and becomes it at the first look at an attribute."""

    def __getattr__(self, name):
        with self.__dict__['__lazy_lock__']:
            if not self.__dict__.get('__lazy_loading__'):
                before = dict(self.__dict__)
                self.__dict__['__lazy_loading__'] = True
                try:
                    self._load()
                except BaseException:
                    # Half a module is of no use to anybody: the next look begins anew.
                    self.__dict__.clear()
                    self.__dict__.update(before)
                    raise
        return _Module.__getattribute__(self, name)

    def _load(self):
        bootstrap = sys.modules['_frozen_importlib']
        parent = self.__name__.rpartition('.')[0]
        path = sys.modules[parent].__path__ if parent else None
        spec = bootstrap._find_spec(self.__name__, path)
        if spec is None:
            raise ModuleNotFoundError(f'No module named {self.__name__!r}', name=self.__name__)
        bootstrap._exec(spec, self)
        # Only now, so that another thread waits at the lock rather than see half a module.
        self.__class__ = _Module


def _put(name, **known):
    """Puts a lazy module in place, with the values that the library reads while it is imported."""
    if name in sys.modules:
        return
    module = LazyModule(name)
    module.__dict__.update(known, __lazy_lock__=_thread.RLock())
    sys.modules[name] = module
    parent, _, child = name.rpartition('.')
    if parent:
        setattr(sys.modules[parent], child, module)


def install():
    """What asyncio's modules import and most programs never use."""
    import concurrent
    _put('concurrent.futures', FIRST_COMPLETED='FIRST_COMPLETED', FIRST_EXCEPTION='FIRST_EXCEPTION',
         ALL_COMPLETED='ALL_COMPLETED')
    _put('logging', DEBUG=10, INFO=20, WARNING=30, ERROR=40)
    for name in ('inspect', 'linecache', 'socket', 'subprocess', 'traceback'):
        _put(name)
    from . import _adjust
    sys.meta_path.insert(0, _adjust.Finder)


def watch_warnings():
    """A coroutine that was never awaited is a lint as well as a warning."""
    import warnings
    import _loopscope
    warnings._warn_unawaited_coroutine = _loopscope.noting_never_awaited(
        warnings._warn_unawaited_coroutine)


def submodule(name):
    """A module of this package. The import waits where another thread has only begun it."""
    full = f'asyncio.{name}'
    __import__(full)
    return sys.modules[full]
