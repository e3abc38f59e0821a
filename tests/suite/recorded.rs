//! A program does with records on what it does without, and what CPython does.

use loopscope_tests::{Scratch, loopscope};

/// What a program prints, recorded or not.
fn prints(program: &str, expected: &str) {
    for options in [&[][..], &["--events", "e.jsonl"]] {
        let scratch = Scratch::new();
        let file = scratch.file("program.py", program);
        let run = loopscope(["run", "--headless"]).args(options).arg(file);
        let ended = run.within(scratch.folder()).limit(30).end().code_is(0);
        assert_eq!(ended.out(), expected, "{ended}");
    }
}

#[test]
fn a_pool_of_processes_takes_jobs() {
    prints(
        "\
import asyncio, concurrent.futures, multiprocessing
def square(n): return n * n
async def main():
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context('fork')
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        print(await asyncio.gather(*[loop.run_in_executor(pool, square, n) for n in range(4)]))
if __name__ == '__main__': asyncio.run(main())
",
        "[0, 1, 4, 9]\n",
    );
}

#[test]
fn the_warning_of_a_forgotten_coroutine_names_the_programs_line() {
    prints(
        "\
import asyncio, gc, warnings
async def forgotten(): pass
def show(message, category, filename, lineno, file=None, line=None):
    print(category.__name__, filename.rpartition('/')[2], lineno, str(message).splitlines()[0])
warnings.showwarning = show
warnings.simplefilter('always')
async def main():
    forgotten()
    gc.collect()
asyncio.run(main())
",
        "RuntimeWarning program.py 8 coroutine 'forgotten' was never awaited\n",
    );
}

#[test]
fn platform_can_read_the_version() {
    prints(
        "\
import platform, sys
print(platform.python_version() == '.'.join(map(str, sys.version_info[:3])))
import wsgiref.simple_server
print('imported')
",
        "True\nimported\n",
    );
}
