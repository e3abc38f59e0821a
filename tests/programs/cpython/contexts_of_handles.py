"""Handles and tasks tell the context that they run in; a task factory may build eager tasks of a kind."""
# since: 3.12
import asyncio
import contextvars


class Own(asyncio.Task):
    pass


async def at_once():
    return 'at once'


async def main():
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    handle = loop.call_soon(print, 'soon', context=context)
    timer = loop.call_later(0, print, 'later', context=context)
    task = asyncio.create_task(asyncio.sleep(0), context=context)
    print(handle.get_context() is context, timer.get_context() is context, task.get_context() is context)
    await task
    loop.set_task_factory(asyncio.create_eager_task_factory(Own))
    task = asyncio.create_task(at_once())
    print(type(task).__name__, task.done(), await task)


asyncio.run(main())
