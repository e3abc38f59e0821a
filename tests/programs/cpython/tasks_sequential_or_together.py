# Two awaits one after the other take the sum of the times; two tasks take the longer one.
import asyncio


async def work(name, seconds):
    await asyncio.sleep(seconds)
    print(name)


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    await work("slow", 0.3)
    await work("quick", 0.2)
    print("one by one:", 0.49 < loop.time() - start < 0.8)
    start = loop.time()
    slow = asyncio.create_task(work("slow", 0.3))
    quick = asyncio.create_task(work("quick", 0.2))
    await slow
    await quick
    print("together:", 0.29 < loop.time() - start < 0.49)


asyncio.run(main())
