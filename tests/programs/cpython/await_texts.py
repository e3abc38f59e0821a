"""What is said of awaiting what cannot be awaited."""
import asyncio
import traceback


class Thing:
    pass


async def main():
    for thing in (3, 'x', None, [], Thing(), asyncio.Lock(), asyncio.Queue()):
        try:
            await thing
        except TypeError as error:
            print(error, '|', repr(error), '|', error.args)
            print(traceback.format_exception_only(error)[-1], end='')
    try:
        await asyncio.create_task(bad())
    except TypeError as error:
        print(error)
    print(TypeError("'int' object is not callable"), TypeError('a', 'b'), TypeError())


async def bad():
    await 5


asyncio.run(main())
