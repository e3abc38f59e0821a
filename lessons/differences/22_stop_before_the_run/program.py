# stop() before anything runs.
import asyncio

loop = asyncio.new_event_loop()


async def child():
    print("child: first step")
    await asyncio.sleep(0.02)
    print("child: second step")
    loop.stop()


task = loop.create_task(child())
loop.stop()
loop.run_forever()
print("stopped")
if not task.done():
    loop.run_forever()
    print("stopped again")
