# A lock is handed over in the order of asking, and it is not reentrant.
import asyncio


async def worker(lock, name):
    print(name, "asks")
    async with lock:
        print(name, "has it")
        await asyncio.sleep(0)
        print(name, "gives it back")


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(*(worker(lock, name) for name in "abc"))
    print("locked:", lock.locked())
    async with lock:
        try:
            await asyncio.wait_for(lock.acquire(), 0.01)
        except TimeoutError:
            print("not a second time")
    try:
        lock.release()
    except RuntimeError as error:
        print(error)


asyncio.run(main())
