# An exception in a callback goes to the exception handler, and the batch goes on.
import asyncio

loop = asyncio.new_event_loop()


def handler(loop, context):
    message = context["message"].split("(")[0]
    print("handler:", message, "/", repr(context["exception"]), "/", sorted(context))


def bad(text):
    raise ValueError(text)


loop.set_exception_handler(handler)
print(loop.get_exception_handler() is handler)
loop.call_soon(print, "before")
loop.call_soon(bad, "in a callback")
loop.call_later(0, bad, "in a timer")
loop.call_soon(print, "after")
loop.call_soon(None)
loop.call_later(0.01, loop.stop)
loop.run_forever()
loop.close()
