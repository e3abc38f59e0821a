"""What the interpreter's library, which is Python 3.14's, does differently here: put right when a
module of it is imported, however that is asked for.
"""

import sys

import _loopscope

_Frozen = sys.modules['_frozen_importlib'].FrozenImporter

_of_version = {}
if _loopscope.dialect() == 'cpython-3.6':
    from . import _of_3_6
    _of_version = _of_3_6.ADJUST


class Finder:
    """Finds those modules of asyncio that are changed once they have run."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        package, _, module = name.partition('.')
        if package != 'asyncio' or module in ('_outside', '_sync'):
            return None
        if not any(module in changes for changes in (_ADJUST, _of_version, _told())):
            return None
        spec = _Frozen.find_spec(name, path, target)
        if spec is not None:
            spec.loader = _Loader
        return spec


class _Loader:
    """Runs a module, and then what changes it."""

    create_module = staticmethod(_Frozen.create_module)

    @staticmethod
    def exec_module(module):
        # From now on it looks like any other.
        module.__spec__.loader = module.__loader__ = _Frozen
        _Frozen.exec_module(module)
        name = module.__name__.partition('.')[2]
        for changes in (_told(), _ADJUST, _of_version):
            if name in changes:
                changes[name](module)


def _told():
    """What changes modules so that the records are told of what they do."""
    if not _loopscope.recording():
        return {}
    from . import _outside, _sync
    return {**_outside.MODULES, **_sync.MODULES}


def _follows_3_13():
    return _loopscope.dialect() != 'cpython-3.14'


def _adjust_tasks(tasks):
    """Puts native functions in the place of those that every sleep calls."""
    tasks._sleep_of_library = tasks.sleep
    tasks.sleep = _loopscope.sleep
    if _loopscope.recording():
        import _loopscope_sync
        gather = tasks.gather

        def linked(*coros_or_futures, return_exceptions=False):
            outer = gather(*coros_or_futures, return_exceptions=return_exceptions)
            children = list(getattr(outer, '_children', ()))
            if children:
                how = 'all' if return_exceptions else 'all-or-failure'
                _loopscope_sync.needs(outer, how)
                _loopscope.note_links(outer, children)
            return outer

        linked.__name__ = linked.__qualname__ = 'gather'
        linked.__doc__ = gather.__doc__
        tasks.gather = linked
    tasks.futures._set_result_unless_cancelled = _loopscope._set_result_unless_cancelled
    tasks.shield = _shield(tasks)
    if _follows_3_13():
        tasks.create_task = _loopscope.create_task
        tasks.create_eager_task_factory = _create_eager_task_factory_of_3_13
        tasks.eager_task_factory = _create_eager_task_factory_of_3_13(tasks.Task)
    # Tasks in Python are kept where the native ones are, so that all functions know of them.
    import _asyncio
    for name in ('_current_tasks', '_scheduled_tasks', '_eager_tasks'):
        setattr(tasks, name, getattr(_asyncio, name))
    for name in ('current_task', 'all_tasks', '_register_task', '_register_eager_task',
                 '_unregister_task', '_unregister_eager_task', '_enter_task', '_leave_task',
                 '_swap_current_task'):
        setattr(tasks, '_py_' + name.lstrip('_'), getattr(_asyncio, name))
    of_python = tasks._PyTask
    told = of_python.__del__

    def __del__(self):
        # Whoever is told of its end may keep it, and still nobody counts it.
        tasks._unregister_task(self)
        told(self)

    __del__.__qualname__ = 'Task.__del__'
    of_python.__del__ = __del__


def _shield(tasks):
    """As in 3.13 and in later releases of 3.14, which do not tell more of what failed in vain."""
    def shield(arg):
        """Wait for a future, shielding it from cancellation."""
        inner = tasks.ensure_future(arg)
        if inner.done():
            return inner
        loop = tasks.futures._get_loop(inner)
        outer = loop.create_future()
        _loopscope.note_links(outer, [inner])
        waiting = tasks.current_task(loop) if tasks.events._get_running_loop() else None
        if waiting is not None:
            tasks.futures.future_add_to_awaited_by(inner, waiting)

        def _inner_done_callback(inner):
            if waiting is not None:
                tasks.futures.future_discard_from_awaited_by(inner, waiting)
            if outer.cancelled():
                if not inner.cancelled():
                    # Somebody has looked at it.
                    inner.exception()
                return
            if inner.cancelled():
                outer.cancel()
            elif inner.exception() is not None:
                outer.set_exception(inner.exception())
            else:
                outer.set_result(inner.result())

        def _outer_done_callback(outer):
            if not inner.done():
                inner.remove_done_callback(_inner_done_callback)
                if waiting is not None:
                    tasks.futures.future_discard_from_awaited_by(inner, waiting)

        inner.add_done_callback(_inner_done_callback)
        if sys.version_info >= (3, 8):
            outer.add_done_callback(_outer_done_callback)
        return outer

    shield.__module__, shield.__qualname__ = tasks.__name__, 'shield'
    return shield


def _create_eager_task_factory_of_3_13(custom_task_constructor):
    """A task factory that has tasks begin at once."""
    def factory(loop, coro, *, name=None, context=None):
        return custom_task_constructor(
            coro, loop=loop, name=name, context=context, eager_start=True)
    return factory


_create_eager_task_factory_of_3_13.__name__ = 'create_eager_task_factory'


def _adjust_taskgroups(taskgroups):
    if not _follows_3_13():
        return
    of_3_14 = taskgroups.TaskGroup.create_task

    def create_task(self, coro, *, name=None, context=None):
        """Create a new task in this group and return it."""
        if context is None:
            return of_3_14(self, coro, name=name)
        return of_3_14(self, coro, name=name, context=context)

    create_task.__module__ = taskgroups.__name__
    create_task.__qualname__ = 'TaskGroup.create_task'
    taskgroups.TaskGroup.create_task = create_task


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


def _adjust_loops(name):
    """The library's loop class becomes a base of ours, which had to do without it until now."""
    def adjust(module):
        from . import loops
        loops.adopt(module, getattr(module, name))
    return adjust


def _adjust_selector_events(selector_events):
    _adjust_loops('BaseSelectorEventLoop')(selector_events)
    transport = selector_events._SelectorSocketTransport
    if _follows_3_13():
        # The sentence alone is replaced: a function around this one would cost at each write.
        write = transport.write
        write.__code__ = write.__code__.replace(co_consts=tuple(
            constant.replace('bytes, bytearray, or memoryview object', 'bytes-like object')
            if isinstance(constant, str) else constant for constant in write.__code__.co_consts))
    if not _loopscope.recording():
        import socket
        _loopscope.quicken(transport, socket.socket)


def _adjust_unix_events(unix_events):
    _adjust_loops('_UnixSelectorEventLoop')(unix_events)
    if not _follows_3_13():
        return
    from . import child_watchers, events
    for name in child_watchers.__all__ + ('BaseChildWatcher',):
        setattr(unix_events, name, getattr(child_watchers, name))
    policy = events.DefaultEventLoopPolicy
    unix_events._UnixDefaultEventLoopPolicy = unix_events.DefaultEventLoopPolicy = policy


def _adjust_locks(locks):
    if not _follows_3_13():
        return
    init = locks.Barrier.__init__

    def __init__(self, parties):
        if parties < 1:
            raise ValueError('parties must be > 0')
        init(self, parties)

    __init__.__qualname__ = 'Barrier.__init__'
    locks.Barrier.__init__ = __init__


_ADJUST = {
    'base_events': _adjust_loops('BaseEventLoop'),
    'coroutines': _adjust_coroutines,
    'futures': _adjust_futures,
    'locks': _adjust_locks,
    'runners': _adjust_runners,
    'selector_events': _adjust_selector_events,
    'taskgroups': _adjust_taskgroups,
    'tasks': _adjust_tasks,
    'unix_events': _adjust_unix_events,
}
