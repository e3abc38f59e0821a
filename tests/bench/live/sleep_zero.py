"""A thousand tasks that give each other turns by sleep(0). Prints the CPU time that it took."""
import asyncio
import time


async def worker():
    for _ in range(300):
        await asyncio.sleep(0)


async def main():
    began = time.process_time()
    await asyncio.gather(*[worker() for _ in range(1000)])
    print("cpu", time.process_time() - began)


asyncio.run(main())
