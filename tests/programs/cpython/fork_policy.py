"""A copy of the process has no loop: the policy makes it a new one, and what it does leaves ours alone."""
# since: 3.12
import asyncio
import os
import signal
import sys
import warnings

warnings.simplefilter('ignore', DeprecationWarning)


async def main():
    loop = asyncio.get_running_loop()
    asyncio.set_event_loop(loop)
    loop.add_signal_handler(signal.SIGUSR1, print, 'of the original')
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.get_running_loop()
        except RuntimeError as error:
            print(error)
        own = asyncio.get_event_loop_policy().get_event_loop()
        print(own is loop)
        print(own.run_until_complete(asyncio.sleep(0, 'slept')))
        own.close()
        sys.stdout.flush()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    print(asyncio.get_running_loop() is loop)


asyncio.run(main())
