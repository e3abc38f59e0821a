# asyncio.sleep: it may return a value; zero or less gives just one turn to the others.
import asyncio


async def other():
    for number in range(3):
        print("other", number)
        await asyncio.sleep(0)


async def main():
    task = asyncio.create_task(other())
    print(await asyncio.sleep(0, "zero"))
    print(await asyncio.sleep(-1, "negative"))
    print(await asyncio.sleep(0.01, "a little"))
    await task


asyncio.run(main())
