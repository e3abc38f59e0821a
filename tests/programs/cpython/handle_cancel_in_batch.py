# Cancelling a handle that is later in the same batch keeps it from running.
import asyncio

loop = asyncio.new_event_loop()
handles = {}


def first():
    print("first; cancels third")
    handles["third"].cancel()
    print("third is cancelled:", handles["third"].cancelled())


handles["first"] = loop.call_soon(first)
handles["second"] = loop.call_soon(print, "second")
handles["third"] = loop.call_soon(print, "third")
handles["fourth"] = loop.call_soon(handles["second"].cancel)
loop.call_soon(loop.stop)
loop.run_forever()
print("second, too late:", handles["second"].cancelled())
loop.close()
