# An async generator that is left early is closed by a task of the loop's, a little later.
import asyncio


async def numbers():
    try:
        for number in range(10):
            yield number
            await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0)
        print("generator closed")


async def main():
    async for number in numbers():
        print("number", number)
        if number == 1:
            break
    print("after the loop")
    await asyncio.sleep(0.05)
    print("after a pause")
    generator = numbers()
    print(await generator.asend(None))
    await generator.aclose()
    print("closed by hand")


asyncio.run(main())
