"""asyncio, on Loopscope's own loop.

The classes that do the work are native. What lies above them is the interpreter's own library. A
module of it is imported when something in it is first used, so that `import asyncio` costs little.
"""

import sys

from _loopscope import dialect as _dialect, look_up_lazily as _look_up_lazily
from _loopscope import recording as _recording
from _loopscope import proactor as _proactor_wanted

from . import _lazy

_lazy.install()
if _recording():
    _lazy.watch_warnings()

# Which module each public name lives in, in the order of CPython's `__all__`.
_HOME = {
    'base_events': 'BaseEventLoop Server',
    'coroutines': 'iscoroutinefunction iscoroutine',
    'events': '''AbstractEventLoopPolicy AbstractEventLoop AbstractServer Handle TimerHandle
        get_event_loop_policy set_event_loop_policy get_event_loop set_event_loop new_event_loop
        _set_running_loop get_running_loop _get_running_loop''',
    'exceptions': '''BrokenBarrierError CancelledError InvalidStateError TimeoutError
        IncompleteReadError LimitOverrunError SendfileNotAvailableError''',
    'futures': 'Future wrap_future isfuture',
    'locks': 'Lock Event Condition Semaphore BoundedSemaphore Barrier',
    'protocols': 'BaseProtocol Protocol DatagramProtocol SubprocessProtocol BufferedProtocol',
    'runners': 'Runner run',
    'queues': 'Queue PriorityQueue LifoQueue QueueFull QueueEmpty QueueShutDown',
    'streams': '''StreamReader StreamWriter StreamReaderProtocol open_connection start_server
        open_unix_connection start_unix_server''',
    'subprocess': 'create_subprocess_exec create_subprocess_shell',
    'tasks': '''Task create_task FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED wait wait_for
        as_completed sleep gather shield ensure_future run_coroutine_threadsafe current_task
        all_tasks create_eager_task_factory eager_task_factory _register_task _unregister_task
        _enter_task _leave_task''',
    'taskgroups': 'TaskGroup',
    'threads': 'to_thread',
    'timeouts': 'Timeout timeout timeout_at',
    'transports': '''BaseTransport ReadTransport WriteTransport Transport DatagramTransport
        SubprocessTransport''',
    'loops': 'SelectorEventLoop EventLoop',
}
# What only some versions have.
_OF_3_13 = {
    'events': 'get_child_watcher set_child_watcher DefaultEventLoopPolicy',
    'unix_events': '''AbstractChildWatcher SafeChildWatcher FastChildWatcher PidfdChildWatcher
        MultiLoopChildWatcher ThreadedChildWatcher''',
}
_OF_3_14 = {
    'futures': 'future_add_to_awaited_by future_discard_from_awaited_by',
    'graph': '''capture_call_graph format_call_graph print_call_graph FrameCallGraphEntry
        FutureCallGraph''',
}
_MODULE_OF = {name: module
              for home in (_HOME, _OF_3_14 if _dialect() == 'cpython-3.14' else _OF_3_13)
              for module, names in home.items() for name in names.split()}
if _dialect() == 'cpython-3.6':
    from . import _of_3_6
    for _name in _of_3_6.CAME_LATER:
        _MODULE_OF.pop(_name, None)
    _MODULE_OF.update((_name, _module) for _module, _name in _of_3_6.OF_BEFORE.items())
    del _name
if _proactor_wanted():
    _MODULE_OF['ProactorEventLoop'] = _MODULE_OF['EventLoop'] = '_proactor'
_SUBMODULES = frozenset(_HOME) | frozenset('''base_futures base_subprocess base_tasks
    child_watchers constants format_helpers graph log mixins proactor_events selector_events sslproto
    staggered tools trsock unix_events'''.split())

__all__ = tuple(_MODULE_OF)


def _look_up(name):
    module = _MODULE_OF.get(name)
    if module is None:
        if name in _SUBMODULES:
            return _lazy.submodule(name)
        text = f"module 'asyncio' has no attribute {name!r}"
        if name == 'ProactorEventLoop':
            text += ': CPython has it on Windows only; here `--loop proactor` brings it'
        raise AttributeError(text)
    value = getattr(_lazy.submodule(module), name)
    globals()[name] = value
    return value


_look_up_lazily()


def __dir__():
    return sorted(set(globals()) | set(_MODULE_OF))
