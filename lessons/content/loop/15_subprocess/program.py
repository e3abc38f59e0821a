# Another program runs beside this one, and its words come through a pipe.
import asyncio
import sys

CODE = """\
import time
time.sleep(0.5)
print('one two three', end='', flush=True)
time.sleep(0.5)
raise SystemExit(3)
"""


class Listener(asyncio.SubprocessProtocol):
    def pipe_data_received(self, fd, data):
        print("heard:", data.decode().strip())

    def connection_lost(self, error):
        print("all is over")
        loop.stop()


async def begin():
    return await loop.subprocess_exec(
        Listener, sys.executable, "-c", CODE, stdin=None, stderr=None
    )


loop = asyncio.new_event_loop()
transport, protocol = loop.run_until_complete(begin())
print("it runs")
loop.run_forever()
print("its exit code:", transport.get_returncode())
transport.close()
loop.close()
