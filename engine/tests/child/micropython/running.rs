//! Running, stopping, waiting for each other and for streams.

use loopscope_protocol::{Kind, LintRule};

use super::{
    DOCUMENTED, FIRMWARE, LEFTOVER, NESTED, diagnoses, lines, lints, prints, prints_in, recorded,
};
use crate::received::printed;

#[test]
fn stop_lets_what_is_due_run_first() {
    let source = "
L = asyncio.get_event_loop()
L.stop()
async def a(): print('a'); L.stop(); L.stop(); await asyncio.sleep(0); print('a2')
async def b(): print('b'); await asyncio.sleep(0); print('b2')
asyncio.create_task(a()); asyncio.create_task(b())
L.run_forever(); print('|')
async def c(): L.stop()
asyncio.create_task(c()); L.run_forever()
async def five(): return 5
t = asyncio.create_task(five())
print(L.run_until_complete(t), L.run_until_complete(t), t.done(), t.state)
";
    assert_eq!(prints(source), "a\nb\n|\na2\nb2\n5 None True False\n");
}

#[test]
fn leftovers_are_cancelled_as_documented_and_kept_on_a_board() {
    assert_eq!(prints_in(DOCUMENTED, LEFTOVER), "background 0\ncancelled\nfinally\n|\nend\n");
    assert_eq!(
        prints_in(FIRMWARE, LEFTOVER),
        "background 0\n|\nbackground 1\nbackground 2\nfinally\nend\n"
    );
}

#[test]
fn a_leftover_is_told_where_a_board_goes_on_in_another_way() {
    let said = recorded(DOCUMENTED, LEFTOVER);
    assert_eq!(lints(&said), [LintRule::BoardDiffers]);
    assert!(diagnoses(&said)[0].starts_with("This task is left"), "{:?}", diagnoses(&said));
    // It is told of the task, before anything is done to it.
    let told = lines(&said, &[Kind::Lint, Kind::TaskCancel]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("board-differs"), "{told:?}");
    assert!(told[0].contains("task 2") && told[1].contains("task 2"), "{told:?}");
    assert_eq!(lints(&recorded(FIRMWARE, LEFTOVER)), []);
    // Nothing is left: nothing is told.
    let calm = "
async def quick(): await asyncio.sleep(0)
async def main(): await asyncio.create_task(quick())
asyncio.run(main())
";
    assert_eq!(lints(&recorded(DOCUMENTED, calm)), []);
    let many = "
async def waits(): await asyncio.sleep(9)
async def main(): [asyncio.create_task(waits()) for _ in range(3)]
asyncio.run(main())
";
    let said = recorded(DOCUMENTED, many);
    let rules = lints(&said);
    assert_eq!(
        rules.iter().filter(|rule| **rule == LintRule::BoardDiffers).count(),
        1,
        "{rules:?}"
    );
    let told = diagnoses(&said);
    assert!(told[0].starts_with("This task and 2 more are left"), "{told:?}");
}

#[test]
fn a_leftover_that_nothing_can_wake_does_not_hold_the_run() {
    let source = "
class Never:
    def __iter__(self): yield
async def lost():
    try: await Never()
    except asyncio.CancelledError: pass
    await Never()
async def main(): asyncio.create_task(lost()); await asyncio.sleep(0)
asyncio.run(main()); print('end')
";
    let said = recorded(DOCUMENTED, source);
    assert_eq!(printed(&said), "end\n");
    assert_eq!(lints(&said), [LintRule::Lost, LintRule::BoardDiffers, LintRule::Lost]);
}

#[test]
fn a_nested_run_is_refused_as_documented_and_a_hazard_on_a_board() {
    let said = recorded(DOCUMENTED, NESTED);
    assert_eq!(printed(&said), "asyncio.run() cannot be called from a running event loop\n");
    assert_eq!(lints(&said), [LintRule::NestedRun, LintRule::NeverAwaited]);
    // What a board does is told there.
    let told = diagnoses(&said);
    assert!(told[0].contains("A board runs it"), "{told:?}");
    let said = recorded(FIRMWARE, NESTED);
    assert_eq!(printed(&said), "7\nno running event loop\nouter\n");
    // Where it begins, and where a board crashes.
    assert_eq!(lints(&said), [LintRule::NestedRun, LintRule::NestedRun]);
    assert_eq!(lines(&said, &[Kind::LoopStopped]).len(), 2);
}

#[test]
fn a_second_sleep_takes_the_place_of_the_first() {
    let source = "
import time
async def main():
    first = asyncio.sleep_ms(500); second = asyncio.sleep_ms(20)
    start = time.ticks_ms()
    await first; await second
    print(first is second, time.ticks_diff(time.ticks_ms(), start))
asyncio.run(main())
";
    assert_eq!(prints(source), "True 20\n");
}

#[test]
fn wait_for_raises_even_if_the_child_returns_after_all() {
    let source = "
async def stubborn():
    try: await asyncio.sleep(5)
    except asyncio.CancelledError: return 'late'
async def main():
    try: print(await asyncio.wait_for(stubborn(), 0.01))
    except asyncio.TimeoutError as e: print(repr(e), type(e))
    async def quick(): return 3
    print(await asyncio.wait_for(quick(), 1), await asyncio.wait_for(quick(), None))
    async def bad(): raise KeyError('k')
    try: await asyncio.wait_for_ms(bad(), 10)
    except KeyError as e: print(repr(e))
asyncio.run(main())
";
    assert_eq!(prints(source), "TimeoutError() <class 'TimeoutError'>\n3 3\nKeyError('k',)\n");
}

#[test]
fn streams_speak_over_sockets_and_make_the_clock_real() {
    let source = "
async def serve(reader, writer):
    line = await reader.readline()
    writer.write(b'echo ' + line); await writer.drain()
    print('rest', await reader.read(-1), reader.get_extra_info('peername')[0])
    await writer.wait_closed()
async def main():
    import socket
    s = socket.socket(); s.bind(('127.0.0.1', 0)); port = s.getsockname()[1]; s.close()
    server = await asyncio.start_server(serve, '127.0.0.1', port)
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'hello\\n'); await writer.drain()
    print(await reader.readexactly(5), await reader.read(20))
    try: await writer.wait_closed()
    finally: await asyncio.sleep_ms(10)
    async with server: pass
    print(server.task.done())
asyncio.run(main())
";
    let said = recorded(DOCUMENTED, source);
    assert_eq!(printed(&said), "b'echo ' b'hello\\n'\nrest b'' 127.0.0.1\nTrue\n");
    assert_eq!(lines(&said, &[Kind::Clock]), ["clock socket"]);
    let added = lines(&said, &[Kind::WatcherAdd]).len();
    assert_eq!(lines(&said, &[Kind::WatcherRemove]).len(), added);
    assert!(added >= 5, "{added}");
}

#[test]
fn a_flag_is_set_by_a_thread() {
    let source = "
import _thread, time
flag = asyncio.ThreadSafeFlag()
def sets(): time.sleep_ms(20); flag.set()
async def main():
    _thread.start_new_thread(sets, ())
    await flag.wait()
    print('set', flag.state)
asyncio.run(main())
";
    assert_eq!(prints(source), "set 0\n");
}

#[test]
fn a_dropped_task_is_not_closed() {
    let source = "
async def waits():
    try: await asyncio.Event().wait()
    finally: print('never')
async def main():
    asyncio.create_task(waits()); await asyncio.sleep(0)
    asyncio.new_event_loop()
asyncio.get_event_loop().run_until_complete(main())
import gc; gc.collect(); print('end')
";
    assert_eq!(prints(source), "end\n");
}

#[test]
fn a_refused_run_makes_no_task() {
    let source = "
async def inner(): print('never')
async def outer():
    try: asyncio.get_event_loop().run_until_complete(inner())
    except RuntimeError as e: print(e)
    await asyncio.sleep_ms(1)
asyncio.run(outer())
";
    assert_eq!(
        prints_in(DOCUMENTED, source),
        "asyncio.run_until_complete() cannot be called from a running event loop\n"
    );
}
