# Nested limits: the one that is over first decides, and the outer one sees the inner's error.
import asyncio


async def work(ms):
    await asyncio.sleep_ms(ms)
    return "worked"


async def inner(ms, limit):
    try:
        return await asyncio.wait_for_ms(work(ms), limit)
    except asyncio.TimeoutError:
        print("inner limit")
        raise


async def main():
    for ms, first, second in ((30, 90, 150), (90, 30, 150), (150, 90, 30)):
        try:
            print(await asyncio.wait_for_ms(inner(ms, first), second))
        except asyncio.TimeoutError:
            print("outer: TimeoutError")


asyncio.run(main())
