"""Every child watcher tells how a process ended; the policy's is used, and an inactive one refused."""
import asyncio
import sys
import warnings

warnings.simplefilter('ignore', DeprecationWarning)


async def run(code):
    process = await asyncio.create_subprocess_exec('sh', '-c', f'exit {code}')
    return await process.wait()


def with_watcher(watcher, code):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncio.set_child_watcher(watcher)
    watcher.attach_loop(loop)
    try:
        return loop.run_until_complete(run(code))
    finally:
        watcher.close()
        asyncio.set_child_watcher(None)
        asyncio.set_event_loop(None)
        loop.close()


for number, name in enumerate(('SafeChildWatcher', 'FastChildWatcher', 'ThreadedChildWatcher',
                               'PidfdChildWatcher', 'MultiLoopChildWatcher')):
    print(name, with_watcher(getattr(asyncio, name)(), 3 + number))

watcher = asyncio.SafeChildWatcher()
print(watcher.is_active(), watcher.remove_child_handler(12345))
asyncio.set_child_watcher(watcher)
print(asyncio.get_child_watcher() is watcher)
try:
    # It was never attached to the loop that runs.
    asyncio.run(run(0))
except RuntimeError as error:
    print(error)
asyncio.set_child_watcher(None)
print(asyncio.run(run(9)))

abstract = asyncio.AbstractChildWatcher()
for method, args in (('add_child_handler', (1, print)), ('remove_child_handler', (1,)),
                     ('attach_loop', (None,)), ('close', ()), ('is_active', ())):
    try:
        getattr(abstract, method)(*args)
    except NotImplementedError:
        print(method, 'is not implemented')
try:
    asyncio.set_child_watcher(5)
except AssertionError:
    print('not a watcher')
sys.stdout.flush()
