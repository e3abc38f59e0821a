# A task factory sees every task that the loop makes; None brings back the default.
import asyncio


class Named(asyncio.Task):
    pass


def factory(loop, coroutine, **options):
    print("factory:", coroutine.__name__)
    return Named(coroutine, loop=loop, **options)


async def child():
    return "child"


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(factory)
    print(loop.get_task_factory() is factory)
    task = asyncio.create_task(child())
    print(isinstance(task, Named), await task)
    print(await asyncio.gather(child(), child()))
    loop.set_task_factory(None)
    print(loop.get_task_factory(), await asyncio.create_task(child()))
    try:
        loop.set_task_factory(5)
    except TypeError as error:
        print(error)


asyncio.run(main())
