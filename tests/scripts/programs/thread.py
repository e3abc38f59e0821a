"""A job in a thread that ends while the step which asked for it still runs."""
import asyncio
import time


async def other():
    print("other")


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(other())
    job = loop.run_in_executor(None, int)
    time.sleep(0.05)
    print("done inside the step:", job.done())
    await job
    print("main, done:", job.done())
    await task


asyncio.run(main())
