# A task swallows its cancellation, and the one who asked waits on.
import asyncio


async def stubborn():
    for number in (1, 2, 3):
        try:
            print("pull", number)
            await asyncio.sleep(1)
        except BaseException as error:
            print("never mind the", type(error).__name__)
    return "the tooth is out"


async def main():
    pulling = asyncio.create_task(stubborn())
    await asyncio.sleep(1.5)
    pulling.cancel()
    print("main: stop, please")
    try:
        print("main:", await pulling)
    except asyncio.CancelledError:
        print("main: it has stopped")


asyncio.run(main())
