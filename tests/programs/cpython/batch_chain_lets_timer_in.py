# An endless chain of call_soon does not keep a timer waiting: every turn looks at the timers.
import asyncio

loop = asyncio.new_event_loop()
links = 0


def link():
    global links
    links += 1
    if links < 1000:
        loop.call_soon(link)
    else:
        loop.stop()


loop.call_later(0, lambda: print("timer after", links, "link"))
loop.call_soon(link)
loop.run_forever()
loop.close()
print("links in all:", links)
