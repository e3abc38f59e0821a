# A barrier holds everybody until enough have come, and then starts over.
import asyncio


async def worker(barrier, name):
    for number in (1, 2):
        print(name, "comes", number)
        await barrier.wait()
        await asyncio.sleep(0.005)


async def main():
    barrier = asyncio.Barrier(3)
    await asyncio.gather(*(worker(barrier, name) for name in "abc"))
    print("waiting:", barrier.n_waiting, "broken:", barrier.broken)


asyncio.run(main())
