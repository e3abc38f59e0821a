# SystemExit leaves run_forever at once; the rest of the batch stays queued for the next run.
import asyncio

loop = asyncio.new_event_loop()
loop.call_soon(print, "one")


def leave():
    raise SystemExit(7)


loop.call_soon(leave)
loop.call_soon(print, "two, in the next run")
try:
    loop.run_forever()
except SystemExit as error:
    print("left with", error.code, "running:", loop.is_running(), "closed:", loop.is_closed())
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
