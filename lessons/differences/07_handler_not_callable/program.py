# Something that is no function is set as the exception handler.
import asyncio


async def main():
    try:
        asyncio.get_event_loop().set_exception_handler("print")
        print("accepted")
    except TypeError:
        print("TypeError")


asyncio.run(main())
