# A function that calls itself for ever: RecursionError, and the program ends with its traceback.
# ends: code 1
import asyncio

loop = asyncio.new_event_loop()


def deeper(level):
    return deeper(level + 1) + 1


def careful():
    try:
        deeper(0)
    except RecursionError as error:
        print("caught:", type(error).__name__)


loop.call_soon(careful)
loop.call_soon(loop.stop)
loop.run_forever()
deeper(0)
