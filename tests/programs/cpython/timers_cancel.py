# A cancelled timer never runs. Cancelling twice, or after it ran, does nothing.
import asyncio

loop = asyncio.new_event_loop()
kept = loop.call_later(0.02, print, "kept")
dropped = loop.call_later(0.01, print, "never seen")
both = loop.call_later(0.08, print, "never seen either")
dropped.cancel()
dropped.cancel()
loop.call_later(0.04, both.cancel)
loop.call_later(0.12, loop.stop)
print(kept.cancelled(), dropped.cancelled(), both.cancelled())
loop.run_forever()
kept.cancel()
print(kept.cancelled(), dropped.cancelled(), both.cancelled())
loop.close()
