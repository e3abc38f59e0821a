"""tenacity: a coroutine is tried again until it succeeds, and then given up."""
import asyncio

from tenacity import RetryError, retry, stop_after_attempt, wait_fixed

tries = 0


@retry(stop=stop_after_attempt(3), wait=wait_fixed(0.01))
async def succeeds(at):
    global tries
    tries += 1
    print('try', tries)
    if tries < at:
        raise OSError('no')
    return 'done'


async def main():
    global tries
    print(await succeeds(3))
    tries = 0
    try:
        await succeeds(5)
    except RetryError as error:
        print('given up:', error.last_attempt.exception())


asyncio.run(main())
