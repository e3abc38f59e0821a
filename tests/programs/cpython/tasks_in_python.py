"""A task class written in Python is as well known to current_task and all_tasks as the usual one."""
import asyncio
from asyncio import tasks


async def show(event):
    await event.wait()
    current = asyncio.current_task()
    print(type(current) is tasks._PyTask, current.get_name())
    async with asyncio.timeout(5):
        await asyncio.sleep(0)
    return current


async def main():
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    task = tasks._PyTask(show(event), loop=loop, name='in-python')
    usual = asyncio.create_task(event.wait(), name='usual')
    await asyncio.sleep(0)
    print(sorted(t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task()))
    event.set()
    print(await task is task, await usual)
    print(len(asyncio.all_tasks()))
    for enter, leave in ((tasks._enter_task, tasks._py_leave_task),
                         (tasks._py_enter_task, tasks._leave_task)):
        other = asyncio.new_event_loop()
        enter(other, task)
        print(asyncio.current_task(other) is task)
        leave(other, task)
        print(asyncio.current_task(other))
        other.close()


asyncio.run(main())
