//! Exception handlers that go wrong, and modules whose import does. What is the same on every
//! supported CPython is among `tests/programs/cpython`; here is what CPython 3.13 does alone.

use loopscope_tests::run::Ended;
use loopscope_tests::{Scratch, loopscope};

/// Shows what asyncio logs, without tracebacks and addresses.
const SHOWN: &str = "\
import asyncio, contextvars, logging, re, sys
class Shown(logging.Handler):
    def emit(self, record):
        lines = record.getMessage().splitlines()
        keys = [line.partition(':')[0] for line in lines[1:] if re.match(r'\\w+:', line)]
        print('logged:', re.sub(r' at \\S+', '', lines[0]), keys)
        if record.exc_info:
            error = record.exc_info[1]
            print('with', type(error).__name__, re.sub('<.*>', '<...>', str(error)), '/', repr(error.__context__))
logging.getLogger('asyncio').addHandler(Shown())
logging.getLogger('asyncio').propagate = False
def fail(): raise ValueError('failed')
def again(loop, context):
    print('handler', sorted(context), repr(sys.exception()))
    loop.call_exception_handler(context)
";

fn run(options: &[&str], program: &str) -> Ended {
    let scratch = Scratch::new();
    let file = scratch.file("program.py", &format!("{SHOWN}{program}"));
    loopscope(["run", "--headless"])
        .args(options)
        .arg(file)
        .within(scratch.folder())
        .limit(30)
        .end()
}

/// Recorded or not, the same is printed.
fn prints(program: &str, expected: &str) {
    for options in [&[][..], &["--events", "e.jsonl"]] {
        let ended = run(options, program).code_is(0);
        assert_eq!(ended.out(), expected, "{ended}");
    }
}

#[test]
fn a_handler_that_calls_the_handler_is_stopped_by_the_context_of_the_handle() {
    let program = "\
loop = asyncio.new_event_loop()
loop.set_exception_handler(again)
loop.call_soon(fail)
loop.call_later(0.01, fail)
loop.call_later(0.02, loop.stop)
loop.run_forever()
print('went on')
";
    let once = "\
handler ['exception', 'handle', 'message'] ValueError('failed')
logged: Unhandled error in exception handler ['context']
with RuntimeError cannot enter context: <...> is already entered / ValueError('failed')
";
    prints(program, &format!("{once}{once}went on\n"));
}

#[test]
fn so_it_is_in_debug_mode_which_tells_where_the_handle_was_made() {
    let program = "\
loop = asyncio.new_event_loop()
loop.set_debug(True)
loop.set_exception_handler(again)
loop.call_soon(fail)
loop.call_later(0.02, loop.stop)
loop.run_forever()
print('went on')
";
    prints(
        program,
        "\
handler ['exception', 'handle', 'message', 'source_traceback'] ValueError('failed')
logged: Unhandled error in exception handler ['context', 'handle_traceback']
with RuntimeError cannot enter context: <...> is already entered / ValueError('failed')
went on
",
    );
}

#[test]
fn a_task_that_reports_itself_while_it_runs_is_told_the_same() {
    let program = "\
async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print('handler'))
    loop.call_exception_handler({'message': 'm', 'task': asyncio.current_task()})
    try:
        asyncio.current_task().get_context().run(print, 'entered')
    except RuntimeError as error:
        print(re.sub('<.*>', '<...>', str(error)))
    print('went on')
asyncio.run(main())
";
    prints(
        program,
        "\
logged: Unhandled error in exception handler ['context']
with RuntimeError cannot enter context: <...> is already entered / None
cannot enter context: <...> is already entered
went on
",
    );
}

#[test]
fn the_handler_runs_in_the_context_of_what_failed() {
    let program = "\
var = contextvars.ContextVar('var', default='outside')
def set_and_fail():
    var.set('in the handle')
    raise ValueError
async def never():
    var.set('in the task')
    raise ValueError
async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print(context['message'].split()[0], var.get()))
    loop.call_soon(set_and_fail)
    loop.call_later(0.01, set_and_fail)
    kept = loop.call_soon(set_and_fail)
    await asyncio.sleep(0.02)
    task = asyncio.create_task(never())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    loop.call_exception_handler({'message': 'plain'})
asyncio.run(main())
";
    let handle = "Exception in the handle\n";
    prints(program, &format!("{handle}{handle}{handle}Task in the task\nplain outside\n"));
}

#[test]
fn a_handle_in_a_context_that_is_entered_already_fails_and_the_loop_goes_on() {
    let program = "\
context = contextvars.copy_context()
loop = asyncio.new_event_loop()
async def work(): print('never')
def start():
    loop.call_soon(print, 'never', context=context)
    global task
    task = loop.create_task(work(), context=context)
    loop.call_later(0.01, loop.stop)
    loop.run_forever()
loop.set_exception_handler(lambda loop, given: print(type(given['exception']).__name__))
context.run(start)
print('went on', task.done())
task._log_destroy_pending = False
";
    // The handler would run in the same context, so that is not called either.
    let ended = run(&[], program).code_is(0);
    let refused =
        "with RuntimeError cannot enter context: <...> is already entered / RuntimeError(";
    assert_eq!(ended.out().matches(refused).count(), 2, "{ended}");
    assert!(ended.out().ends_with("went on False\n"), "{ended}");
}

#[test]
fn a_handler_that_recurses_without_end_is_survived() {
    let program = "\
logging.getLogger('asyncio').disabled = True
deepest = 0
def deeper(loop, context):
    global deepest
    deepest += 1
    loop.call_exception_handler({'message': 'again'})
loop = asyncio.new_event_loop()
loop.set_exception_handler(deeper)
loop.call_soon(fail)
loop.call_soon(loop.stop)
loop.run_forever()
print('went on', deepest > 20)
";
    prints(program, "went on True\n");
}

#[test]
fn an_import_that_fails_half_way_leaves_no_half_module() {
    let program = "\
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in refused:
            refused.remove(name)
            raise RecursionError('not now')
refused = ['textwrap']
sys.meta_path.insert(0, Refuse())
for name in ('textwrap', 'traceback'):
    sys.modules.pop(name, None)
asyncio._lazy._put('traceback')
import traceback
for _ in range(2):
    try:
        print(traceback.format_exception(ValueError('x'))[-1].strip())
    except RecursionError as error:
        print(type(error).__name__, error, 'format_exception' in vars(traceback))
";
    prints(program, "RecursionError not now False\nValueError: x\n");
}
