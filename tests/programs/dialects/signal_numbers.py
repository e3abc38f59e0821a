"""The handler of a signal that there is not: other words since 3.8."""
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    try:
        loop.add_signal_handler(999, print)
    except ValueError as error:
        print(error)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
