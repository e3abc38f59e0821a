# A task group waits for all its tasks, also those that its tasks start.
import asyncio


async def work(group, name, children):
    print("begin", name)
    for number in range(children):
        group.create_task(work(group, f"{name}.{number}", 0))
    await asyncio.sleep(0.05)
    print("end", name)
    return name


async def main():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(work(group, "a", 2))
        b = group.create_task(work(group, "b", 1))
        print("body ends")
    print(a.result(), b.result())


asyncio.run(main())
