# call_later(0) is a timer: it runs in the same batch as call_soon, but after what is ready.
import asyncio

loop = asyncio.new_event_loop()
loop.call_later(0, print, "later 0")
loop.call_soon(print, "soon")
loop.call_later(-5, print, "later -5")
loop.call_later(0.01, loop.stop)
loop.run_forever()

print("from inside a callback:")


def inside():
    loop.call_later(0, print, "later 0")
    loop.call_soon(print, "soon")
    print("inside")


loop.call_soon(inside)
loop.call_later(0.01, loop.stop)
loop.run_forever()
loop.close()
