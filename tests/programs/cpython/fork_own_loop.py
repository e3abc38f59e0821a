"""A forked process has no running loop: it may run one of its own."""
import asyncio
import os
import sys


async def inner():
    return 'its own loop'


async def main():
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.get_running_loop()
        except RuntimeError as error:
            print(error, flush=True)
        try:
            print(asyncio.run(inner()), flush=True)
        except RuntimeError as error:
            print('RuntimeError', error, flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    print('the parent has', type(asyncio.get_running_loop()).__name__)


asyncio.run(main())
