"""The handle of call_soon_threadsafe() is of a class of its own since 3.14."""
import asyncio


def show():
    print('runs')


loop = asyncio.new_event_loop()
handle = loop.call_soon_threadsafe(show)
print(type(handle).__name__, isinstance(handle, asyncio.Handle), repr(handle).split()[0])
cancelled = loop.call_soon_threadsafe(show)
cancelled.cancel()
print(repr(cancelled))
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
