# A reader leaves a loop over an async generator by break.
import asyncio


async def pages():
    try:
        for number in range(1, 4):
            yield number
            await asyncio.sleep(1)
    finally:
        print("pages: close the book")


async def main():
    async for number in pages():
        print("main: page", number)
        if number == 2:
            break
    print("main: no more pages")
    await asyncio.sleep(0)
    print("main: out of the door")


asyncio.run(main())
