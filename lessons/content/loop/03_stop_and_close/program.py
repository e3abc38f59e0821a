# A loop is stopped, run again, and closed.
import asyncio


def leave(loop):
    loop.call_soon(later, loop)
    loop.stop()
    print("stop, please")


def wave():
    print("wave")


def later(loop):
    print("later")
    loop.stop()


def lost():
    print("nobody reads this")


loop = asyncio.new_event_loop()
loop.call_soon(leave, loop)
loop.call_soon(wave)
loop.run_forever()
print("the first run is over")
loop.run_forever()
print("the second run is over")
loop.call_soon(lost)
loop.close()
try:
    loop.call_soon(lost)
except RuntimeError as error:
    print(error)
