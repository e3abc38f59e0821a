"""Runs one module of CPython's test_asyncio and writes a line about each test, before and after it.

usage: driver.py PART/PARTS FOLDER MODULE RESULTS [WORD]

FOLDER holds the package `test` of an installed CPython. RESULTS may have lines of an earlier run
that was killed: its tests are not run again. Of the classes of the module only every PARTS-th is
run, so that two processes share a long one. With WORD only tests with it in their name are run.

The lines: `test ID`, `begin ID`, then `pass|fail|error|skip ID` with the last line of the reason.
"""

import sys
import time
import unittest


def flat(suite):
    """The tests of a suite and of those in it."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        else:
            yield test


class Result(unittest.TestResult):
    """Writes down what becomes of each test as soon as it is known."""

    def __init__(self, write):
        super().__init__()
        self._write = write
        self._outcome = None

    def startTest(self, test):
        super().startTest(test)
        self._outcome = None
        self._began = time.monotonic()
        self._write('begin', test.id())

    def stopTest(self, test):
        super().stopTest(test)
        word, why = self._outcome or ('pass', '')
        self._write(word, test.id(), why, f'{time.monotonic() - self._began:.2f}')

    def _unwell(self, word, test, text):
        # The first complaint is the telling one.
        if self._outcome is None or self._outcome[0] == 'skip':
            last = [line for line in text.strip().splitlines() if line.strip()][-1:]
            self._outcome = word, ' '.join(last).strip()[:300]
        print(f'== {word} {test.id()}\n{text}', file=sys.stderr, flush=True)
        if not isinstance(test, unittest.TestCase):
            # A class or a module that cannot be set up: none of its tests begins.
            self._write(word, test.id(), self._outcome[1], '0')

    def addError(self, test, err):
        super().addError(test, err)
        self._unwell('error', test, self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._unwell('fail', test, self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            is_failure = issubclass(err[0], test.failureException)
            of = self.failures if is_failure else self.errors
            self._unwell('fail' if is_failure else 'error', test, of[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if self._outcome is None:
            self._outcome = 'skip', reason

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._outcome = 'fail', 'it was expected to fail'


def main():
    part, folder, module, path, *words = sys.argv[1:]
    part, parts = map(int, part.split('/'))
    sys.path.insert(0, folder)
    try:
        with open(path, encoding='utf-8') as before:
            begun = [line.rstrip('\n').split('\t')[1] for line in before if line.startswith('begin\t')]
    except FileNotFoundError:
        begun = []
    # Line by line, so that a killed run leaves all that it knew.
    lines = open(path, 'a', buffering=1, encoding='utf-8', errors='backslashreplace')

    def write(*fields):
        lines.write('\t'.join(' '.join(field.split()) for field in fields) + '\n')

    try:
        loaded = unittest.defaultTestLoader.loadTestsFromName(f'test.test_asyncio.{module}')
    except unittest.SkipTest as skipped:
        write('none', module, str(skipped))
        return
    except BaseException as error:
        import traceback
        traceback.print_exc()
        write('broken', module, f'{type(error).__name__}: {error}')
        return
    classes = {}
    for test in flat(loaded):
        classes.setdefault(type(test), []).append(test)
    chosen = []
    for number, tests in enumerate(classes.values()):
        if number % parts == part:
            chosen += [t for t in tests if not words or any(w in t.id() for w in words)]
    if not begun:
        for test in chosen:
            write('test', test.id())
    left = []
    for test in chosen:
        if test.id() in begun:
            begun.remove(test.id())
        else:
            left.append(test)
    unittest.TestSuite(left).run(Result(write))
    write('end', module)
    lines.close()


if __name__ == '__main__':
    main()
