# call_exception_handler may be called by anybody; None brings back the default handler.
import asyncio

loop = asyncio.new_event_loop()


def handler(loop, context):
    print(sorted(context.items()))


loop.call_exception_handler({"message": "goes to the log"})
loop.set_exception_handler(handler)
loop.call_exception_handler({"message": "by hand", "answer": 42})
loop.call_soon(loop.call_exception_handler, {"message": "from a callback"})
loop.call_soon(loop.stop)
loop.run_forever()
loop.set_exception_handler(None)
loop.call_exception_handler({"message": "goes to the log again"})
print(loop.get_exception_handler())
loop.close()
