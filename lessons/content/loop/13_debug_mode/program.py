# Three mistakes that a loop overlooks, and finds in debug mode.
import asyncio
import logging
import threading
import time


def nap():
    time.sleep(0.3)
    print("nap: that was short")


def shout():
    try:
        loop.call_soon(print, "somebody shouts")
        print("shout: nobody complains")
    except RuntimeError as error:
        print("shout:", type(error).__name__)


def neighbour():
    thread = threading.Thread(target=shout)
    thread.start()
    thread.join()


def typo():
    try:
        loop.call_soon("print", "good evening")
        print("typo: nobody complains")
    except TypeError as error:
        print("typo:", type(error).__name__)


def bedtime():
    loop.call_soon(loop.stop)


def trouble(loop, context):
    print("handler:", context["exception"])


def log(record):
    print("log:", record.getMessage().split(" at ")[0], "is slow")
    return False


def evening():
    for callback in (nap, neighbour, typo, bedtime):
        loop.call_soon(callback)
    loop.run_forever()


logging.getLogger("asyncio").addFilter(log)
loop = asyncio.new_event_loop()
loop.set_exception_handler(trouble)
evening()
print("and now in debug mode")
loop.set_debug(True)
evening()
loop.close()
