# A handler that raises is answered by the default handler; the loop still runs on.
import asyncio

loop = asyncio.new_event_loop()
calls = []


def handler(loop, context):
    calls.append(type(context["exception"]).__name__)
    print("handler called", len(calls))
    raise KeyError("the handler fails too")


def bad(error):
    raise error


loop.set_exception_handler(handler)
loop.call_soon(bad, ValueError("first"))
loop.call_soon(print, "between")
loop.call_soon(bad, OSError("second"))
loop.call_soon(loop.stop)
loop.run_forever()
print(calls)
loop.close()
