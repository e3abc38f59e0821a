# A future's exception that nobody looked at is told too; looking at it, or cancelling, is enough.
import asyncio
import gc

loop = asyncio.new_event_loop()
loop.set_exception_handler(
    lambda loop, context: print(context["message"], repr(context["exception"]), sorted(context))
)
future = loop.create_future()
future.set_exception(KeyError("unseen"))
print("done:", future.done())
del future
gc.collect()

future = loop.create_future()
future.set_exception(KeyError("seen"))
print(repr(future.exception()))
del future
gc.collect()

future = loop.create_future()
print(future.cancel(), future.cancelled())
del future
gc.collect()
loop.close()
