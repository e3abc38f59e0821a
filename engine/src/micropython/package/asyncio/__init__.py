"""MicroPython's asyncio, on Loopscope's own loop.

The loop, tasks and sleeps are native. What is not hot is in the modules beside this one, each
imported when something in it is first used.
"""

from .core import *
from _loopscope_generators import convert as _convert

__version__ = (3, 0, 0)

# A star import takes it along as it is at that time, as MicroPython's does.
cur_task = None

_HOMES = {
    'event': 'Event ThreadSafeFlag',
    'funcs': 'wait_for wait_for_ms gather',
    'lock': 'Lock',
    'stream': 'StreamReader StreamWriter open_connection start_server Stream Server',
}


def __getattr__(name):
    for home, names in _HOMES.items():
        if name == home or name in names.split():
            module = __import__(f'{__name__}.{home}', None, None, [name])
            _convert(vars(module))
            value = module if name == home else getattr(module, name)
            globals()[name] = value
            return value
    raise AttributeError(name)


def __dir__():
    lazy = {name for names in _HOMES.values() for name in names.split()}
    # The last two are found, but not shown.
    return sorted((set(globals()) | lazy | set(_HOMES)) - {'Stream', 'Server'})
