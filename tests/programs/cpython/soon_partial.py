# Keyword arguments travel in functools.partial; positional ones may come from both sides.
import asyncio
import functools

loop = asyncio.new_event_loop()


def tell(*words, end="!", **others):
    print(" ".join(words) + end, sorted(others.items()))


loop.call_soon(functools.partial(print, "hello", "there", sep="-"))
loop.call_soon(functools.partial(tell, "from", "partial", end="?"), "and", "call_soon")
loop.call_soon(functools.partial(tell, colour="green", size=3))
loop.call_later(0, functools.partial(tell, "a", "timer", end="."))
loop.call_later(0.001, loop.stop)
loop.run_forever()
loop.close()
