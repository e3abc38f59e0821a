//! Servers, transports, child processes and jobs: what is known of them, and for how long.

use loopscope_protocol::{
    CloseHow, Event, Fd, FutureId, HandleHow, HandleId, JobHow, JobId, ObjectId, On, Pool, TaskId,
    TransportKind, WatchHow,
};

use super::{after, anomalies};
use crate::state::Completer;
use crate::story::Story;
use crate::{sentence, titles, why};

fn happened(story: &Story) -> String {
    let history = story.history();
    let n = history.len();
    sentence::happened(&history.at(n), &history.record(n).unwrap(), story.names())
}

/// A server on fd 6 with a client on fd 9, served by task 2, and a client on fd 10.
fn served() -> Story {
    let mut story = Story::new();
    story.start().task(1, "main", 1).turn(&[1]).step(1, 1).server(1, 6, "127.0.0.1:80");
    story.suspend(1, 1, On::Nothing, 3).end_turn();
    story.transport(1, 9, "127.0.0.1:4711", 1).transport(2, 10, "127.0.0.1:4712", 1);
    story.task(2, "serve", 2).turn(&[2]).step(2, 2).future(7);
    story.outside(7, JobId::NONE, ObjectId(1));
    story.suspend(2, 2, On::Future(FutureId(7)), 5).end_turn();
    story
}

#[test]
fn a_server_knows_its_connections_and_what_went_over_them() {
    let mut story = served();
    story.moved(1, 5, 7).moved(2, 100, 0);
    let state = after(&story);
    let server = state.server(ObjectId(1)).unwrap();
    assert_eq!((server.accepted, server.clients, server.read, server.written), (2, 2, 105, 7));
    assert_eq!(server.task, TaskId(1), "who made it listen");
    let transport = state.transport(ObjectId(1)).unwrap();
    assert_eq!((transport.read, transport.written, transport.task), (5, 7, TaskId(2)));
    story.closing(1, CloseHow::Close).push(Event::TransportClosed { id: ObjectId(1) });
    story.push(Event::ServerClose { id: ObjectId(1), clients: 1 });
    let state = after(&story);
    let server = state.server(ObjectId(1)).unwrap();
    assert_eq!((server.clients, server.read, server.closing), (1, 105, true));
    story.push(Event::TransportClosed { id: ObjectId(2) });
    story.push(Event::ServerClosed { id: ObjectId(1) });
    let state = after(&story);
    assert_eq!((state.servers().len(), state.transports().len()), (0, 0));
    assert!([6, 9, 10].iter().all(|fd| state.descriptor(Fd(*fd)).is_none()));
    assert!(anomalies(&story).is_empty(), "{:?}", anomalies(&story));
}

#[test]
fn a_descriptor_is_named_by_whom_it_leads_to() {
    let mut story = served();
    let name = |story: &Story, fd| titles::fd(Fd(fd), &after(story));
    assert_eq!(name(&story, 6), "fd 6 (server 1 on 127.0.0.1:80)");
    assert_eq!(name(&story, 9), "fd 9 (client 127.0.0.1:4711)");
    assert_eq!(name(&story, 11), "fd 11");
    story.handle(20, HandleHow::Reader, "_read_ready", 0, 0);
    story.push(Event::WatcherAdd { fd: Fd(9), how: WatchHow::Read, handle: HandleId(20) });
    assert_eq!(
        happened(&story),
        "fd 9 (client 127.0.0.1:4711) is watched for reading, for h20 _read_ready."
    );
    // The operating system gives the number to the next one.
    story.push(Event::TransportClosed { id: ObjectId(1) });
    assert_eq!(name(&story, 9), "fd 9");
    story.transport(3, 9, "10.0.0.1:443", 0);
    assert_eq!(name(&story, 9), "fd 9 (server 10.0.0.1:443)");
    story.process(1, 99, "cat").transport_of(4, TransportKind::Process, 12, ["stdin", ""], [0, 1]);
    assert_eq!(name(&story, 12), "fd 12 (stdin of process 1)");
    story.transport_of(5, TransportKind::Unix, 13, ["", "/run/x"], [1, 0]);
    assert_eq!(name(&story, 13), "fd 13 (a client of /run/x)");
}

#[test]
fn a_descriptor_of_nobodys_is_named_by_whom_it_leads_to() {
    let mut story = served();
    let name = |story: &Story, fd| titles::fd(Fd(fd), &after(story));
    let told = [
        (TransportKind::Tcp, ["10.0.0.1:443", "10.0.0.2:4711"], 0, "peer 10.0.0.1:443"),
        (TransportKind::Tcp, ["", "127.0.0.1:80"], 0, "clients of 127.0.0.1:80"),
        (TransportKind::Udp, ["", "127.0.0.1:53"], 0, "whoever sends to 127.0.0.1:53"),
        (TransportKind::Process, ["4711", ""], 0, "the end of the process with pid 4711"),
        (TransportKind::Process, ["99", ""], 1, "the end of process 1"),
    ];
    for (how, ends, process, whom) in told {
        story.descriptor(20, how, ends, process);
        assert_eq!(name(&story, 20), format!("fd 20 ({whom})"));
        assert_eq!(happened(&story), format!("fd 20 leads to {whom}."));
    }
    // The number goes to a transport, and back.
    story.transport(3, 20, "127.0.0.1:4713", 1);
    assert_eq!(name(&story, 20), "fd 20 (client 127.0.0.1:4713)");
    story.push(Event::TransportClosed { id: ObjectId(3) });
    assert_eq!(name(&story, 20), "fd 20");
    story.descriptor(20, TransportKind::Unix, ["/run/x", ""], 0);
    story.descriptor(20, TransportKind::Pipe, ["", ""], 0);
    assert_eq!(name(&story, 20), "fd 20");
    assert_eq!(happened(&story), "It is not known any more whom fd 20 leads to.");
}

#[test]
fn what_a_task_waits_for_from_outside_is_said() {
    let mut story = served();
    let told = |story: &Story| why::why(&after(story), story.names(), TaskId(2));
    let whom = "serve (task 2) waits at program.py:5 for f7 (Future), which is done when ";
    assert_eq!(
        told(&story),
        format!("{whom}client 127.0.0.1:4711 sends something or ends, on fd 9.")
    );
    story.closing(1, CloseHow::Close);
    assert_eq!(told(&story), format!("{whom}the connection to client 127.0.0.1:4711 is closed."));
    let mut story = Story::new();
    story.start().task(2, "main", 1).turn(&[1]).step(1, 2).job(1, "work", Pool::Thread, 3);
    story.suspend(1, 2, On::Future(FutureId(3)), 5).end_turn();
    let whom = "main (task 2) waits at program.py:5 for f3 (Future), which is done when ";
    assert_eq!(told(&story), format!("{whom}job 1 (work) ends; no thread has begun it yet."));
    let name = story.name("asyncio_0");
    story.push(Event::ExecutorStart { job: JobId(1), name });
    assert_eq!(told(&story), format!("{whom}job 1 (work) ends, in thread asyncio_0."));
    assert_eq!(after(&story).job(JobId(1)).unwrap().task, TaskId(2));
    story.push(Event::ExecutorDone { job: JobId(1), how: JobHow::Result });
    assert_eq!(happened(&story), "Job 1 (work) has returned; the loop is being told.");
    assert_eq!(after(&story).future(FutureId(3)).unwrap().completer, Completer::Job(JobId(1)));
    let whom = "main (task 2) waits at program.py:5 for f3 (Future), which ";
    let told = |story: &Story| why::why(&after(story), story.names(), TaskId(2));
    assert_eq!(told(&story), format!("{whom}job 1 (work) has completed: the loop is being told."));
    assert!(after(&story).ended_job(JobId(1)).is_some() && after(&story).jobs().len() == 0);
    story.complete(3);
    assert!(after(&story).ended_job(JobId(1)).is_none());
}

#[test]
fn what_pauses_and_ends_is_known() {
    let mut story = served();
    let id = ObjectId(1);
    story.push(Event::TransportPause { id, how: WatchHow::Write, buffered: 70_000 });
    assert_eq!(
        happened(&story),
        "70 kB wait for client 127.0.0.1:4711 to take them: its protocol is told to pause."
    );
    assert_eq!(after(&story).transport(id).unwrap().states(), ["writing paused"]);
    story.push(Event::TransportResume { id, how: WatchHow::Write });
    story.push(Event::TransportPause { id, how: WatchHow::Read, buffered: 0 });
    story.push(Event::TransportEof { id, how: WatchHow::Read });
    let states = ["reading paused", "has ended its side"];
    assert_eq!(after(&story).transport(id).unwrap().states(), states);
    assert_eq!(happened(&story), "Client 127.0.0.1:4711 has ended its side.");
    story.closing(1, CloseHow::Abort);
    assert_eq!(after(&story).transport(id).unwrap().states()[0], "aborted");
}

#[test]
fn after_a_gap_they_are_doubtful_until_something_is_heard_of_them() {
    let mut story = served();
    story.push(Event::Gap { lost: 3 });
    assert!(after(&story).transports().all(|transport| !transport.known));
    story.moved(1, 4, 0);
    let state = after(&story);
    let known: Vec<bool> = state.transports().map(|transport| transport.known).collect();
    assert_eq!(known, [true, false]);
    assert!(anomalies(&story).is_empty());
    let mut story = Story::new();
    story.start().moved(5, 1, 0);
    assert_eq!(anomalies(&story), ["Transport 5 was never made."]);
}
