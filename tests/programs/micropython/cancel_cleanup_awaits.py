# While a cancelled task cleans up it can wait; it is not done until it ends.
import asyncio


async def child():
    try:
        await asyncio.sleep(10)
    finally:
        print("cleaning up")
        await asyncio.sleep_ms(30)
        print("clean")


async def main():
    task = asyncio.create_task(child())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep_ms(10)
    print("done:", task.done())
    print("a second cancel() interrupts it:", task.cancel())
    try:
        await task
    except asyncio.CancelledError:
        print("done:", task.done())


asyncio.run(main())
