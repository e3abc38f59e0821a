# A task that never waits keeps everyone else out; awaiting what is there already is no wait.
import asyncio


async def ticker():
    for tick in range(3):
        print("tick", tick)
        await asyncio.sleep_ms(1)


async def returns(value):
    return value


async def greedy():
    event, lock = asyncio.Event(), asyncio.Lock()
    event.set()
    done = asyncio.create_task(returns("done"))
    await done
    print("greedy begins")
    for _ in range(1000):
        await event.wait()
        async with lock:
            pass
        await done
        await returns(1)
    print("greedy ends")


async def main():
    greed = asyncio.create_task(greedy())
    await asyncio.sleep(0)
    ticking = asyncio.create_task(ticker())
    await greed
    await ticking


asyncio.run(main())
