//! Who the loop deals with: servers and who is connected to them, connections that the program made,
//! child processes with their pipes, and the functions that executors have been given.

use std::collections::BTreeMap;

use loopscope_model::State;
use loopscope_model::state::{Job, Process, Server, Transport};
use loopscope_model::titles;
use loopscope_model::why::Thing;
use loopscope_protocol::{ObjectId, Pool, TaskId, Text, Word};
use loopscope_session::Mark;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{Effect, Snapshot, View, words};
use crate::keys::Action;
use crate::theme::{Role, Theme};
use crate::widgets::row::Row;
use crate::widgets::search::Listed;
use crate::widgets::searched_list::SearchedList;
use crate::widgets::text::clean;

/// The view's name.
pub const ID: &str = "outside";

/// From this width on there is room for all that is said of a connection.
const NARROW: u16 = 60;

/// Who the loop deals with.
#[derive(Debug, Default)]
pub struct Outside {
    list: SearchedList,
}

/// What a row is about.
#[derive(Clone, Copy)]
enum Item<'a> {
    Server(&'a Server),
    Process(&'a Process),
    /// A transport; whether it stands below its server or its process.
    Transport(&'a Transport, bool),
    Job(&'a Job),
}

/// The rows in order: what belongs together stands together, and below whom it belongs to.
fn items(state: &State) -> Vec<Item<'_>> {
    let mut of_servers: BTreeMap<ObjectId, Vec<&Transport>> = BTreeMap::new();
    let mut of_processes: BTreeMap<ObjectId, Vec<&Transport>> = BTreeMap::new();
    let mut alone = Vec::new();
    for transport in state.transports() {
        if state.server(transport.server).is_some() {
            of_servers.entry(transport.server).or_default().push(transport);
        } else if state.process(transport.process).is_some() {
            of_processes.entry(transport.process).or_default().push(transport);
        } else {
            alone.push(transport);
        }
    }
    let mut items = Vec::new();
    for server in state.servers() {
        items.push(Item::Server(server));
        let clients = of_servers.remove(&server.id).unwrap_or_default();
        items.extend(clients.into_iter().map(|transport| Item::Transport(transport, true)));
    }
    items.extend(alone.into_iter().map(|transport| Item::Transport(transport, false)));
    for process in state.processes() {
        items.push(Item::Process(process));
        let pipes = of_processes.remove(&process.id).unwrap_or_default();
        items.extend(pipes.into_iter().map(|transport| Item::Transport(transport, true)));
    }
    items.extend(state.jobs().map(Item::Job));
    items
}

impl Item<'_> {
    /// Whether it is the same as at the last stop.
    fn mark(self, before: &State) -> Option<Mark> {
        let differs = |same: Option<bool>| match same {
            None => Some(Mark::New),
            Some(true) => None,
            Some(false) => Some(Mark::Changed),
        };
        differs(match self {
            Self::Server(server) => before.server(server.id).map(|was| was == server),
            Self::Process(process) => before.process(process.id).map(|was| was == process),
            Self::Transport(transport, _) => {
                before.transport(transport.id).map(|was| was == transport)
            }
            Self::Job(job) => before.job(job.id).map(|was| was == job),
        })
    }

    const fn known(self) -> bool {
        match self {
            Self::Server(server) => server.known,
            Self::Process(process) => process.known,
            Self::Transport(transport, _) => transport.known,
            Self::Job(job) => job.known,
        }
    }

    /// Who it is, and which task deals with it.
    fn who(self, snapshot: &Snapshot<'_>) -> (String, TaskId) {
        let state = snapshot.state;
        let (name, task) = match self {
            Self::Server(server) => {
                let address = clean(server.address.get(Text::FIRST)).into_owned();
                (format!("listens {address}"), server.task)
            }
            Self::Process(process) => (titles::process(process.id, state), process.task),
            // What stands above says whose it is.
            Self::Transport(transport, true) => {
                let address = clean(transport.address.get(Text::FIRST)).into_owned();
                let name = if address.is_empty() { "a client".to_owned() } else { address };
                (name, transport.task)
            }
            Self::Transport(transport, false) => {
                let peer = titles::peer_of(transport);
                let peer = peer.strip_prefix("server ").map(|address| format!("to {address}"));
                (peer.unwrap_or_else(|| titles::peer_of(transport)), transport.task)
            }
            Self::Job(job) => (titles::job(job.id, state, snapshot.names), job.task),
        };
        (clean(&name).into_owned(), task)
    }

    /// What it does, and how much. Where there is little room what is special comes first.
    fn what(self, snapshot: &Snapshot<'_>, width: u16) -> String {
        match self {
            Self::Server(server) => {
                let closing = if server.closing { "closing, " } else { "" };
                format!("{closing}{} of {} open", server.clients, server.accepted)
            }
            Self::Process(process) => format!("pid {}", process.pid),
            Self::Transport(transport, _) => match transport.states()[..] {
                [] => moved(transport.read, transport.written),
                [.., last] if width < NARROW => last.to_owned(),
                [.., last] => format!("{last}, {}", moved(transport.read, transport.written)),
            },
            Self::Job(job) if job.thread.is_some() => {
                clean(&snapshot.names.name(job.thread)).into_owned()
            }
            Self::Job(job) if job.pool == Pool::Thread => "waits for a thread".to_owned(),
            Self::Job(job) => format!("in another {}", job.pool.word()),
        }
    }

    const fn thing(self) -> Thing {
        match self {
            Self::Server(server) => Thing::Outside(server.id),
            Self::Process(process) => Thing::Outside(process.id),
            Self::Transport(transport, _) => Thing::Outside(transport.id),
            Self::Job(job) => Thing::Job(job.id),
        }
    }

    /// All that is known of it, a line each.
    fn details(self, snapshot: &Snapshot<'_>) -> (String, String) {
        let (who, task) = self.who(snapshot);
        let mut lines = Vec::new();
        match self {
            Self::Server(server) => {
                lines.push(format!("server {}, {}", server.id.0, server.how.word()));
                lines.push(self.what(snapshot, u16::MAX));
                lines.push(format!("all of them: {}", moved(server.read, server.written)));
            }
            Self::Transport(transport, _) => {
                let (id, how) = (transport.id.0, transport.how.word());
                lines.push(format!("transport {id}, {how}, fd {}", transport.fd.0));
                let local = clean(transport.address.get(Text::SECOND)).into_owned();
                if !local.is_empty() {
                    lines.push(format!("this end: {local}"));
                }
                lines.push(moved(transport.read, transport.written));
                if transport.buffered > 0 {
                    lines.push(format!("{} wait to be written", titles::bytes(transport.buffered)));
                }
                lines.extend(transport.states().into_iter().map(str::to_owned));
            }
            Self::Process(_) | Self::Job(_) => lines.push(self.what(snapshot, u16::MAX)),
        }
        if task.is_some() {
            lines.push(format!("used by {}", words::task_name(snapshot, task)));
        }
        (who, lines.join("\n"))
    }

    fn row(self, snapshot: &Snapshot<'_>, theme: &Theme, width: u16) -> Row {
        let mark = snapshot.changes.before().and_then(|before| self.mark(before));
        let sign = mark.map_or(' ', Mark::sign);
        let below = if matches!(self, Self::Transport(_, true)) { "  " } else { "" };
        let (who, task) = self.who(snapshot);
        let known = self.known();
        let right =
            if known { self.what(snapshot, width) } else { "unknown since the gap".to_owned() };
        let by = words::task_called(snapshot, task).filter(|_| task.is_some());
        Row::of(format!("{sign} {below}"), mark.map_or(Role::Text, super::mark_role), theme)
            .put(who, Role::Text, theme)
            .put(by.map_or_else(String::new, |by| format!(" {by}")), Role::Task, theme)
            .put_right(right, if known { Role::Faint } else { Role::Warning }, theme)
    }
}

fn moved(read: u64, written: u64) -> String {
    format!("{} in, {} out", titles::size(read), titles::size(written))
}

/// Whether nothing has changed outside.
pub fn is_same(before: &State, state: &State) -> bool {
    before.servers().eq(state.servers())
        && before.transports().eq(state.transports())
        && before.processes().eq(state.processes())
        && before.jobs().eq(state.jobs())
}

impl Outside {
    fn listed(&self, snapshot: &Snapshot<'_>, items: &[Item<'_>]) -> Listed {
        let theme = Theme::default();
        self.list.listed(items.len(), |n| items[n].row(snapshot, &theme, u16::MAX).text())
    }
}

impl View for Outside {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self, snapshot: &Snapshot<'_>, theme: &Theme) -> Line<'static> {
        let state = snapshot.state;
        let counts = [
            (state.servers().len(), "server", "servers"),
            (state.transports().len(), "connection", "connections"),
            (state.processes().len(), "process", "processes"),
            (state.jobs().len(), "job", "jobs"),
        ];
        let told: Vec<String> = counts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        let told = if told.is_empty() { "nobody".to_owned() } else { told.join(", ") };
        let mut line = Line::from(vec![
            Span::styled("outside", theme.style(Role::Title)),
            Span::styled(format!(": {told}"), theme.style(Role::Text)),
        ]);
        let listed = self.listed(snapshot, &items(state));
        line.spans.extend(self.list.title(&listed, theme));
        line
    }

    fn update(&mut self, action: Action, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let items = items(snapshot.state);
        let listed = self.listed(snapshot, &items);
        if action == Action::Open {
            let item = self.list.current(&listed).and_then(|n| items.get(n));
            return item.map_or(Effect::Done, |item| {
                let (title, text) = item.details(snapshot);
                Effect::Show { title, text, thing: Some(item.thing()) }
            });
        }
        Effect::of_list(self.list.update(action, &listed, area))
    }

    fn filter(&mut self, text: &str) -> bool {
        self.list.filter(text);
        true
    }

    fn click(&mut self, at: Position, snapshot: &Snapshot<'_>, area: Rect) -> Effect {
        let listed = self.listed(snapshot, &items(snapshot.state));
        Effect::of_list(self.list.click(at, &listed, area).is_some())
    }

    fn render(&self, snapshot: &Snapshot<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let items = items(snapshot.state);
        if items.is_empty() {
            let text = "  (no servers, connections, processes or jobs)";
            Row::of(text, Role::Faint, theme).draw(theme, area, buffer);
            return;
        }
        let listed = self.listed(snapshot, &items);
        self.list.draw(|n| items[n].row(snapshot, theme, area.width), &listed, theme, area, buffer);
    }
}
