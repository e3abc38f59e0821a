# run_until_complete() of a task that is finished already.
import asyncio

loop = asyncio.new_event_loop()


async def answer():
    return 42


task = loop.create_task(answer())
print(loop.run_until_complete(task))
print(loop.run_until_complete(task))
