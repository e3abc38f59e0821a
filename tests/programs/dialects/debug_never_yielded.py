"""In debug mode a coroutine that nobody awaits is logged as well up to 3.7."""
import asyncio
import logging
import warnings


class Shows(logging.Handler):
    def emit(self, record):
        print(record.levelname, record.getMessage().splitlines()[0].rpartition('>')[2])


async def work():
    pass


async def main():
    work()


warnings.simplefilter('ignore')
logging.getLogger('asyncio').addHandler(Shows())
loop = asyncio.new_event_loop()
loop.set_debug(True)
loop.run_until_complete(main())
loop.close()
print('end')
