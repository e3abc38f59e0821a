//! The queue is what a plain list would be.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Push(u32),
    Insert(u64, u32),
    Take(u32),
    First,
    Batch,
    EndBatch,
}

fn step(sorted: bool) -> impl Strategy<Value = Step> {
    let push = if sorted {
        (0u64..20, 0u32..300).prop_map(|(key, id)| Step::Insert(key, id)).boxed()
    } else {
        (0u32..300).prop_map(Step::Push).boxed()
    };
    prop_oneof![
        8 => push,
        4 => (0u32..300).prop_map(Step::Take),
        2 => Just(Step::First),
        1 => Just(Step::Batch),
        1 => Just(Step::EndBatch),
    ]
}

/// Does the same to the queue and to a list, whose items have their keys with them.
fn compare(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut ready = Ready::default();
    let (mut list, mut batch): (Vec<(u64, HandleId)>, usize) = (Vec::new(), 0);
    for step in steps {
        match step {
            Step::Push(id) => {
                ready.push(HandleId(id));
                list.push((0, HandleId(id)));
            }
            Step::Insert(key, id) => {
                ready.insert((key, 0), HandleId(id));
                let at = list.iter().rposition(|(other, _)| *other <= key);
                list.insert(at.map_or(0, |before| before + 1), (key, HandleId(id)));
            }
            Step::Take(_) | Step::First => {
                let id = match step {
                    Step::Take(id) => HandleId(id),
                    _ => list.first().map_or(HandleId::NONE, |(_, id)| *id),
                };
                let at = list.iter().position(|(_, other)| *other == id);
                prop_assert_eq!(ready.take(id), at.map(|at| at == 0));
                if let Some(at) = at {
                    list.remove(at);
                    batch -= usize::from(at < batch);
                }
            }
            Step::Batch => {
                ready.begin_batch(list.len());
                batch = list.len();
            }
            Step::EndBatch => {
                ready.end_batch();
                batch = 0;
            }
        }
        prop_assert_eq!((ready.len(), ready.iter().len()), (list.len(), list.len()));
        prop_assert!(ready.iter().eq(list.iter().map(|(_, id)| *id)));
        prop_assert!(ready.iter().rev().eq(list.iter().rev().map(|(_, id)| *id)));
        let middle = list.len() / 2;
        prop_assert_eq!(ready.iter().nth(middle), list.get(middle).map(|(_, id)| *id));
        let is_sorted = matches!(ready.queue, Queue::Sorted(_));
        prop_assert!(is_sorted || ready.batch() == batch, "{} of {batch}", ready.batch());
    }
    Ok(())
}

proptest! {
    #[test]
    fn first_in_first_out(steps in proptest::collection::vec(step(false), 1..600)) {
        compare(steps)?;
    }

    #[test]
    fn by_keys(steps in proptest::collection::vec(step(true), 1..400)) {
        compare(steps)?;
    }
}

#[test]
fn holes_do_not_pile_up() {
    let mut ready = Ready::default();
    ready.push(HandleId(1));
    for n in 2..10_000 {
        ready.push(HandleId(n));
        ready.begin_batch(2);
        assert_eq!(ready.take(HandleId(n)), Some(false));
        assert_eq!(ready.batch(), 1);
    }
    let Queue::Line(line) = &ready.queue else { panic!() };
    assert!(line.slots.len() < 3 * NEAR, "{} slots", line.slots.len());
}
