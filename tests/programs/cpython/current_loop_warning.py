"""Who asks for a current loop where none was set is warned once a loop is made for the asking."""
# since: 3.12
import asyncio
import os
import warnings


def ask(function):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        loop = function()
    for warning in caught:
        print(warning.category.__name__, warning.message, os.path.basename(warning.filename),
              warning.lineno)
    return loop


first = ask(asyncio.get_event_loop)
print(ask(asyncio.get_event_loop) is first)
first.close()
asyncio.set_event_loop(None)
try:
    ask(asyncio.get_event_loop)
except RuntimeError as error:
    print(error)
asyncio.set_event_loop_policy(None)
second = ask(lambda: asyncio.get_event_loop_policy().get_event_loop())
print(second is first)
second.close()
