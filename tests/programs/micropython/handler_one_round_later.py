# The handler hears of a lost exception one round after it, when the failed task comes up again.
import asyncio


async def fail(name):
    print(name, "fails")
    raise ValueError(name)


async def worker():
    for step in range(3):
        print("worker", step)
        await asyncio.sleep(0)


async def main():
    asyncio.create_task(fail("a"))
    asyncio.create_task(worker())
    asyncio.create_task(fail("b"))
    for step in range(3):
        print("main", step)
        await asyncio.sleep(0)


def handler(loop, context):
    print("handler:", context["exception"].args[0])


asyncio.get_event_loop().set_exception_handler(handler)
asyncio.run(main())
