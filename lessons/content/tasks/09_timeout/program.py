# A limit of two seconds for something that takes three.
import asyncio


async def fetch():
    try:
        await asyncio.sleep(3)
        return "the page"
    finally:
        print("fetch: hang up")


async def main():
    try:
        async with asyncio.timeout(2):
            print("main:", await fetch())
    except TimeoutError:
        print("main: it took too long")
    print("main: go on without")


asyncio.run(main())
