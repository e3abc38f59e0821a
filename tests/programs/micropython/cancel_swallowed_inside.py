# The innermost task swallows the cancellation: those that await it never hear of it.
import asyncio


async def inner():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("inner: swallowed")
    await asyncio.sleep_ms(20)
    return "inner result"


async def outer(task):
    result = await task
    print("outer:", result)
    return "outer result"


async def main():
    first = asyncio.create_task(inner())
    second = asyncio.create_task(outer(first))
    await asyncio.sleep_ms(20)
    print(second.cancel())
    print(await second)
    print(await first)


asyncio.run(main())
