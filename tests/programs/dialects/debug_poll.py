"""In debug mode a poll that took a second or more is logged up to 3.7."""
import asyncio
import logging
import re


class Shows(logging.Handler):
    def emit(self, record):
        print(record.levelname, re.sub(r'[0-9.]+', 'N', record.getMessage()))


logging.getLogger('asyncio').addHandler(Shows())
logging.getLogger('asyncio').setLevel(logging.INFO)
loop = asyncio.new_event_loop()
loop.set_debug(True)
loop.call_soon(loop.call_later, 1.3, loop.stop)
loop.run_forever()
loop.close()
