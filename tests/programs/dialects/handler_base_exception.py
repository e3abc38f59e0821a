"""A BaseException of an exception handler leaves the loop up to 3.7, and is told since."""
import asyncio
import logging


class Own(BaseException):
    pass


def raises(*args):
    print('called with', args[-1]['message'])
    raise Own


def called(loop):
    try:
        loop.call_exception_handler({'message': 'this'})
    except Own:
        print('left')
    else:
        print('went on')


logging.getLogger('asyncio').setLevel(logging.CRITICAL)
loop = asyncio.new_event_loop()
loop.set_exception_handler(raises)
loop.default_exception_handler = lambda context: print('default', context['message'])
called(loop)
loop.set_exception_handler(None)
loop.default_exception_handler = raises
called(loop)
loop.close()
