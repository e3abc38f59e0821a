# wait_for() with no time to wait, around a coroutine that needs none.
import asyncio


async def quick():
    print("quick: runs")
    return "quick result"


async def main():
    coroutine = quick()
    try:
        print("result:", await asyncio.wait_for(coroutine, 0))
    except asyncio.TimeoutError:
        print("TimeoutError")


asyncio.run(main())
