# A generator is as good as a coroutine: a task runs it, and it can wait by `yield from`.
import asyncio


def old_style(name):
    for step in range(2):
        print(name, step)
        yield from asyncio.sleep_ms(5)
    return name + " result"


async def main():
    task = asyncio.create_task(old_style("one"))
    other = asyncio.create_task(old_style("two"))
    print(await task)
    print(await other)


asyncio.run(main())
