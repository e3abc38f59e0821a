# The child of wait_for() swallows the cancellation and returns a value.
import asyncio


async def child():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        pass
    return "late result"


async def main():
    try:
        print("result:", await asyncio.wait_for(child(), 0.02))
    except asyncio.TimeoutError:
        print("TimeoutError")


asyncio.run(main())
