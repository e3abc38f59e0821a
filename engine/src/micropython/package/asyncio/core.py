"""The names of MicroPython's `asyncio.core`: what is native, and `Loop`."""

import select
import sys
from time import ticks_ms as ticks, ticks_add, ticks_diff

import _loopscope
import _loopscope_generators
from _asyncio import Task, TaskQueue
from _loopscope import (CancelledError, IOQueue, SingletonGenerator, TimeoutError, create_task,
                        current_task, run, run_until_complete, sleep, sleep_ms)

_promote_to_task = _loopscope.promote

# What the exception handler is given, on a board always the same object.
_exc_context = {'message': "Task exception wasn't retrieved", 'exception': None, 'future': None}


def __getattr__(name):
    # These change, and a star import does not take them along.
    if name == 'cur_task':
        return _loopscope.cur_task()
    if name == '_task_queue':
        return _loopscope.task_queue()
    if name == '_io_queue':
        return _loopscope.streams()
    raise AttributeError(f"module 'asyncio.core' has no attribute '{name}'")


async def _stopper():
    """The sentinel that `stop()` queues: the loop ends when it has run."""


class Loop:
    """The one loop. It is never instantiated: its functions are called on the class itself."""

    __module__ = 'builtins'
    _exc_handler = None

    def create_task(coro):
        return create_task(coro)

    def run_forever():
        _loopscope.run_forever(_stopper())

    def run_until_complete(aw):
        # It becomes a task only where a run is not refused.
        return run_until_complete(aw)

    def stop():
        _loopscope.stop()

    def close():
        pass

    def set_exception_handler(handler):
        Loop._exc_handler = handler
        _loopscope.note_handler_set(handler)

    def get_exception_handler():
        return Loop._exc_handler

    def default_exception_handler(loop, context):
        print(context['message'], file=sys.stderr)
        future = context['future']
        print('future:', future, 'coro=', _loopscope.shown(future), file=sys.stderr)
        _loopscope.print_exception(context['exception'], sys.stderr)

    def call_exception_handler(context):
        handler = Loop._exc_handler
        _loopscope.note_handler_call(bool(handler), context)
        handler = handler or Loop.default_exception_handler
        if not callable(handler):
            raise TypeError(f"'{type(handler).__name__}' object isn't callable")
        handler(Loop, context)


def _report(exception, task):
    """Nobody has looked at how a task failed."""
    context = dict(_exc_context) if _loopscope.as_documented() else _exc_context
    context['exception'] = exception
    context['future'] = task
    Loop.call_exception_handler(context)


def get_event_loop(runq_len=0, waitq_len=0):
    return Loop


def new_event_loop():
    """Not a new loop: new queues for the one that there is."""
    _loopscope.reset()
    return Loop


def _watch_coroutines():
    """A coroutine that is dropped without being awaited is no warning here, but still a lint."""
    import warnings
    warnings._warn_unawaited_coroutine = _loopscope.note_never_awaited


_watch_coroutines()
_loopscope_generators.convert(globals())
new_event_loop()
