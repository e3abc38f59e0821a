# stop() under run_until_complete is an error, unless the future is done in the same turn.
import asyncio

loop = asyncio.new_event_loop()


async def work(seconds):
    await asyncio.sleep(seconds)
    print("work ends")
    return "value"


task = loop.create_task(work(0.1))
loop.call_later(0.01, loop.stop)
try:
    loop.run_until_complete(task)
except RuntimeError as error:
    print(error, "/ task done:", task.done())
print(loop.run_until_complete(task))


async def stops():
    loop.stop()
    return "in time"


print(loop.run_until_complete(stops()))
print(loop.run_until_complete(task))
loop.close()
