# What was not run stays queued: timers and tasks go on in the next run.
import asyncio

loop = asyncio.new_event_loop()


async def counter():
    for number in range(4):
        print("count", number)
        await asyncio.sleep(0.06)
    loop.stop()


task = loop.create_task(counter())
loop.call_later(0.01, loop.stop)
loop.run_forever()
print("a pause; done:", task.done())
loop.run_forever()
print("the end; done:", task.done())
loop.close()
