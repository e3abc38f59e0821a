//! A new lesson to begin with: complete and correct, so that an author only has to change it.

use crate::Folder;

const TEXT: &str = r#"---
format_version: 1
title: A title
minutes: 5
shows: What a learner will understand, in one sentence.
---

## step: Before anything happens
anchor: start

Say what the program does, and ask what it will print.

## predict: Who runs next?
anchor: loop-run
ask: Which callback runs first?
choices: ready, "none of them"
answer: handle.name of next handle-run
wrong: "second" Say by which rule this would be right, and what is different here.
wrong: "none of them" And here.

`{answer}` runs first.
Say why, in words that are right in every run.

## step: What to keep
anchor: end

Say again, shorter, what `first` and `second` have shown.

## modify: Change it
check: handle-run if handle.name == "second" before handle-run if handle.name == "first" else `first` still comes first; ask for `second` before it.

Say what to look at before it runs.

```diff
-loop.call_soon(first)
 loop.call_soon(second, loop)
+loop.call_soon(first)
```

## mistake: Both before
says: still comes first

```diff
+loop.call_soon(first)
 loop.call_soon(second, loop)
-loop.call_soon(first)
```

## mistake: Only one
says: still comes first

```diff
 loop.call_soon(second, loop)
-loop.call_soon(first)
```

## make: Something of your own
check: 3 times handle-run if handle.name == "third" else `third` is to run three times.
check: handle-run if handle.name == "third" before handle-run if handle.name == "second" else `third` is to run before `second` stops the loop.
hint: Say something that helps without giving the answer away.

Say what to write: a callback `third` that runs three times before `second`.

## solution

```diff
+def third():
+    print("third")
+
+
 loop = asyncio.new_event_loop()
+for _ in range(3):
+    loop.call_soon(third)
```

Say why this is a way to do it.

## mistake: Once is not enough
says: three times

```diff
-for _ in range(3):
+for _ in range(1):
```

## mistake: A loop within the callback
says: three times

```diff
 def third():
-    print("third")
+    print("third, third, third")
```
```diff
-for _ in range(3):
-    loop.call_soon(third)
+loop.call_soon(third)
```
"#;

const PROGRAM: &str = r#"# What this program is about.
import asyncio


def first():
    print("first")


def second(loop):
    print("second")
    loop.stop()


loop = asyncio.new_event_loop()
loop.call_soon(first)
loop.call_soon(second, loop)
loop.run_forever()
loop.close()
"#;

/// The files of a new lesson in a folder of that name.
///
/// ```
/// let folder = loopscope_lessons::template::new("08_my_lesson");
/// let lesson = loopscope_lessons::Lesson::parse(&folder).unwrap();
/// assert_eq!(lesson.id, "my_lesson");
/// ```
pub fn new(name: &str) -> Folder {
    let files = [("lesson.md", TEXT), ("program.out", "first\nsecond\n"), ("program.py", PROGRAM)];
    let files = files.map(|(file, text)| (file.to_owned(), text.as_bytes().to_vec()));
    Folder { name: name.to_owned(), files: files.to_vec() }
}
