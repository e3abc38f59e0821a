# Waiters that are cancelled leave the queue; one that was handed the lock passes it on.
import asyncio


async def worker(name, lock):
    try:
        async with lock:
            print(name, "has it")
            await asyncio.sleep_ms(20)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(worker(name, lock)) for name in "abcd"]
    await asyncio.sleep_ms(20)
    tasks[1].cancel()
    lock.release()
    print("handed to a; locked:", lock.locked())
    tasks[0].cancel()
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            print("CancelledError")
    print(lock.locked())


asyncio.run(main())
