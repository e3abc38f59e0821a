"""The loop's methods take their documented parameters by keyword, too."""
import asyncio
import functools


def say(*words):
    return functools.partial(print, *words)


async def work():
    return 'task'


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(callback=say('soon'))
    loop.call_later(delay=0.01, callback=say('later'))
    loop.call_later(0.02, callback=say('later still'))
    loop.call_at(when=loop.time() + 0.03, callback=say('at'))
    loop.call_soon_threadsafe(callback=say('threadsafe'))
    print(await loop.create_task(coro=work(), name='named'))
    loop.set_task_factory(factory=None)
    await asyncio.sleep(delay=0.05, result=None)
    for wrong in (lambda: loop.call_soon(), lambda: loop.call_later(1), lambda: loop.call_at(callback=print),
                  lambda: loop.call_soon(print, callback=print), lambda: loop.call_soon(print, other=1)):
        try:
            wrong()
            print('no error')
        except TypeError:
            print('TypeError')
    print(asyncio.iscoroutinefunction(asyncio.sleep))


asyncio.run(main())
