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
    module = sys.modules[full]
    # In a circle of imports it may have only begun; it is adjusted when it is whole.
    if name in _ADJUST and not getattr(module.__spec__, '_initializing', False):
        adjust = _ADJUST.pop(name)
        try:
            adjust(module)
        except BaseException:
            _ADJUST[name] = adjust
            raise
    return module


def _adjust_tasks(tasks):
    """Puts native functions in the place of those that every sleep calls."""
    import _loopscope
    tasks.sleep = _loopscope.sleep
    if _loopscope.recording():
        gather = tasks.gather

        def linked(*coros_or_futures, return_exceptions=False):
            outer = gather(*coros_or_futures, return_exceptions=return_exceptions)
            _loopscope.note_links(outer, list(getattr(outer, '_children', ())))
            return outer

        linked.__name__ = linked.__qualname__ = 'gather'
        linked.__doc__ = gather.__doc__
        tasks.gather = linked
    tasks.futures._set_result_unless_cancelled = _loopscope._set_result_unless_cancelled


# The library is Python 3.14's. What it does differently from 3.13 is put right here.

def _follows_3_13():
    from _loopscope import dialect
    return dialect() != 'cpython-3.14'


def _adjust_runners(runners):
    if not _follows_3_13():
        return
    run = runners.Runner.run

    def checked(self, coro, *, context=None):
        if not runners.coroutines.iscoroutine(coro):
            raise ValueError(f'a coroutine was expected, got {coro!r}')
        return run(self, coro, context=context)

    checked.__name__, checked.__qualname__ = 'run', 'Runner.run'
    runners.Runner.run = checked


def _adjust_coroutines(coroutines):
    import _loopscope
    is_one = coroutines._iscoroutinefunction

    def _iscoroutinefunction(func):
        # The native sleep is one in all but its class.
        return func is _loopscope.sleep or is_one(func)

    coroutines._iscoroutinefunction = _iscoroutinefunction
    if not _follows_3_13():
        return

    def iscoroutinefunction(func):
        """Return True if func is a decorated coroutine function."""
        return coroutines._iscoroutinefunction(func)

    coroutines.iscoroutinefunction = iscoroutinefunction


def _adjust_futures(futures):
    if not _follows_3_13():
        return
    chain = futures._chain_future

    def _chain_future(source, destination):
        import concurrent.futures
        if not (isinstance(source, concurrent.futures.Future) and futures.isfuture(destination)):
            return chain(source, destination)
        loop = destination.get_loop()

        def _set_state(source, destination):
            futures._copy_future_state(source, destination)

        def give_up(destination):
            if destination.cancelled():
                source.cancel()

        def pass_on(source):
            # Also where it is done already: nothing completes inside the step that asked for it.
            if not loop.is_closed():
                loop.call_soon_threadsafe(_set_state, source, destination)

        _set_state.__qualname__ = '_chain_future.<locals>._set_state'
        give_up.__qualname__ = '_chain_future.<locals>._call_check_cancel'
        destination.add_done_callback(give_up)
        source.add_done_callback(pass_on)

    futures._chain_future = _chain_future


_ADJUST = {'runners': _adjust_runners, 'futures': _adjust_futures,
           'coroutines': _adjust_coroutines, 'tasks': _adjust_tasks}
