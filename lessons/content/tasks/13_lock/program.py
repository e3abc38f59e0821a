# One bathroom, two people, and a lock that is held across an await.
import asyncio


async def wash(name, lock):
    print(name, "wants in")
    async with lock:
        print(name, "is in")
        await asyncio.sleep(2)
        print(name, "is out")


async def hum():
    for bar in range(4):
        print("hum", bar)
        await asyncio.sleep(1.5)


async def main():
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(wash("Ada", lock))
        group.create_task(wash("Ben", lock))
        group.create_task(hum())


asyncio.run(main())
