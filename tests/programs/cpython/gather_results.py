# gather returns results in the order of its arguments, whatever finishes first.
import asyncio


async def work(name, seconds):
    await asyncio.sleep(seconds)
    print("finished", name)
    return name


async def main():
    print(await asyncio.gather(work("slow", 0.03), work("quick", 0.01), work("middle", 0.02)))
    print(await asyncio.gather())
    future = asyncio.get_running_loop().create_future()
    future.set_result("future")
    print(await asyncio.gather(future, work("task", 0)))


asyncio.run(main())
