"""A queue that is shut down gives what it has, or nothing, and wakes whoever waits."""
# since: 3.13
import asyncio


async def main():
    queue = asyncio.Queue()
    queue.put_nowait(1)
    queue.shutdown()
    print(await queue.get())
    for ask in (queue.get, lambda: queue.put(2)):
        try:
            await ask()
        except asyncio.QueueShutDown as error:
            print(type(error).__name__)
    queue = asyncio.Queue()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.shutdown(immediate=True)
    try:
        await waiting
    except asyncio.QueueShutDown:
        print('woken')


asyncio.run(main())
