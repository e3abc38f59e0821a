# call_exception_handler() with a context made by hand, and no handler set.
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    try:
        loop.call_exception_handler({"message": "by hand"})
        print("reported")
    except KeyError as error:
        print("KeyError:", error.args[0])


asyncio.run(main())
