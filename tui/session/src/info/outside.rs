//! What `info` tells of the outside: descriptors and signals, servers and transports, child
//! processes, executors' jobs.

use loopscope_model::state::Transport;
use loopscope_model::{record, titles};
use loopscope_protocol::{By, TaskId, Text, Word};
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::{Session, labels};

/// What is not certain any more.
const fn unsure(known: bool) -> &'static str {
    if known { "" } else { "  (unknown since records were lost)" }
}

/// What is at one end of a transport, for programs: null where that is not known.
fn end(transport: &Transport, slot: Text) -> Option<&str> {
    Some(transport.address.get(slot)).filter(|address| !address.is_empty())
}

impl Session {
    pub(super) fn info_watchers(&self) -> Answer {
        let (state, names) = (self.state(), self.names());
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for watcher in state.watchers() {
            let handle = labels::handle(watcher.handle, state, names);
            lines.push(format!(
                "{} {}  {handle}{}",
                titles::fd(watcher.fd, state),
                watcher.how.word(),
                unsure(watcher.known)
            ));
            data.push(json!({
                "fd": watcher.fd.0, "how": watcher.how.word(), "handle": watcher.handle.0,
                "loop": watcher.loop_id.0, "peer": titles::owner(watcher.fd, state),
            }));
        }
        let mut signals = Vec::new();
        for each in state.signals() {
            let handle = labels::handle(each.handle, state, names);
            lines.push(format!("signal {}  {handle}{}", each.signal.0, unsure(each.known)));
            signals.push(json!({ "signal": each.signal.0, "handle": each.handle.0 }));
        }
        let mut jobs = Vec::new();
        for job in state.jobs() {
            let name = names.name(job.name);
            lines.push(format!("executor job {} {name}{}", job.id.0, unsure(job.known)));
            jobs.push(json!({ "job": job.id.0, "name": names.exact(job.name) }));
        }
        if lines.is_empty() {
            lines.push("Nothing is watched.".to_owned());
        }
        Answer::new(lines.join("\n"))
            .with("watchers", data)
            .with("signals", signals)
            .with("jobs", jobs)
    }

    /// `, by fetch (task 3)`.
    fn by_task(&self, task: TaskId) -> String {
        if task.is_some() {
            format!("  by {}", labels::task(task, self.state(), self.names()))
        } else {
            String::new()
        }
    }

    /// When something began, in words.
    fn since(since: Option<u64>) -> String {
        since.map_or_else(String::new, |since| {
            format!("  since {}", titles::time(record::seconds(since)))
        })
    }

    pub(super) fn info_servers(&self) -> Answer {
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for server in self.state().servers() {
            let state = if server.closing { "closing" } else { "listens" };
            lines.push(format!(
                "{}  {}  {state}  {} of {} open  {} in, {} out{}{}",
                titles::server(server.id, self.state()),
                server.how.word(),
                server.clients,
                titles::count(server.accepted as usize, "connection"),
                titles::size(server.read),
                titles::size(server.written),
                self.by_task(server.task),
                unsure(server.known)
            ));
            data.push(json!({
                "server": server.id.0, "loop": server.loop_id.0, "kind": server.how.word(),
                "address": server.address.get(Text::FIRST), "state": state,
                "open": server.clients, "accepted": server.accepted, "read": server.read,
                "written": server.written, "task": server.task.number(), "known": server.known,
            }));
        }
        told(&lines, "No servers.").with("servers", data)
    }

    pub(super) fn info_transports(&self) -> Answer {
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for transport in self.state().transports() {
            let states = transport.states();
            let states =
                if states.is_empty() { String::new() } else { format!("  {}", states.join(", ")) };
            lines.push(format!(
                "transport {}  {}  {}  fd {}  {} in, {} out{states}{}{}",
                transport.id.0,
                transport.how.word(),
                titles::peer_of(transport),
                transport.fd.0,
                titles::size(transport.read),
                titles::size(transport.written),
                self.by_task(transport.task),
                unsure(transport.known)
            ));
            data.push(json!({
                "transport": transport.id.0, "loop": transport.loop_id.0,
                "kind": transport.how.word(), "fd": transport.fd.0,
                "peer": end(transport, Text::FIRST), "local": end(transport, Text::SECOND),
                "server": transport.server.number(), "process": transport.process.number(),
                "read": transport.read, "written": transport.written,
                "buffered": transport.buffered, "reading_paused": transport.reading_paused,
                "writing_paused": transport.writing_paused, "read_eof": transport.read_eof,
                "write_eof": transport.write_eof, "closing": transport.closing.map(Word::word),
                "task": transport.task.number(), "known": transport.known,
            }));
        }
        told(&lines, "No transports.").with("transports", data)
    }

    pub(super) fn info_processes(&self) -> Answer {
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for process in self.state().processes() {
            let command = process.command.get(Text::FIRST);
            lines.push(format!(
                "{}  pid {}{}{}{}",
                titles::process(process.id, self.state()),
                process.pid,
                Self::since(process.since),
                self.by_task(process.task),
                unsure(process.known)
            ));
            data.push(json!({
                "process": process.id.0, "loop": process.loop_id.0, "pid": process.pid,
                "command": command, "since": process.since.map(record::seconds),
                "task": process.task.number(), "known": process.known,
            }));
        }
        told(&lines, "No child processes.").with("processes", data)
    }

    pub(super) fn info_jobs(&self) -> Answer {
        let (state, names) = (self.state(), self.names());
        let mut lines = Vec::new();
        let mut data = Vec::new();
        for job in state.jobs() {
            let place = if job.thread.is_some() {
                format!("runs in thread {}", names.name(job.thread))
            } else if job.pool == loopscope_protocol::Pool::Thread {
                "waits for a thread".to_owned()
            } else {
                format!("in another {}", job.pool.word())
            };
            let by = match job.by {
                By::Handle(_) if job.task.is_some() => self.by_task(job.task),
                By::Handle(id) => format!("  by {}", labels::handle(id, state, names)),
                By::Py => "  by py".to_owned(),
                By::Outside => String::new(),
            };
            lines.push(format!(
                "{}  {place}{}{by}{}",
                titles::job(job.id, state, names),
                Self::since(job.since),
                unsure(job.known)
            ));
            let by: Option<Value> = match job.by {
                By::Handle(id) => Some(id.0.into()),
                By::Py => Some("py".into()),
                By::Outside => None,
            };
            data.push(json!({
                "job": job.id.0, "loop": job.loop_id.0, "name": names.exact(job.name),
                "pool": job.pool.word(), "thread": names.get(job.thread),
                "since": job.since.map(record::seconds), "future": job.future.number(),
                "task": job.task.number(), "by": by, "known": job.known,
            }));
        }
        told(&lines, "No jobs.").with("jobs", data)
    }
}

fn told(lines: &[String], none: &str) -> Answer {
    Answer::new(if lines.is_empty() { none.to_owned() } else { lines.join("\n") })
}
