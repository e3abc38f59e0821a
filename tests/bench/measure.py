"""What the benchmark's programs share: the loop by its name, and the rate at the end.

A program is run as `NAME.py WHO`, where WHO is `ours`, `asyncio` or `uvloop`. It asserts that it
really runs on that loop, with the tasks and futures that belong to it.
"""
import asyncio
import sys
import time

WHO = sys.argv[1] if len(sys.argv) > 1 else "asyncio"


def new_loop():
    """The loop that this run measures, checked to be the one."""
    if WHO == "uvloop":
        import uvloop

        loop = uvloop.new_event_loop()
    else:
        loop = asyncio.new_event_loop()
    check(loop)
    asyncio.set_event_loop(loop)
    return loop


def check(loop):
    async def nothing():
        return asyncio.current_task()

    task = loop.run_until_complete(nothing())
    first, second = loop.create_future(), loop.create_future()
    assert type(task) is asyncio.Task, type(task)
    assert isinstance(first, asyncio.Future), type(first)
    if WHO == "ours":
        import _loopscope

        assert isinstance(loop, _loopscope.Loop), type(loop)
        # Ours hash by the number of their creation; CPython's by their address.
        assert hash(second) == hash(first) + 1, (hash(first), hash(second))
        assert hash(task) == 1, hash(task)
    else:
        assert type(loop).__module__.partition(".")[0] == WHO, type(loop)


def report(what, count):
    """The rate over the whole process so far, in CPU time: a virtual clock does not count."""
    seconds = time.process_time()
    print(f"{count} {what}: {count / seconds:.0f} a second")
