# Three runners wait for one shot.
import asyncio


async def run(name, shot):
    print(name, "waits")
    await shot.wait()
    print(name, "runs")


async def main():
    shot = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for name in ("Ada", "Ben"):
            group.create_task(run(name, shot))
        await asyncio.sleep(1)
        shot.set()
        print("bang")
        shot.clear()
        group.create_task(run("late Cleo", shot))
        await asyncio.sleep(1)
        print("bang, for the late")
        shot.set()


asyncio.run(main())
