# A semaphore lets a fixed number in at a time; the others queue up.
import asyncio

inside = 0


async def worker(semaphore, name, seconds):
    global inside
    async with semaphore:
        inside += 1
        print(name, "in;", inside, "inside")
        await asyncio.sleep(seconds)
        inside -= 1
    print(name, "out")


async def main():
    semaphore = asyncio.Semaphore(2)
    times = {"a": 0.03, "b": 0.06, "c": 0.05, "d": 0.05, "e": 0.06}
    await asyncio.gather(*(worker(semaphore, *item) for item in times.items()))
    bounded = asyncio.BoundedSemaphore(1)
    try:
        bounded.release()
    except ValueError as error:
        print(error)


asyncio.run(main())
