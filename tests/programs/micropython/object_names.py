# The fields that programs see on tasks, events, locks and queues, and how a task is shown.
import asyncio


async def child():
    pass


def public(thing):
    return sorted(name for name in dir(thing) if not name.startswith("_"))


async def main():
    task = asyncio.create_task(child())
    print(public(task))
    print(isinstance(task, asyncio.Task), type(task).__name__, str(task))
    event = asyncio.Event()
    print(public(event), event.state, type(event.waiting) is asyncio.TaskQueue)
    lock = asyncio.Lock()
    print(public(lock), lock.state, type(lock.waiting) is asyncio.TaskQueue)
    print(public(asyncio.TaskQueue()))


asyncio.run(main())
