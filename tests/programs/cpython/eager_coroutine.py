"""An eager task that ends in its first step has no coroutine any more; one that waits has it."""
# since: 3.13
import asyncio


async def at_once():
    return asyncio.current_task().get_name()


async def later():
    await asyncio.sleep(0)
    return 'later'


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    one = asyncio.create_task(at_once(), name='one')
    print(one.done(), one.get_coro())
    two = asyncio.create_task(later(), name='two')
    print(two.done(), two.get_coro() is not None)
    print(await two, two.get_coro() is not None)


asyncio.run(main())
