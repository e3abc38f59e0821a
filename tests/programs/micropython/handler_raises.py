# A handler that raises ends the run; the loop can be run again.
import asyncio


async def fail():
    raise ValueError("first")


async def main():
    asyncio.create_task(fail())
    await asyncio.sleep_ms(60)
    print("main goes on")


def handler(loop, context):
    print("handler")
    raise KeyError("from the handler")


async def again():
    return "again"


loop = asyncio.get_event_loop()
loop.set_exception_handler(handler)
try:
    loop.run_until_complete(main())
except KeyError as error:
    print("run is left:", error.args[0])
loop.set_exception_handler(None)
print(loop.run_until_complete(again()))
