# sleep(0), sleep_ms(0) and negative sleeps give everyone else one turn, and no more.
import asyncio


async def worker(name, pause):
    for step in range(4):
        print(name, step)
        await pause()


async def main():
    tasks = [
        asyncio.create_task(worker("a", lambda: asyncio.sleep(0))),
        asyncio.create_task(worker("b", lambda: asyncio.sleep_ms(0))),
        asyncio.create_task(worker("c", lambda: asyncio.sleep(-1))),
        asyncio.create_task(worker("d", lambda: asyncio.sleep_ms(-20))),
    ]
    for task in tasks:
        await task


asyncio.run(main())
