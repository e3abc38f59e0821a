# gather() takes coroutines and tasks, runs them together and gives their results in order.
import asyncio


async def give(value, ms):
    print("begin", value)
    await asyncio.sleep_ms(ms)
    print("end", value)
    return value


async def main():
    print(await asyncio.gather())
    print(await asyncio.gather(give(1, 90), give(2, 30), give(3, 60)))
    task = asyncio.create_task(give(4, 30))
    done = asyncio.create_task(give(5, 0))
    await done
    results = await asyncio.gather(task, done, give(6, 0))
    print(type(results) is list, results)


asyncio.run(main())
