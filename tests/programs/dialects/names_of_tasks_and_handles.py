"""What futures, tasks and handles can be asked: most of it came with 3.7 and later."""
import asyncio


async def work():
    pass


def which(thing, names):
    print([name for name in names.split() if hasattr(thing, name)])


async def main():
    loop = asyncio.get_event_loop()
    which(loop.create_future(), 'get_loop result exception add_done_callback')
    task = asyncio.ensure_future(work())
    which(task, 'get_loop get_name set_name get_coro get_context uncancel cancelling')
    await task
    which(loop.call_soon(int), 'cancel cancelled get_context')
    timer = loop.call_later(1, int)
    which(timer, 'cancel cancelled when')
    timer.cancel()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
