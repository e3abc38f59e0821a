"""What the logger hears of a loop: its selector, its end in debug mode, and errors."""
import asyncio
import logging


class Show(logging.Handler):
    def emit(self, record):
        print(record.levelname, record.getMessage().splitlines()[0].split(' running=')[0])


logging.getLogger('asyncio').addHandler(Show())
logging.getLogger('asyncio').setLevel(logging.DEBUG)


async def main():
    asyncio.get_running_loop().call_exception_handler({'message': 'by hand'})


for debug in (False, True):
    print('debug', debug)
    asyncio.run(main(), debug=debug)
