# A task's exception can be taken over in a done callback; an error there is the callback's own.
import asyncio


def handler(loop, context):
    print("handler:", repr(context["exception"]))


def look(task):
    print("callback sees", repr(task.exception()))


def fail(task):
    raise LookupError("in the callback")


async def bad():
    raise ValueError("in the task")


async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    task = asyncio.create_task(bad())
    task.add_done_callback(look)
    task.add_done_callback(fail)
    task.add_done_callback(lambda task: print("the third callback runs"))
    await asyncio.sleep(0.01)
    print("main ends")


asyncio.run(main())
