# Four callbacks are asked for, and three of them are called off.
import asyncio


def lunch():
    print("lunch")


def walk(nap):
    print("a walk")
    nap.cancel()
    nap.cancel()
    print("no nap:", nap.cancelled())


def cake():
    print("cake")


def nap():
    print("nap")


loop = asyncio.new_event_loop()
lunch_handle = loop.call_soon(lunch)
cake_handle = loop.call_later(2, cake)
nap_handle = loop.call_later(3, nap)
loop.call_soon(walk, nap_handle)
loop.call_later(4, loop.stop)
lunch_handle.cancel()
cake_handle.cancel()
print("no lunch, no cake")
loop.run_forever()
loop.close()
