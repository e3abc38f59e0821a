# One callback on a loop from get_event_loop: it greets, stops the loop, and the loop is closed.
import asyncio


def greet(loop, name):
    print("Good morning,", name)
    loop.stop()


loop = asyncio.get_event_loop()
handle = loop.call_soon(greet, loop, "loop")
loop.run_forever()
loop.close()
