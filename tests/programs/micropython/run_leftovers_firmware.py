# A task that main did not wait for stays queued after run(), and goes on in the next run().
# dialect: micropython-firmware
import asyncio


async def worker():
    try:
        for step in range(4):
            print("worker", step)
            await asyncio.sleep_ms(60)
        print("worker done")
    except asyncio.CancelledError:
        print("worker cancelled")
        raise


async def first():
    asyncio.create_task(worker())
    await asyncio.sleep_ms(150)
    print("first main over")


async def second():
    print("second main begins")
    await asyncio.sleep_ms(210)
    print("second main over")


asyncio.run(first())
print("between the runs")
asyncio.run(second())
