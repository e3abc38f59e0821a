# TimeoutError is a class of the module's own: an Exception, and no OSError.
import asyncio


async def main():
    print(issubclass(asyncio.TimeoutError, Exception))
    print(issubclass(asyncio.TimeoutError, OSError))
    print(issubclass(asyncio.CancelledError, Exception))
    print(issubclass(asyncio.CancelledError, BaseException))
    try:
        await asyncio.wait_for_ms(asyncio.Event().wait(), 10)
    except OSError:
        print("an OSError")
    except Exception as error:
        print(type(error) is asyncio.TimeoutError)


asyncio.run(main())
