//! Where the program is at the cursor, and which task a command means.

use loopscope_model::state::Task;
use loopscope_protocol::{Event, FieldValue, HandleId, Place, TaskId};

use super::Session;
use super::answer::Trouble;
use super::command::TaskRef;

impl Session {
    /// The handle that runs at the cursor.
    pub fn current_handle(&self) -> Option<HandleId> {
        self.state().focus().and_then(|each| each.current)
    }

    /// The task that runs at the cursor.
    pub fn current_task(&self) -> Option<TaskId> {
        let by_handle = self
            .current_handle()
            .and_then(|id| self.state().handle(id))
            .map(|handle| handle.task)
            .filter(|task| task.is_some());
        by_handle.or_else(|| match self.record()?.event {
            Event::TaskStep { task }
            | Event::TaskSuspend { task, .. }
            | Event::TaskDone { task, .. } => Some(task),
            _ => None,
        })
    }

    /// The line of the program at the cursor, as file and line: the one that caused the last record.
    /// Of a source that does not say it: where the task that runs stands, where the callback that
    /// runs is defined, or what the record is about.
    pub fn current_line(&self) -> Option<(String, u32)> {
        let to_come = self.line_to_come();
        to_come.or_else(|| self.current_place().map(|place| self.file_and_line(place)))
    }

    /// The line to look at where none is at work: the last one that was.
    pub(super) fn last_line(&self) -> Option<(String, u32)> {
        let cause = self.history.last_cause(self.position())?;
        Some(self.file_and_line(cause.place))
    }

    fn file_and_line(&self, place: Place) -> (String, u32) {
        (self.names().exact(place.file).into_owned(), place.line)
    }

    fn current_place(&self) -> Option<Place> {
        let state = self.state();
        if let Some(cause) = self.record().and_then(|record| record.cause(self.names())) {
            return Some(cause.place);
        }
        if self.history.knows_lines() {
            return None;
        }
        let known = |place: &Place| place.file.is_some();
        let of_task = self.current_task().and_then(|id| state.task(id)).map(|task| task.place);
        let of_handle =
            || self.current_handle().and_then(|id| state.handle(id)).map(|handle| handle.place);
        let of_record = || {
            self.record()?.event.fields().as_slice().iter().find_map(|field| match field.value {
                FieldValue::Place(place) => Some(place),
                _ => None,
            })
        };
        of_task
            .filter(known)
            .or_else(|| of_handle().filter(known))
            .or_else(|| of_record().filter(known))
    }

    /// The task that a command names; without a name the one that runs.
    pub(super) fn task_or_current(&self, task: Option<&TaskRef>) -> Result<TaskId, Trouble> {
        let state = self.state();
        let unknown = |name: &str| {
            Trouble::new(format!("There is no task {name} here; `info tasks` lists them."))
        };
        match task {
            None => self.current_task().ok_or_else(|| {
                Trouble::new("No task runs here; name one, as `info tasks` lists them.")
            }),
            Some(TaskRef::Number(number)) => {
                let known = state.task(TaskId(*number)).is_some();
                if known { Ok(TaskId(*number)) } else { Err(unknown(&number.to_string())) }
            }
            Some(TaskRef::Name(name)) => {
                let names = self.names();
                let named = |task: &&Task| {
                    // As it is, or as it is shown: what is shown can be typed.
                    let is_called = |id| names.exact(id) == *name || names.name(id) == *name;
                    is_called(task.label) || is_called(task.name)
                };
                let all: Vec<_> = state.tasks().filter(named).collect();
                let pending: Vec<_> = all.iter().filter(|task| !task.state.is_done()).collect();
                match (&all[..], &pending[..]) {
                    ([task], _) => Ok(task.id),
                    (_, [task]) => Ok(task.id),
                    ([], _) => Err(unknown(&format!("`{name}`"))),
                    _ => {
                        let ids: Vec<_> = all.iter().map(|task| task.id.0.to_string()).collect();
                        Err(Trouble::new(format!(
                            "Several tasks are called `{name}`; say which by its number: {}.",
                            ids.join(", ")
                        )))
                    }
                }
            }
        }
    }
}
