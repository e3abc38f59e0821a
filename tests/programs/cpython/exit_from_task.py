# SystemExit and KeyboardInterrupt in a task leave the run, and the task keeps them too.
import asyncio

loop = asyncio.new_event_loop()


async def leaves(error):
    await asyncio.sleep(0)
    raise error


async def other():
    for number in range(3):
        print("other", number)
        await asyncio.sleep(0)


for error in (SystemExit(3), KeyboardInterrupt()):
    helper = loop.create_task(other())
    task = loop.create_task(leaves(error))
    try:
        loop.run_until_complete(task)
    except (SystemExit, KeyboardInterrupt) as caught:
        print("left by", repr(caught), "task done:", task.done(), task.exception() is caught)
    print("helper done:", helper.done())
    loop.run_until_complete(helper)
loop.close()
