# run_in_executor gives blocking work to a thread; the loop goes on meanwhile.
import asyncio
import time


def blocking(number):
    time.sleep(0.05)
    if number == 3:
        raise ValueError("in the thread")
    return number * 10


async def main():
    loop = asyncio.get_running_loop()
    job = loop.run_in_executor(None, blocking, 1)
    ticks = 0
    while not job.done():
        await asyncio.sleep(0.005)
        ticks += 1
    print("ticked meanwhile:", ticks > 0)
    print(await job)
    print(await asyncio.gather(*(loop.run_in_executor(None, blocking, n) for n in (1, 2))))
    try:
        await loop.run_in_executor(None, blocking, 3)
    except ValueError as error:
        print(error)
    print(await asyncio.to_thread(blocking, number=4))


asyncio.run(main())
