# get_event_loop, set_event_loop, new_event_loop and get_running_loop.
import asyncio

try:
    asyncio.get_running_loop()
except RuntimeError as error:
    print(error)
mine = asyncio.new_event_loop()
asyncio.set_event_loop(mine)
print(asyncio.get_event_loop() is mine)
other = asyncio.new_event_loop()
print(asyncio.get_event_loop() is mine, other is mine)


def look():
    print(asyncio.get_event_loop() is other, asyncio.get_running_loop() is other)
    asyncio.set_event_loop(mine)
    print(asyncio.get_event_loop() is other)
    other.stop()


other.call_soon(look)
other.run_forever()
print(asyncio.get_event_loop() is mine)
asyncio.set_event_loop(None)
try:
    asyncio.get_event_loop()
except RuntimeError as error:
    print(error)
try:
    asyncio.set_event_loop(5)
except TypeError as error:
    print(error)
mine.close()
other.close()
