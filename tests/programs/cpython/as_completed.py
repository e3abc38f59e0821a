# as_completed hands out results in the order in which the work finishes.
import asyncio


async def work(name, seconds):
    await asyncio.sleep(seconds)
    return name


async def main():
    jobs = [work("slow", 0.2), work("quick", 0.02), work("middle", 0.1)]
    for job in asyncio.as_completed(jobs):
        print(await job)
    jobs = [asyncio.create_task(work("in time", 0.01)), asyncio.create_task(work("late", 5))]
    try:
        for job in asyncio.as_completed(jobs, timeout=0.2):
            print(await job)
    except TimeoutError:
        print("timeout; the late one is done:", jobs[1].done())
    jobs[1].cancel()


asyncio.run(main())
