"""What a task factory is given beside the coroutine: a context since 3.11, and in 3.14 all there is."""
import asyncio


def factory(loop, coro, **keywords):
    print('given', keywords)
    return asyncio.Task(coro, loop=loop)


async def work():
    pass


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.set_task_factory(factory)
for keywords in {}, {'name': 'n'}, {'context': None}:
    coroutine = work()
    try:
        loop.run_until_complete(loop.create_task(coroutine, **keywords))
    except TypeError:
        print('refused')
        coroutine.close()
loop.close()
