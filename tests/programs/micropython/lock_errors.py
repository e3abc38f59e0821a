# release() of a free lock is an error; a lock does not know its owner and is not re-entrant.
import asyncio


async def stranger(lock):
    lock.release()
    print("a stranger released it")


async def main():
    lock = asyncio.Lock()
    try:
        lock.release()
    except RuntimeError as error:
        print(error.args[0])
    async with lock:
        try:
            await asyncio.wait_for_ms(again(lock), 20)
        except asyncio.TimeoutError:
            print("not re-entrant")
        await asyncio.create_task(stranger(lock))
        await lock.acquire()
    print(lock.locked())
    try:
        async with lock:
            raise ValueError("inside")
    except ValueError as error:
        print(error.args[0], lock.locked())


async def again(lock):
    await lock.acquire()


asyncio.run(main())
