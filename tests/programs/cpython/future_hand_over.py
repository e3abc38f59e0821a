# A future is the bridge between callbacks and tasks: a timer completes it, a task awaits it.
import asyncio


async def waiter(name, future):
    try:
        print(name, "got", await future)
    except LookupError as error:
        print(name, "got the error", error)


async def main():
    loop = asyncio.get_running_loop()
    good, bad = loop.create_future(), loop.create_future()
    tasks = [asyncio.create_task(waiter(name, good)) for name in ("a", "b")]
    tasks.append(asyncio.create_task(waiter("c", bad)))
    loop.call_later(0.01, bad.set_exception, LookupError("no luck"))
    loop.call_later(0.005, good.set_result, 42)
    await asyncio.wait(tasks)
    gone = loop.create_future()
    task = asyncio.create_task(waiter("d", gone))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([task])
    print("a cancelled future cancels who awaits it:", task.cancelled())


asyncio.run(main())
