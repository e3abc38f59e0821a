//! Where the fuzzer begins: inputs of each target made of real streams.

use loopscope_model::story::Story;
use loopscope_protocol::On;

use crate::board::Board;
use crate::sealed::unsealed;

/// A board's session, as the program recorded it.
const SESSION: &[u8] = include_bytes!("../../../tui/board/src/demo/session.loop");

/// A lesson's files.
const LESSON: [&[u8]; 3] = [
    include_bytes!("../../../lessons/content/loop/01_call_soon/lesson.md"),
    include_bytes!("../../../lessons/content/loop/01_call_soon/program.py"),
    include_bytes!("../../../lessons/content/loop/01_call_soon/program.out"),
];

/// Inputs of the target of that name.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let streams = [story(), board()];
    let with = |head: &[u8], body: &[u8]| [head, body].concat();
    let mut seeds = Vec::new();
    match target {
        "wire" => {
            for stream in &streams {
                seeds.push(with(&[2, 0, 3, 9, 30, 200, 1, 0, 0], stream));
                seeds.push(with(&[6, 0, 3, 9, 30, 200, 1, 0, 0], &unsealed(stream)));
            }
            let middle = with(&[0, 4, 4, 4, 4, 4, 4, 4, 4], &streams[1][40..]);
            seeds.extend([middle, with(&[2, 0, 0, 0, 0, 0, 0, 0, 0], &SESSION[20..4000])]);
        }
        "state" => {
            for stream in &streams {
                seeds.push(with(&[2 | 0x80, 9], stream));
                seeds.push(with(&[6 | 0x80, 255], &unsealed(stream)));
                seeds.push(with(&[0x80, 40], &stream[25..]));
            }
            seeds.push(with(&[1 | 0x40, 0], SESSION));
        }
        "splice" => {
            seeds.extend((0..24_u8).map(|n| {
                let mut state = u32::from(n) * 2_654_435_761 + 12_345;
                let mut next = || {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                };
                (0..60 + usize::from(n) * 12).map(|_| next()).collect()
            }));
        }
        "control" => {
            let hello = [0x65, 2, 1, 1];
            let run = [0x65, 5, 2, 0, 0xff, 0x7f, 0];
            seeds.push(with(&[6, 4], &hello));
            seeds.push(with(&[6, 7], &run));
            seeds.push(
                [&[2, 1, 2, 9, 6, 3, 0x65, 1, 3, 0, 1, 50, 6, 3, 0x65, 1, 4, 1, 90][..]].concat(),
            );
            seeds
                .push(vec![7, 42, 0x65, 40, 2, 0x80, 0x80, 0x80, 0x80, 4, 1, 255, 3, 0, 5, 200, 0]);
        }
        "elf" => {
            seeds.extend([vec![0], vec![0, 40, 1, 2, 3, 4, 140, 9, 9, 1, 1, 1, 1], vec![2, 140]]);
        }
        "commands" => seeds.extend(
            [
                "step 3\nnext\nturn 2\nwhere\nwhy\ninfo tasks\ninfo ready\nrstep 2\ngoto 50%",
                "break task-done if task == 2\ncontinue\nrcontinue\ndelete\ngoto end\ninfo lints",
                "watch len(ready) > 1\ndisplay t\nuntil handle-run if record.task == 1\nfinish 1",
                "commands\nprint turn\nend\ntbreak poll-begin\nexpect timer-due within 2s\nassert t > 0",
                "set limit 20\nset text 1K\ngoto t 1.5\nbookmark here\ngoto here\nlist 3\nhelp step",
                "rturn 4294967295\nrnext 99999999999999999999\ngoto #18446744073709551615\npy 1",
            ]
            .map(|text| text.as_bytes().to_vec()),
        ),
        "settings" => seeds.extend(
            [
                "theme = \"light\"\nascii = true\nmouse = false\n[keys]\nstep = [\"s\", \"f7\"]\nwhy = \"y\"\n",
                "[keys]\nquit = \"ctrl-alt-delete\"\n\"\" = []\n",
                "theme = 3\n[[keys]]\n",
            ]
            .map(|text| text.as_bytes().to_vec()),
        ),
        // A call of each kind, alone, on behalf of each kind of sandbox.
        "sandbox" => seeds.extend((0..8).map(|kind| {
            let calls = (0..34).flat_map(|which| [which, 0, 4, 5, 19, 4, 4]);
            std::iter::once(kind).chain(calls).collect()
        })),
        "lesson" => seeds.push(LESSON.join(&b"\n=====\n"[..])),
        _ => seeds.extend([vec![0; 12], vec![40, 1, 0, 1, 2, 3, 0, 5, 0xff, 0]]),
    }
    seeds
}

/// What a program's loop tells.
fn story() -> Vec<u8> {
    let mut story = Story::new();
    story.start().soon(1, "greet").task(1, "fetch", 2).timer(3, 1.5, "later", 0);
    story.turn(&[1, 2]).run(1).print("hello").done(1);
    story.step(2, 1).future(1).suspend(2, 1, On::Nothing, 9).end_turn();
    story.at(2.0).complete(1);
    story.bytes().to_vec()
}

/// What the made-up board tells.
fn board() -> Vec<u8> {
    let mut board = Board::new(0);
    let mut frames = vec![board.hello()];
    frames.extend(board.start());
    for choice in 0..14 {
        frames.extend(board.turn(choice * 37));
    }
    frames.extend(board.overflow(3));
    frames.extend(board.snapshot());
    frames.extend(board.turn(1));
    frames.concat()
}
