# Not for the handler: cancelled tasks, tasks that return, and those whose error somebody awaits.
import asyncio


async def cancelled():
    await asyncio.sleep(10)


async def raises_cancelled():
    raise asyncio.CancelledError("by itself")


async def returns():
    return 1


async def fails():
    await asyncio.sleep_ms(60)
    raise ValueError("awaited")


async def main():
    asyncio.create_task(cancelled()).cancel()
    task = asyncio.create_task(cancelled())
    asyncio.create_task(raises_cancelled())
    asyncio.create_task(returns())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await asyncio.create_task(fails())
    except ValueError as error:
        print("awaited:", error.args[0])
    await asyncio.sleep_ms(60)
    print("main ends")


asyncio.get_event_loop().set_exception_handler(lambda loop, context: print("handler"))
asyncio.run(main())
