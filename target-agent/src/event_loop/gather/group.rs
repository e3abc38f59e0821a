//! What can be gathered: tuples and arrays of tasks and coroutines.

use super::super::Error;
use super::super::make::IntoTask;
use super::super::task::{AnyTask, Task};

/// What can be gathered: a tuple or an array of tasks and coroutines.
pub trait Group {
    /// The same as tasks.
    type Tasks: Gathered;
    /// Makes the coroutines among them tasks, in order.
    fn into_tasks(self) -> Result<Self::Tasks, Error>;
}

/// Tasks that are gathered.
pub trait Gathered {
    /// Their values.
    type Values;
    /// Their values or exceptions.
    type Results;
    /// Each of them, in order.
    fn each(&self, see: &mut dyn FnMut(AnyTask));
    /// Their values; the first exception if there is one.
    fn values(&self) -> Result<Self::Values, Error>;
    /// Their values or exceptions.
    fn results(&self) -> Self::Results;
}

fn result<T>(task: &Task<T>) -> Result<T, Error> {
    task.result().unwrap_or(Err(Error::Cancelled))
}

macro_rules! groups {
    ($($name:ident $at:tt),*) => {
        impl<$($name: IntoTask),*> Group for ($($name,)*) {
            type Tasks = ($(Task<$name::Value>,)*);

            fn into_tasks(self) -> Result<Self::Tasks, Error> {
                Ok(($(self.$at.into_task()?,)*))
            }
        }

        impl<$($name),*> Gathered for ($(Task<$name>,)*) {
            type Values = ($($name,)*);
            type Results = ($(Result<$name, Error>,)*);

            fn each(&self, see: &mut dyn FnMut(AnyTask)) {
                $(see(self.$at.any());)*
            }

            fn values(&self) -> Result<Self::Values, Error> {
                Ok(($(result(&self.$at)?,)*))
            }

            fn results(&self) -> Self::Results {
                ($(result(&self.$at),)*)
            }
        }
    };
}
groups!(A 0);
groups!(A 0, B 1);
groups!(A 0, B 1, C 2);
groups!(A 0, B 1, C 2, D 3);
groups!(A 0, B 1, C 2, D 3, E 4);
groups!(A 0, B 1, C 2, D 3, E 4, F 5);
groups!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
groups!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

impl<T: IntoTask, const N: usize> Group for [T; N] {
    type Tasks = [Task<T::Value>; N];

    fn into_tasks(self) -> Result<Self::Tasks, Error> {
        let mut failed = None;
        let tasks = self.map(|one| match one.into_task() {
            Ok(task) => Some(task),
            Err(error) => {
                failed.get_or_insert(error);
                None
            }
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(tasks.map(|task| task.expect("none has failed"))),
        }
    }
}

impl<T, const N: usize> Gathered for [Task<T>; N] {
    type Values = [T; N];
    type Results = [Result<T, Error>; N];

    fn each(&self, see: &mut dyn FnMut(AnyTask)) {
        for task in self {
            see(task.any());
        }
    }

    fn values(&self) -> Result<Self::Values, Error> {
        for task in self {
            if let Some(Err(error)) = task.result() {
                return Err(error);
            }
        }
        let results = self.each_ref().map(|task| task.result().and_then(Result::ok));
        if results.iter().any(Option::is_none) {
            return Err(Error::Cancelled);
        }
        Ok(results.map(|value| value.expect("all are there")))
    }

    fn results(&self) -> Self::Results {
        self.each_ref().map(result)
    }
}
