# A cancellation can be swallowed; the next one works again; Exception does not catch it.
import asyncio


async def stubborn():
    for number in range(2):
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            print("swallowed", number)
    await asyncio.sleep(10)


async def careless():
    try:
        await asyncio.sleep(10)
    except Exception:
        print("caught as an Exception")
    print("careless goes on")


async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    for _ in range(3):
        print(task.cancel())
        await asyncio.sleep(0)
        print(task.done())
    print(task.cancel())
    other = asyncio.create_task(careless())
    await asyncio.sleep(0)
    other.cancel()
    try:
        await other
    except asyncio.CancelledError:
        print("careless was cancelled")


asyncio.run(main())
