# A lock is released that nobody holds.
import asyncio


async def main():
    try:
        asyncio.Lock().release()
    except RuntimeError as error:
        print(error.args[0])


asyncio.run(main())
