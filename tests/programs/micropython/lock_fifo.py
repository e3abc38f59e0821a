# A lock goes from hand to hand in the order of asking.
import asyncio


async def worker(name, lock):
    for step in range(2):
        async with lock:
            print(name, "has it", step)
            await asyncio.sleep_ms(10)
            print(name, "gives it back", step)


async def main():
    lock = asyncio.Lock()
    print(lock.locked(), await lock.acquire(), lock.locked())
    lock.release()
    print(lock.locked())
    tasks = [asyncio.create_task(worker(name, lock)) for name in "abc"]
    for task in tasks:
        await task
    print(lock.locked())


asyncio.run(main())
