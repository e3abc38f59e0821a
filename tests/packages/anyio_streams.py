"""anyio: a task group, a stream between tasks, a cancelled scope, a thread."""
import anyio


async def worker(delay, send):
    async with send:
        await anyio.sleep(delay / 20)
        await send.send(delay)


async def main():
    send, receive = anyio.create_memory_object_stream(5)
    async with anyio.create_task_group() as group:
        for delay in (3, 1, 2):
            group.start_soon(worker, delay, send.clone())
        send.close()
        async with receive:
            async for item in receive:
                print('received', item)
    with anyio.move_on_after(0.01) as scope:
        await anyio.sleep(5)
    print('cancelled', scope.cancelled_caught)
    print('from a thread', await anyio.to_thread.run_sync(lambda: 42))


anyio.run(main)
