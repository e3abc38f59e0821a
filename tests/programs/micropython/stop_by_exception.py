# SystemExit in a task leaves run_forever(); a later stop() still finds the old sentinel.
import asyncio

loop = asyncio.get_event_loop()


async def leave():
    raise SystemExit(3)


async def worker(count):
    for step in range(count):
        print("worker", step)
        await asyncio.sleep(0)
    loop.stop()


loop.create_task(leave())
try:
    loop.run_forever()
except SystemExit as error:
    print("SystemExit", error.args[0])
loop.create_task(worker(2))
loop.run_forever()
print("stopped")
