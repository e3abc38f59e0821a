# stop() between two create_task(): which of the two tasks still gets a turn?
import asyncio

loop = asyncio.new_event_loop()


async def child(name):
    print("child", name)


async def stopper():
    loop.create_task(child("before stop()"))
    loop.stop()
    loop.create_task(child("after stop()"))
    print("stopper")


stopping = loop.create_task(stopper())
loop.run_forever()
print("stopped")


async def last():
    loop.stop()


lasting = loop.create_task(last())
loop.run_forever()
print("stopped again")
