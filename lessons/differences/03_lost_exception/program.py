# A task fails and nobody awaits it, but a variable still refers to it. Who hears of it, and when?
import asyncio


def handler(loop, context):
    print("handler:", context["exception"].args[0])


async def fail():
    raise ValueError("lost")


async def main():
    asyncio.get_event_loop().set_exception_handler(handler)
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.02)
    print("main: the task has failed")
    task = None
    await asyncio.sleep(0.02)
    print("main: nobody refers to it now")


asyncio.run(main())
