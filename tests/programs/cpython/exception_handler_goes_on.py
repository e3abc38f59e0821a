"""Whatever an exception handler does or is given, the loop goes on: only SystemExit and KeyboardInterrupt leave it."""
import asyncio
import gc
import logging
import re


class Shown(logging.Handler):
    def emit(self, record):
        first, *rest = record.getMessage().splitlines()
        print('  logged:', re.sub(r' at \S+', '', first), [line.partition(':')[0] for line in rest])
        if record.exc_info:
            error = record.exc_info[1]
            print('  with', type(error).__name__, error)


logging.getLogger('asyncio').addHandler(Shown())
logging.getLogger('asyncio').propagate = False


def fail():
    raise ValueError('failed')


class Odd(BaseException):
    pass


def run(title, handler, work=fail, loop=None):
    print(title)
    loop = loop or asyncio.new_event_loop()
    loop.set_exception_handler(handler)
    loop.call_soon(work)
    loop.call_soon(work)
    loop.call_soon(loop.stop)
    try:
        loop.run_forever()
        print('  went on')
    except BaseException as error:
        print('  left by', type(error).__name__, error)
    finally:
        loop.close()


def raising(error):
    def handler(loop, context):
        print('  handler', context['message'].partition(' ')[0])
        raise error
    return handler


run('it raises', raising(KeyError('in the handler')))
run('it raises what is no Exception', raising(Odd('in the handler')))
run('it raises CancelledError', raising(asyncio.CancelledError()))
run('it raises SystemExit', raising(SystemExit(3)))
run('it raises KeyboardInterrupt', raising(KeyboardInterrupt()))
run('it is None', None)
run('it closes the loop', lambda loop, context: loop.close())
run('it stops the loop', lambda loop, context: loop.stop())
run('it sets another', lambda loop, context: loop.set_exception_handler(raising(KeyError('another'))))
run('it takes one argument', lambda loop: None)


class Default(asyncio.SelectorEventLoop):
    def default_exception_handler(self, context):
        print('  default', context['message'].partition(' ')[0])
        raise LookupError('in the default handler')


class Leaves(asyncio.SelectorEventLoop):
    def default_exception_handler(self, context):
        raise SystemExit(4)


run('the default handler raises', None, loop=Default())
run('both raise', raising(KeyError('in the handler')), loop=Default())
run('the default handler raises SystemExit', None, loop=Leaves())
run('one raises, and the other SystemExit', raising(KeyError('in the handler')), loop=Leaves())

print('odd contexts')
loop = asyncio.new_event_loop()
for handler in (None, lambda loop, context: print('  handler', context), raising(KeyError('in the handler'))):
    loop.set_exception_handler(handler)
    for context in ({}, {'message': ''}, {'message': 5}, {'message': 'text', 'exception': None, 'z': 1, 'a': 2}):
        loop.call_exception_handler(context)
loop.close()


class Unprintable(Exception):
    def __repr__(self):
        raise RuntimeError('no repr')

    __str__ = __repr__


async def unprintable():
    raise Unprintable


async def main(handler):
    asyncio.get_running_loop().set_exception_handler(handler)
    task = asyncio.ensure_future(unprintable())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    asyncio.get_running_loop().call_exception_handler({'message': 'by hand', 'exception': Unprintable()})

print('an exception without a repr')
asyncio.run(main(lambda loop, context: print('  handler', context['message'], type(context['exception']).__name__)))

print('a task that is destroyed while it is pending')


async def forever():
    await asyncio.get_running_loop().create_future()


loop = asyncio.new_event_loop()
loop.set_exception_handler(raising(KeyError('in the handler')))
task = loop.create_task(forever())
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
del task
gc.collect()
print('over')
