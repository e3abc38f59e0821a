# With no time at all a child still gets its first step, and its result counts if it needs no more.
import asyncio


async def quick():
    print("quick runs")
    return "quick result"


async def slow():
    try:
        print("slow runs")
        await asyncio.sleep_ms(50)
    except asyncio.CancelledError:
        print("slow is cancelled")
        raise


async def main():
    for limit in (0, -1):
        for make in (quick, slow):
            try:
                print(await asyncio.wait_for(make(), limit))
            except asyncio.TimeoutError:
                print("TimeoutError")


asyncio.run(main())
