"""ensure_future() of a future of another loop: in other words since 3.7."""
import asyncio

one, other = asyncio.new_event_loop(), asyncio.new_event_loop()
try:
    asyncio.ensure_future(one.create_future(), loop=other)
except ValueError as error:
    print(error)
one.close()
other.close()
