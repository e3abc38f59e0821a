# stop() queues a sentinel: who is queued before it takes one step more, who comes after does not.
import asyncio

loop = asyncio.get_event_loop()


async def child(name):
    print("begin", name)
    await asyncio.sleep(0)
    print("end", name)


async def stopper():
    asyncio.create_task(child("before"))
    loop.stop()
    asyncio.create_task(child("after"))
    print("stopper goes on to its next await")
    await asyncio.sleep(0)
    print("stopper again")


loop.create_task(stopper())
loop.create_task(child("other"))
loop.run_forever()
print("stopped")
asyncio.run(asyncio.wait_for(child("run"), None))
