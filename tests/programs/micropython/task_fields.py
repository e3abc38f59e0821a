# What a task shows: done(), cancel() and its coroutine; no result, exception, name or callbacks.
import asyncio


async def child():
    await asyncio.sleep(0)
    return 5


async def main():
    coroutine = child()
    task = asyncio.create_task(coroutine)
    print(task.coro is coroutine, task.done(), task.state is True)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("finished, not awaited:", task.done(), task.state, task.data.value)
    print(await task, "and then:", task.done(), task.state)
    for name in (
        "result exception cancelled add_done_callback get_name set_name get_coro cancelling "
        "uncancel get_stack"
    ).split():
        print(name, hasattr(task, name))
    for what, wrong in (
        ("cancel", lambda: task.cancel("why")),
        ("create_task", lambda: asyncio.create_task(child(), name="n")),
    ):
        try:
            wrong()
            print(what, "took it")
        except TypeError:
            print(what, "takes nothing more")


asyncio.run(main())
