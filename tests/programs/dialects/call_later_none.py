"""call_later(None) and call_at(None) are told in words of each version."""
import asyncio


async def main():
    loop = asyncio.get_event_loop()
    for call in (loop.call_later, loop.call_at):
        try:
            call(None, print)
        except (TypeError, AssertionError) as error:
            print(type(error).__name__, error)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
