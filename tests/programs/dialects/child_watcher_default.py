"""Who tells the end of processes: a watcher that hears SIGCHLD up to 3.7, one that takes a descriptor from 3.12 on; 3.14 lets nobody choose."""
import asyncio
import warnings


async def main():
    process = await asyncio.create_subprocess_exec('sh', '-c', 'exit 3')
    print(await process.wait())


warnings.simplefilter('ignore')
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
policy = asyncio.get_event_loop_policy()
if hasattr(policy, 'get_child_watcher'):
    print(type(policy.get_child_watcher()).__name__)
else:
    print('no watcher')
loop.run_until_complete(main())
loop.close()
