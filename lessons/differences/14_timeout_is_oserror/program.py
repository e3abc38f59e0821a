# A network program catches OSError. Does that catch a timeout?
import asyncio


async def main():
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.02)
    except OSError:
        print("caught as an OSError")
    except asyncio.TimeoutError:
        print("not an OSError")


asyncio.run(main())
