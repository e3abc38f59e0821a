# stop() twice in one run stops once; the next run_forever() needs a stop() of its own.
import asyncio

loop = asyncio.get_event_loop()


async def once(name, times):
    print(name, "stops", times, "times")
    for _ in range(times):
        loop.stop()
    await asyncio.sleep(0)
    print(name, "over")


for times in (1, 2, 3):
    loop.create_task(once("task " + str(times), times))
    loop.run_forever()
    print("stopped")
loop.create_task(once("last", 1))
loop.run_forever()
print("stopped for the last time")
