"""Where a task is: of one that is nothing but a sleep as well, before it has begun and while it waits."""
import asyncio


async def work(event):
    await event.wait()


def show(task):
    print([frame.f_code.co_name for frame in task.get_stack()])


async def main():
    event = asyncio.Event()
    sleeper, worker = asyncio.create_task(asyncio.sleep(0.1, 'slept')), asyncio.create_task(work(event))
    first = sleeper.get_stack()[0].f_lineno
    show(sleeper)
    await asyncio.sleep(0)
    later = sleeper.get_stack()[0]
    print(first < later.f_lineno, later.f_locals['delay'], later.f_locals['result'])
    show(sleeper)
    show(worker)
    print('running at' in repr(sleeper), sleeper.get_coro().cr_code.co_name)
    event.set()
    await worker
    show(worker)
    print(await sleeper)
    show(sleeper)


asyncio.run(main())
