# call_soon is a queue: callbacks run in the order they were registered, each exactly once.
import asyncio

loop = asyncio.new_event_loop()
for number in range(5):
    loop.call_soon(print, "callback", number)
loop.call_soon(loop.stop)
print("registered; nothing has run yet")
loop.run_forever()
loop.close()
print("done")
