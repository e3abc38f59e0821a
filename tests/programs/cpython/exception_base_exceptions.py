# CancelledError and other base exceptions in a callback go to the handler as well.
import asyncio

loop = asyncio.new_event_loop()


class Odd(BaseException):
    pass


def bad(error):
    raise error


loop.set_exception_handler(lambda loop, context: print("handler:", repr(context["exception"])))
loop.call_soon(bad, asyncio.CancelledError("in a callback"))
loop.call_soon(bad, GeneratorExit())
loop.call_soon(bad, Odd())
loop.call_soon(loop.stop)
loop.run_forever()


async def odd():
    raise Odd("in a task")


task = loop.create_task(odd())
try:
    loop.run_until_complete(task)
except Odd as error:
    print("raised", repr(error))
loop.close()
