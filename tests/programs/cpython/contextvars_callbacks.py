# A callback runs in the context that was current when it was registered.
import asyncio
import contextvars

name = contextvars.ContextVar("name", default="nobody")
loop = asyncio.new_event_loop()


def tell(place):
    print(place, "sees", name.get())


name.set("first")
loop.call_soon(tell, "soon 1")
name.set("second")
loop.call_soon(tell, "soon 2")
loop.call_later(0.001, tell, "timer")
own = contextvars.copy_context()
own.run(name.set, "own")
loop.call_soon(tell, "with a context", context=own)
loop.call_soon(name.set, "changed in a callback")
loop.call_soon(tell, "after the change")
name.set("third")
loop.call_later(0.005, loop.stop)
loop.run_forever()
tell("the main program")
print("own holds", own[name])
loop.close()
