# Two loops are two queues: each runs its own callbacks, when it is its turn to run.
import asyncio

first = asyncio.new_event_loop()
second = asyncio.new_event_loop()
for number in range(2):
    first.call_soon(print, "first", number)
    second.call_soon(print, "second", number)


def cross():
    print("first gives work to second")
    second.call_soon(print, "from first")


first.call_soon(cross)
first.call_soon(first.stop)
second.call_soon(second.stop)
print(first is second, first.is_running())
first.run_forever()
first.close()
print("first is closed;", "second is closed:", second.is_closed())
second.run_forever()
second.call_soon(second.stop)
second.run_forever()
second.close()
