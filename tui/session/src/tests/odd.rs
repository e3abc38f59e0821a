//! Commands with numbers and words that nobody would write: each has an answer.

use super::*;

const ODD: [&str; 30] = [
    "0",
    "-1",
    "-0",
    "+1",
    "1.5",
    "1e3",
    "1e19",
    "1e308",
    "1e400",
    "inf",
    "-inf",
    "nan",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "999999999999999999999999999999",
    "0x10",
    "\u{bd}",
    "\u{663}",
    "%",
    "100%",
    "1e400%",
    "t=1e308",
    "t=-1",
    "t=nan",
    "#18446744073709551615",
    "1e19s",
    "99999999999h",
];

/// Ways to write each of them.
const LINES: [&str; 20] = [
    "{}",
    "{} {}",
    "handle-run within {}",
    "task-done if seq > 1 within {}",
    "handle-run within {} if seq == {}",
    "handle-run if seq == {}",
    "seq == {}",
    "{} + {} * {} / {} - {} % {}",
    "limit {}",
    "lines {}",
    "sentences {}",
    "t={}",
    "t={}s",
    "{}%",
    "#{}",
    "task {}",
    "{} csv",
    "name[{}]",
    "ready[{}] == {}",
    "len({})",
];

#[test]
fn odd_numbers_are_answered_by_every_command() {
    let (mut session, _) = session();
    for row in ROWS.iter().filter(|row| !matches!(row.name, "quit" | "py" | "record" | "export")) {
        for line in LINES {
            for odd in ODD {
                let line = format!("{} {}", row.name, line.replace("{}", odd));
                if let Err(trouble) = run(&mut session, &line) {
                    assert!(trouble.text.len() > 5, "{line}: {trouble:?}");
                }
                if session.is_collecting() {
                    let _ = run(&mut session, "end");
                }
            }
        }
    }
    assert_eq!(session.live_edge(), LAST);
}

#[test]
fn what_is_refused_for_its_size_is_not_called_something_else() {
    let (mut session, _) = session();
    for (line, says) in [
        ("step 18446744073709551615", "from 1 to 4294967295"),
        ("rnext 4294967296", "from 1 to 4294967295"),
        ("delete 99999999999", "from 0 to 4294967295"),
        ("list 99999999999", "from 0 to 4294967295"),
        ("set lines 99999999999", "from 1 to 4294967295"),
        ("set limit 99999999999999999999", "64 bits"),
        ("expect handle-run within 1e30s", "longer"),
    ] {
        let text = refused(&mut session, line);
        assert!(text.contains(says), "{line}: {text}");
    }
    ok(&mut session, "set limit 18446744073709551615");
    ok(&mut session, "set lines 4294967295");
    assert!(ok(&mut session, "goto end").contains("#41"));
    ok(&mut session, "rturn 4294967295");
    assert_eq!(session.position(), 0);
}
