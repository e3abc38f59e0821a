# sleep() with a result, as some programs use it.
import asyncio


async def main():
    try:
        print(await asyncio.sleep(0, "result"))
    except TypeError:
        print("TypeError")


asyncio.run(main())
