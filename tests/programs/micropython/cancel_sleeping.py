# cancel() brings a sleeper forward to now, behind those that are queued already.
import asyncio


async def sleeper(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def ready(name):
    print(name, "runs")


async def main():
    tasks = [asyncio.create_task(sleeper(name)) for name in "ab"]
    await asyncio.sleep_ms(20)
    asyncio.create_task(ready("first"))
    print(tasks[1].cancel())
    asyncio.create_task(ready("second"))
    print(tasks[0].cancel())
    print("not cancelled yet:", [task.done() for task in tasks])
    await asyncio.sleep(0)
    print("cancelled now:", [task.done() for task in tasks])
    print(tasks[0].cancel())


asyncio.run(main())
