# Cancelled tasks wake in the order of their cancelling and stop nobody else's turns.
import asyncio


async def worker(name):
    step = 0
    while True:
        try:
            await asyncio.sleep(0)
            step += 1
            if step > 4:
                print(name, "ends")
                return
            print(name, step)
        except asyncio.CancelledError:
            print(name, "cancelled; goes on")


async def main():
    tasks = [asyncio.create_task(worker(name)) for name in "abc"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks[2].cancel()
    tasks[0].cancel()
    await asyncio.sleep(0)
    print("main")
    for task in tasks:
        await task


asyncio.run(main())
