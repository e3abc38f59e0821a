"""A BaseException of a callback leaves the loop up to 3.7; later the exception handler is told."""
import asyncio


class Own(BaseException):
    pass


def bad():
    raise Own('of a callback')


loop = asyncio.new_event_loop()
loop.set_exception_handler(lambda loop, context: print('handler', type(context['exception']).__name__))
loop.call_soon(bad)
loop.call_soon(print, 'the next')
loop.call_later(0.01, loop.stop)
try:
    loop.run_forever()
    print('stopped')
except Own as error:
    print('left', error)
loop.close()
