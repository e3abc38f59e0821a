# call_exception_handler() passes any context to a handler; the default one wants all three keys.
import asyncio


async def child():
    pass


loop = asyncio.get_event_loop()
loop.set_exception_handler(lambda loop, context: print("handler:", context))
loop.call_exception_handler({"message": "by hand"})
loop.call_exception_handler("anything")
loop.set_exception_handler(None)
try:
    loop.call_exception_handler({"message": "by hand"})
except KeyError as error:
    print("KeyError", error.args[0])


async def main():
    task = asyncio.create_task(child())
    await task
    context = {"message": "m", "exception": ValueError("v"), "future": task}
    # Both write to standard error.
    loop.call_exception_handler(context)
    loop.default_exception_handler(loop, context)
    print("the default handler took it")


asyncio.run(main())
