"""A sleep is a coroutine: what it is, how it ends, and what is said of one that nobody awaits."""
import asyncio
import collections.abc
import inspect
import warnings
import weakref


def attempt(function, *args):
    try:
        print(function(*args))
    except (RuntimeError, TypeError, ValueError, AttributeError) as error:
        print(type(error).__name__, error)


async def main():
    sleeps = [asyncio.sleep(0), asyncio.sleep(0.01), asyncio.sleep(0, 'result'), asyncio.sleep(-1),
              asyncio.sleep(False), asyncio.sleep(0.0)]
    for sleep in sleeps:
        print(isinstance(sleep, collections.abc.Coroutine), asyncio.iscoroutine(sleep),
              inspect.isawaitable(sleep), weakref.ref(sleep)() is sleep, sleep.__name__, await sleep)
        attempt(sleep.send, None)
    attempt(asyncio.sleep(0))
    closed = asyncio.sleep(0)
    closed.close()
    attempt(closed.send, None)
    attempt(asyncio.sleep(0).throw, ValueError('thrown'))
    print(await asyncio.create_task(asyncio.sleep(0)))
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print(repr(context['exception'])))
    # Called as if it were a function.
    mistaken = asyncio.sleep(0)
    loop.call_soon(mistaken)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    mistaken.close()
    asyncio.sleep(0)
    asyncio.sleep(1)
    steps = asyncio.sleep(0).__await__()
    print(next(steps))
    try:
        next(steps)
    except StopIteration as stop:
        print('stop', stop.value)
    print(hasattr(asyncio, 'nothing'), hasattr(asyncio, 'Barrier'))
    attempt(getattr, asyncio, 'nothing')


with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    asyncio.run(main())
    for warning in seen:
        print(warning.category.__name__, warning.message)
