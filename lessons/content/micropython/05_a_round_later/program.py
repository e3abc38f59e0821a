# A task fails, and nobody awaits it. MicroPython tells a round later.
import asyncio


def report(loop, context):
    print("handler:", context["message"])


async def fetch():
    print("fetch: no such page")
    raise LookupError("no such page")


async def main():
    asyncio.get_event_loop().set_exception_handler(report)
    task = asyncio.create_task(fetch())
    await asyncio.sleep_ms(0)
    print("main: one round")
    await asyncio.sleep_ms(0)
    print("main: two rounds")
    try:
        await task
    except LookupError as error:
        print("main:", error)


asyncio.run(main())
