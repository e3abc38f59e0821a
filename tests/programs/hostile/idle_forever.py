# A loop with nothing to wait for: it sleeps without limit.
# ends: never
import asyncio

print("asleep", flush=True)
asyncio.new_event_loop().run_forever()
