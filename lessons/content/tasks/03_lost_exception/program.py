# A task fails, and the one that made it looks the other way.
import asyncio


def report(loop, context):
    print("handler:", context["message"])


async def fetch():
    print("fetch: there is no such page")
    raise LookupError("no such page")


async def main():
    asyncio.get_running_loop().set_exception_handler(report)
    task = asyncio.create_task(fetch())
    await asyncio.sleep(1)
    print("main: a second has passed")
    task = None
    await asyncio.sleep(1)
    print("main: another second has passed")


asyncio.run(main())
