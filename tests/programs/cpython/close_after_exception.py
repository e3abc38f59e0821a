# A loop whose run was left by an exception can be run again, stopped and closed.
import asyncio

loop = asyncio.new_event_loop()


def interrupt():
    raise KeyboardInterrupt


loop.call_soon(interrupt)
loop.call_soon(print, "still queued")
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("interrupted; running:", loop.is_running())
loop.stop()
loop.run_forever()
loop.call_soon(print, "dropped")
loop.close()
print("closed:", loop.is_closed())
