# Main ends while another task still works. What becomes of that task?
import asyncio


async def worker():
    try:
        await asyncio.sleep(0.06)
        print("worker: finished")
    except asyncio.CancelledError:
        print("worker: cancelled")
        raise


async def main():
    asyncio.create_task(worker())
    await asyncio.sleep(0.02)
    print("main: over")


async def second():
    await asyncio.sleep(0.12)
    print("second main: over")


asyncio.run(main())
print("between the runs")
asyncio.run(second())
