"""Tasks that fail: the default handler, one's own, and none. Twin of src/bin/failing_task.rs."""
import asyncio


def on_error(loop, context):
    print("on_error:", context["message"])


async def bad(ms):
    await asyncio.sleep_ms(ms)
    raise ValueError("no reading")


async def main_task():
    loop = asyncio.get_event_loop()
    asyncio.create_task(bad(20))
    await asyncio.sleep_ms(50)
    loop.set_exception_handler(on_error)
    asyncio.create_task(bad(20))
    await asyncio.sleep_ms(50)
    # Whoever awaits it gets the exception, and the handler is not called.
    awaited = asyncio.create_task(bad(20))
    try:
        await awaited
    except ValueError:
        print("caught ValueError")
    loop.call_exception_handler({"message": "called by hand", "future": awaited})
    loop.set_exception_handler(None)


asyncio.run(main_task())
