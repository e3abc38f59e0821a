# Three callbacks with a time, and one without.
import asyncio


def egg(loop):
    print("take out the egg")
    loop.stop()


def tea(loop):
    print("take out the tea bag")
    loop.call_later(1, sip)


def toast():
    print("put in the toast")


def stir():
    print("stir the pot")


def sip():
    print("sip the tea")


loop = asyncio.new_event_loop()
loop.call_later(5, egg, loop)
loop.call_later(3, tea, loop)
loop.call_later(0, toast)
loop.call_soon(stir)
loop.run_forever()
loop.close()
