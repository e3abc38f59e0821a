# run_until_complete() takes a coroutine or a task; a task that is finished already gives None.
import asyncio


async def give(value):
    await asyncio.sleep_ms(1)
    return value


async def fail():
    raise ValueError("no")


loop = asyncio.get_event_loop()
print(loop.run_until_complete(give(1)))
task = loop.create_task(give(2))
print(loop.run_until_complete(task))
print(task.done(), loop.run_until_complete(task))
failing = loop.create_task(fail())
try:
    loop.run_until_complete(failing)
except ValueError as error:
    print("caught", error.args[0])
print(failing.done(), loop.run_until_complete(failing))
try:
    loop.run_until_complete(5)
except TypeError as error:
    print(error.args[0])
