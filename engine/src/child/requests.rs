//! The thread that reads what the host asks for.

use std::fs::File;
use std::io;
use std::sync::Arc;

use loopscope_protocol::Request;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::gate::{self, Control};
use super::look::Look;
use super::wire::{PARENT_GONE, read_requests};
use crate::process::fault;
use crate::python::stepping;
use crate::run::Run;

/// Starts to listen.
pub(super) fn start(requests: File, control: Arc<Control>) -> io::Result<()> {
    let listen = move || {
        let (mut statement, mut wanted) = (Vec::new(), Vec::new());
        read_requests(requests, |request| serve(request, &control, &mut statement, &mut wanted));
        if !control.is_detached() {
            std::process::exit(PARENT_GONE);
        }
    };
    std::thread::Builder::new().name("requests".into()).spawn(listen).map(drop)
}

fn serve(request: Request<'_>, control: &Control, statement: &mut Vec<u8>, wanted: &mut Vec<u8>) {
    fault("engine-requests");
    let trace = &Run::current().trace;
    match request {
        Request::Hello { .. } => gate::reply(trace, &super::hello(Run::current().dialect)),
        Request::Run { until } => control.run(until, false),
        Request::Line { until } => control.run(until, true),
        Request::Lines { more, places } => {
            wanted.extend_from_slice(places);
            if !more {
                let places = String::from_utf8_lossy(&std::mem::take(wanted)).into_owned();
                stepping::want(places.lines().map(str::to_owned).collect());
            }
        }
        Request::Pause => control.pause(),
        Request::Detach => control.detach(),
        // Its pipe says whether the host is there; and it tells everything.
        Request::StillHere | Request::Handles => {}
        // As Ctrl-C does it, so that a handler of the program's has its say. Only the interpreter's
        // thread takes signals, whatever system call it waits in.
        Request::Interrupt => drop(kill(Pid::this(), Signal::SIGINT)),
        Request::Snapshot => {
            gate::refuse(
                trace,
                "A local program sends everything from its start, so it needs no snapshot.",
            );
        }
        Request::Look { more, what } => {
            wanted.extend_from_slice(what);
            if !more {
                let what = String::from_utf8_lossy(&std::mem::take(wanted)).into_owned();
                let asked = match Look::read(&what) {
                    Some(what) => control.look(what),
                    None => Err("Such a thing cannot be looked at."),
                };
                if let Err(sentence) = asked {
                    gate::refuse(trace, sentence);
                }
            }
        }
        Request::Python { more, code } => {
            statement.extend_from_slice(code);
            if !more {
                let code = String::from_utf8_lossy(&std::mem::take(statement)).into_owned();
                if let Err(sentence) = control.python(code) {
                    gate::refuse(trace, sentence);
                }
            }
        }
    }
}
