# Signals that a program has blocked are blocked in the processes that it starts, from whichever thread.
import asyncio
import os
import signal
import subprocess
import sys

TELL = 'import signal; print(sorted(s.name for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])))'


def asked():
    return subprocess.run([sys.executable, '-c', TELL], capture_output=True, text=True).stdout.strip()


async def main():
    print('at first', asked())
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGUSR2])
    print('blocked', asked())
    print('from a thread', await asyncio.to_thread(asked))
    process = await asyncio.create_subprocess_exec(
        sys.executable, '-c', TELL, stdout=subprocess.PIPE)
    print('by the loop', (await process.communicate())[0].decode().strip())
    sys.stdout.flush()
    copy = os.fork()
    if copy == 0:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
        os.write(1, f'in a copy {sorted(s.name for s in mask)}\n'.encode())
        os._exit(0)
    os.waitpid(copy, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1, signal.SIGUSR2])
    print('at last', asked())


asyncio.run(main())
