# What is no coroutine is refused when the task is created: numbers, functions, tasks, sleeps.
import asyncio


async def child():
    return 1


async def main():
    task = asyncio.create_task(child())
    for what, thing in (
        ("number", 5),
        ("None", None),
        ("function", child),
        ("task", task),
        ("list", []),
    ):
        try:
            asyncio.create_task(thing)
            print(what, "accepted")
        except TypeError as error:
            print(what, "-", error.args[0])
    for what, make in (
        ("create_task", lambda: asyncio.create_task(asyncio.sleep(0))),
        ("loop.create_task", lambda: asyncio.get_event_loop().create_task(asyncio.sleep_ms(0))),
    ):
        try:
            make()
            print(what, "of a sleep accepted")
        except TypeError as error:
            print(what, "of a sleep -", error.args[0])
    for what, make in (
        ("wait_for", lambda: asyncio.wait_for(asyncio.sleep(0), 1)),
        ("gather", lambda: asyncio.gather(asyncio.sleep(0))),
    ):
        try:
            await make()
            print(what, "of a sleep accepted")
        except TypeError as error:
            print(what, "of a sleep -", error.args[0])
    print(await task)


asyncio.run(main())
