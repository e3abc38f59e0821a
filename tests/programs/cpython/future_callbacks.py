# Done callbacks are queued in order when the future is done; they never run inside set_result.
import asyncio

loop = asyncio.new_event_loop()


def tell(name, future):
    print(name, future.result())


def plain(future):
    print("plain", future.done())


async def main():
    from functools import partial

    future = loop.create_future()
    for name in ("one", "two"):
        future.add_done_callback(partial(tell, name))
    future.add_done_callback(plain)
    future.add_done_callback(plain)
    print("removed:", future.remove_done_callback(plain))
    future.add_done_callback(plain)
    loop.call_soon(print, "queued before")
    future.set_result("value")
    print("set; nothing has run yet")
    future.add_done_callback(partial(tell, "added after done"))
    print("removed:", future.remove_done_callback(plain))
    await asyncio.sleep(0)
    print("end")


loop.run_until_complete(main())
loop.close()
