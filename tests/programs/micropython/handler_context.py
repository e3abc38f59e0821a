# The handler gets the loop and a context of three keys: message, exception, future.
import asyncio


async def fail():
    raise ValueError("lost")


def handler(loop, context):
    print(loop is asyncio.get_event_loop())
    print(sorted(context.keys()))
    print(context["message"])
    print(type(context["exception"]).__name__, context["exception"].args[0])
    print(context["future"] is task, context["future"].done(), task.data is context["exception"])


async def main():
    global task
    task = asyncio.create_task(fail())
    await asyncio.sleep_ms(60)
    try:
        await task
    except ValueError as error:
        print("awaited afterwards:", error.args[0])


loop = asyncio.get_event_loop()
print(loop.get_exception_handler())
loop.set_exception_handler(handler)
print(loop.get_exception_handler() is handler)
asyncio.run(main())
loop.set_exception_handler(None)
print(loop.get_exception_handler())
