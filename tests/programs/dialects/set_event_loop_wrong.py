"""set_event_loop() of what is no loop."""
import asyncio

try:
    asyncio.set_event_loop(5)
except (TypeError, AssertionError) as error:
    print(type(error).__name__, error)
