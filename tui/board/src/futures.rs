//! Where the suspended futures of embassy's tasks stand: the line of each `await` between the task and
//! what it waits for, read from the memory of a board by the debug information of its firmware.
//!
//! A task's future is an `async fn`: a type with a variant for each `await` that it can stand at, which
//! holds the future that is awaited. The compiler says of each which line it is.

use super::pools::Pool;
use super::types::{Type, TypeId, Types};

/// How deep futures lie in each other at most.
const DEEPEST: usize = 32;

/// What the type of an `async fn` is called, at its beginning.
const ASYNC: [&str; 2] = ["{async_fn_env#", "{async_block_env#"];

/// What a future that is awaited is called in the variant that awaits it.
const AWAITED: &str = "__awaitee";

/// How the tasks of a firmware lie in its memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Futures {
    types: Types,
    tasks: Vec<Task>,
}

/// A task's place in its pool.
#[derive(Clone, Debug)]
struct Task {
    name: String,
    /// The byte that tells whether there is one.
    spawned: u64,
    future: u64,
    kind: TypeId,
}

impl Futures {
    /// Those of the tasks in these pools.
    pub(crate) fn of(elf: &[u8], pools: &[Pool]) -> Self {
        if pools.is_empty() {
            return Self::default();
        }
        let types = Types::read(elf);
        let tasks = pools.iter().flat_map(|pool| tasks(&types, pool)).collect();
        Self { types, tasks }
    }

    /// Where each task stands, in a sentence. `read` reads the board's memory.
    pub(crate) fn stand(&self, mut read: impl FnMut(u64, usize) -> Option<u64>) -> Vec<String> {
        let mut sentences = Vec::new();
        for task in &self.tasks {
            if read(task.spawned, 1).is_none_or(|spawned| spawned & 1 == 0) {
                continue;
            }
            if let Some(words) = self.words(task, &mut read) {
                sentences.push(format!("{} {words}.", task.name));
            }
        }
        sentences
    }

    fn words(
        &self,
        task: &Task,
        read: &mut impl FnMut(u64, usize) -> Option<u64>,
    ) -> Option<String> {
        let (mut at, mut kind) = (task.future, task.kind);
        let mut words = String::new();
        for depth in 0..DEEPEST {
            let found = self.types.get(kind)?;
            if !ASYNC.iter().any(|start| found.name().starts_with(start)) {
                words.push_str(&format!(", for {}", short(found)));
                break;
            }
            let discriminant = found.discriminant.as_ref()?;
            let size =
                discriminant.kind.and_then(|kind| self.types.get(kind)).map_or(1, |k| k.size);
            let value = read(at + discriminant.offset, usize::try_from(size).ok()?)?;
            let (_, variant) = found.variants.iter().find(|(number, _)| *number == value)?;
            let state = self.types.get(variant.kind?)?;
            let place = variant.place.as_deref().unwrap_or("a line that is not known");
            match (depth, state.name()) {
                (0, "Unresumed") => return Some("has not begun".to_owned()),
                (0, "Returned" | "Panicked") => return None,
                (_, "Unresumed") => {
                    words.push_str(&format!(", for {}, which has not begun", function(found)));
                    break;
                }
                (_, "Returned" | "Panicked") => break,
                (0, _) => words.push_str(&format!("waits at {place}")),
                _ => words.push_str(&format!(", in {} at {place}", function(found))),
            }
            let Some(awaited) = state.member(AWAITED) else { break };
            let Some(inner) = awaited.kind else { break };
            at += variant.offset + awaited.offset;
            kind = inner;
        }
        Some(words)
    }
}

/// The places for tasks in a pool.
fn tasks(types: &Types, pool: &Pool) -> Vec<Task> {
    // The function that embassy makes of a task's.
    let functions = [format!("__{}_task", pool.name), format!("____embassy_{}_task", pool.name)];
    let is_its = |kind: &Type| kind.path.iter().any(|part| functions.contains(part));
    let mut storages = types.all().filter(|kind| kind.name().starts_with("TaskStorage<"));
    let found = storages.find_map(|storage| {
        let future = storage.parameter?;
        let fits = storage.size > 0 && u64::from(pool.size).is_multiple_of(storage.size);
        (fits && is_its(types.get(future)?)).then_some((storage, future))
    });
    let Some((storage, kind)) = found else { return Vec::new() };
    let (Some(header), Some(future)) = (storage.member("raw"), storage.member("future")) else {
        return Vec::new();
    };
    let state = header.kind.and_then(|kind| types.get(kind)?.member("state"));
    let Some(state) = state else { return Vec::new() };
    let count = u64::from(pool.size) / storage.size;
    let task = |number: u64| {
        let at = u64::from(pool.address) + number * storage.size;
        let name = if count == 1 {
            pool.name.clone()
        } else {
            format!("{} (place {} of {count})", pool.name, number + 1)
        };
        let spawned = at + header.offset + state.offset;
        Task { name, spawned, future: at + future.offset, kind }
    };
    (0..count).map(task).collect()
}

/// The name of the function that a future is of.
fn function(kind: &Type) -> &str {
    let before = kind.path.len().checked_sub(2).map(|at| kind.path[at].as_str());
    before.unwrap_or("a block")
}

/// A type's name without its modules and parameters.
fn short(kind: &Type) -> &str {
    let name = kind.name();
    name.split('<').next().unwrap_or(name)
}
