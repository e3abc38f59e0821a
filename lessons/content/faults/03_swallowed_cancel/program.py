# A worker is cancelled after 1.5 seconds. The program takes 4.5.
import asyncio


async def worker():
    for number in range(5):
        try:
            print("work", number)
            await asyncio.sleep(1)
        except:
            print("some trouble, never mind")


async def main():
    working = asyncio.create_task(worker())
    await asyncio.sleep(1.5)
    working.cancel()
    print("main: enough")
    await asyncio.wait([working])
    print("main: at last")


asyncio.run(main())
