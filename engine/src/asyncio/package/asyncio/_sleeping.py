"""The frame of a sleep, for whoever looks at one: the native `asyncio.sleep` has none.

It is that of the library's own coroutine, at the line where it waits.
"""

import types

from . import tasks


class _Nothing:
    """Stands for a loop, its future and its timer, none of which does anything."""

    def get_running_loop(self):
        return self

    def create_future(self):
        return self

    def call_later(self, delay, callback, *args):
        return self

    def cancel(self):
        pass

    def __await__(self):
        yield


of_library = tasks._sleep_of_library
_function = types.FunctionType(
    of_library.__code__, dict(of_library.__globals__, events=_Nothing()), 'sleep')


def coroutine(delay, result, begun):
    """The library's `sleep`, where it waits, or before it has begun."""
    sleeping = _function(delay, result)
    if begun:
        sleeping.send(None)
    return sleeping
