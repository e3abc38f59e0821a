# A task's exception that nobody looked at is told when the task is thrown away.
import asyncio
import gc


def handler(loop, context):
    print("handler:", context["message"], "/", repr(context["exception"]), "/", sorted(context))


async def bad(text):
    raise ValueError(text)


async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    task = asyncio.create_task(bad("unseen"))
    await asyncio.sleep(0.01)
    print("the task is kept, so nothing is told; done:", task.done())
    del task
    gc.collect()
    print("now it was told")
    seen = asyncio.create_task(bad("seen"))
    await asyncio.sleep(0.01)
    print(repr(seen.exception()))
    del seen
    gc.collect()
    print("seen is not told")


asyncio.run(main())
