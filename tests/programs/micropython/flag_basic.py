# A ThreadSafeFlag clears itself when its waiter wakes; set before the wait, nobody waits.
import asyncio


async def waits(flag, times):
    for number in range(times):
        await flag.wait()
        print("woken", number)


async def main():
    flag = asyncio.ThreadSafeFlag()
    flag.set()
    flag.set()
    await flag.wait()
    print("set before")
    task = asyncio.create_task(waits(flag, 3))
    for number in range(3):
        await asyncio.sleep_ms(20)
        print("set", number)
        flag.set()
    await task
    flag.set()
    flag.clear()
    try:
        await asyncio.wait_for_ms(waits(flag, 1), 20)
    except asyncio.TimeoutError:
        print("cleared")


asyncio.run(main())
