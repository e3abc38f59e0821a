# `yield from` a coroutine in a plain generator.
import asyncio


async def double(x):
    await asyncio.sleep_ms(1)
    return x * 2


def traced(f):
    def inner(*args):
        print("before")
        result = yield from f(*args)
        print("after")
        return result

    return inner


async def main():
    print(await traced(double)(4))
    print(await asyncio.gather(traced(double)(1), double(2)))


asyncio.run(main())
