# run() gives back what main returns, again and again; its exceptions come out as they are.
import asyncio


async def give(value):
    await asyncio.sleep_ms(1)
    return value


async def nothing():
    pass


async def fail(error):
    await asyncio.sleep(0)
    raise error


class Custom(Exception):
    pass


print(asyncio.run(give(3)))
print(asyncio.run(give([1, 2])))
print(asyncio.run(nothing()))
for error in (ValueError("v"), Custom(1, 2), asyncio.CancelledError(), asyncio.TimeoutError("late")):
    try:
        asyncio.run(fail(error))
        print("no exception")
    except BaseException as caught:
        print(type(caught).__name__, caught is error, list(caught.args))
print(asyncio.run(give("still works")))
