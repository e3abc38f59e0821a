"""asyncio.run() of what is no coroutine: a ValueError up to 3.13; 3.14 takes all that can be awaited."""
import asyncio


class Awaitable:
    def __await__(self):
        return asyncio.sleep(0, 'awaited').__await__()


if not hasattr(asyncio, 'run'):
    print('there is no asyncio.run')
else:
    for thing in (5, Awaitable()):
        try:
            print(asyncio.run(thing))
        except (TypeError, ValueError) as error:
            print(type(error).__name__, str(error).partition(' got')[0])
