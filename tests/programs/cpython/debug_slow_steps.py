"""Debug mode tells of a slow callback, a slow timer and a slow step, and the program goes on."""
import asyncio
import logging
import re
import sys
import time


class Shown(logging.Handler):
    def emit(self, record):
        text = re.sub(r'took \d+\.\d+', 'took N', record.getMessage())
        text = re.sub(r'<Future [^>]*>', '<Future>', text)
        print('  ' + re.sub(r' created at .*?(?=>)| at \S+:\d+| when=[\d.]+', '', text))


logging.getLogger('asyncio').addHandler(Shown())
logging.getLogger('asyncio').setLevel(logging.WARNING)
logging.getLogger('asyncio').propagate = False


def slow(*args):
    time.sleep(0.06)


def slow_and_wrong():
    time.sleep(0.06)
    raise ValueError('wrong')


class Thing:
    def method(self):
        time.sleep(0.06)


async def child():
    time.sleep(0.06)


async def main():
    loop = asyncio.get_running_loop()
    print('slow is', loop.slow_callback_duration)
    loop.slow_callback_duration = 0.05
    kept = loop.call_soon(slow, 1, 'two')
    loop.call_later(0.01, slow)
    loop.call_soon(Thing().method)
    loop.call_soon(slow_and_wrong)
    loop.set_exception_handler(lambda loop, context: print('  handler', context['exception']))
    await asyncio.sleep(0.02)
    print(re.sub(r' created at .*?(?=>)| at \S+:\d+', '', repr(kept)))
    print('a step')
    time.sleep(0.06)
    await asyncio.sleep(0)
    print('a task')
    await asyncio.create_task(child(), name='named')
    print('a done callback')
    future = loop.create_future()
    future.add_done_callback(slow)
    future.set_result('there')
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print('nothing that is fast')
    loop.call_soon(print, '  fast')
    await asyncio.sleep(0)
    print('one that leaves the loop')
    loop.call_soon(sys.exit, 3)
    await asyncio.sleep(0.01)


try:
    asyncio.run(main(), debug=True)
except SystemExit as error:
    print('left by', error.code)
