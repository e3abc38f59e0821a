# release() hands the lock to the first waiter: nobody can snatch it, though it is not "locked".
import asyncio


async def waits(name, lock):
    await lock.acquire()
    print(name, "has it")
    await asyncio.sleep(0)
    lock.release()
    print(name, "released it; locked:", lock.locked())


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    task = asyncio.create_task(waits("waiter", lock))
    await asyncio.sleep(0)
    lock.release()
    print("main released it; locked:", lock.locked())
    try:
        lock.release()
    except RuntimeError as error:
        print(error.args[0])
    await lock.acquire()
    print("main has it again; waiter done:", task.done())
    lock.release()
    await task


asyncio.run(main())
