# A coroutine that has ended gives None when it is awaited again.
import asyncio


async def once():
    await asyncio.sleep_ms(1)
    return 5


async def main():
    c = once()
    print(await c)
    print(await c)
    print(await asyncio.create_task(c))


asyncio.run(main())
