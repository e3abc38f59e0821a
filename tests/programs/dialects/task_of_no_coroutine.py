"""A task of what is no coroutine cannot be made since 3.7; before, its first step failed."""
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    try:
        task = loop.create_task(5)
    except TypeError as error:
        print(error)
    else:
        print('made')
        await asyncio.wait([task])
        print(type(task.exception()).__name__)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
