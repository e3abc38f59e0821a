"""All tasks: up to 3.8 a method of Task knows them, those that have ended as well."""
import asyncio


async def quick():
    pass


async def main():
    task = asyncio.ensure_future(quick())
    await task
    if hasattr(asyncio.Task, 'all_tasks'):
        print('Task.all_tasks', len(asyncio.Task.all_tasks()), asyncio.Task.current_task() is not None)
    if hasattr(asyncio, 'all_tasks'):
        print('all_tasks', len(asyncio.all_tasks()), asyncio.current_task() is not None)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
