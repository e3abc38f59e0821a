# A future of one loop awaited in another is an error that says so.
import asyncio

other = asyncio.new_event_loop()
foreign = other.create_future()


async def main():
    try:
        await foreign
    except RuntimeError as error:
        print("attached to a different loop" in str(error))
    try:
        asyncio.ensure_future(foreign, loop=asyncio.get_running_loop())
    except ValueError as error:
        print(error)
    try:
        asyncio.gather(foreign, asyncio.get_running_loop().create_future())
    except ValueError as error:
        print(type(error).__name__)


asyncio.run(main())
other.close()
