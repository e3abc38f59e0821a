# Whoever fails while holding a lock lets go of it; one that gave up waiting is forgotten.
import asyncio


async def fails(lock, number):
    async with lock:
        print("fails", number)
        raise ValueError(number)


async def holds(lock):
    async with lock:
        await asyncio.sleep_ms(60)


async def main():
    lock = asyncio.Lock()
    print(
        [
            error.args[0]
            for error in await asyncio.gather(
                *[fails(lock, number) for number in range(3)], return_exceptions=True
            )
        ],
        lock.locked(),
    )
    holder = asyncio.create_task(holds(lock))
    await asyncio.sleep_ms(10)
    try:
        await asyncio.wait_for_ms(lock.acquire(), 20)
    except asyncio.TimeoutError:
        print("TimeoutError", lock.locked())
    await holder
    print(lock.locked())


asyncio.run(main())
