//! The virtual probe as a program of its own: serves a machine until its standard input is closed
//! or it is ended.

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use loopscope_virtual_probe::{Architecture, Error, Options, RttServer, VirtualProbe};

const HELP: &str = "\
A debug probe without hardware, in front of QEMU.

  loopscope-virtual-probe --machine NAME --elf FILE [OPTIONS]
  loopscope-virtual-probe --machine NAME --blank [--elf FILE] [OPTIONS]

  --machine NAME   QEMU's machine: lm3s6965evb, microbit, netduinoplus2, sifive_e ...
  --elf FILE       the firmware
  --blank          the machine's memory is empty, for a debugger that writes a firmware to it;
                   FILE then only tells where the RTT channel is
  --run            let the program run at once; without it, it waits for the first client
  --icount N       count instructions instead of time: one takes 2^N ns, runs are repeatable

What is served on 127.0.0.1, each at a TCP port of its own; 0 takes any that is free:

  --port N         the Black Magic Probe that probe-rs attaches to; served anyway, for a Cortex-M
  --rtt N          the raw RTT channel of Loopscope's agent, for `loopscope attach --tcp`
  --bitbang N      the wires, for OpenOCD's adapter `remote_bitbang`

It prints a line for each: the selector for probe-rs, `rtt HOST:PORT`, `bitbang HOST:PORT`.
A line `reset` on its standard input presses the board's reset button. It ends when its standard
input is closed.";

/// How often is looked whether the machine has ended.
const LOOK: Duration = Duration::from_millis(200);

/// What is asked for.
#[derive(Debug)]
struct Arguments {
    options: Options,
    rtt: Option<u16>,
    bitbang: Option<u16>,
}

/// What is served.
enum Serving {
    Probe(VirtualProbe),
    Channel(RttServer),
}

impl Serving {
    fn press_reset(&self) -> Result<(), Error> {
        match self {
            Self::Probe(probe) => probe.press_reset(),
            Self::Channel(server) => server.press_reset(),
        }
    }

    fn end(&self) -> Option<Error> {
        match self {
            Self::Probe(probe) => probe.end(),
            Self::Channel(server) => server.end(),
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|word| word == "--help" || word == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let arguments = match parse(&arguments) {
        Ok(arguments) => arguments,
        Err(sentence) => {
            eprintln!("loopscope-virtual-probe: {sentence}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match serve(arguments).and_then(|served| attend(&served)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("loopscope-virtual-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: Arguments) -> Result<Serving, Error> {
    let Arguments { mut options, rtt, bitbang } = arguments;
    if let (Architecture::RiscV, Some(port), None) = (options.architecture()?, rtt, bitbang) {
        options.port = port;
        let server = RttServer::start(&options)?;
        println!("rtt {}", server.address());
        return Ok(Serving::Channel(server));
    }
    let mut probe = VirtualProbe::start(&options)?;
    let mut lines = vec![probe.selector()];
    if let Some(port) = rtt {
        lines.push(format!("rtt {}", probe.serve_rtt(port)?));
    }
    if let Some(port) = bitbang {
        lines.push(format!("bitbang {}", probe.serve_bitbang(port)?));
    }
    println!("{}", lines.join("\n"));
    Ok(Serving::Probe(probe))
}

/// Does what is asked on the standard input, until that is closed or the machine has ended.
fn attend(served: &Serving) -> Result<(), Error> {
    let _ = io::stdout().flush();
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = io::stdin().lock().lines().map_while(Result::ok);
        lines.try_for_each(|line| send.send(line))
    });
    loop {
        match lines.recv_timeout(LOOK) {
            Ok(line) if line.trim() == "reset" => served.press_reset()?,
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => eprintln!("`{}` is not known here; `reset` is", line.trim()),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(error) = served.end() {
                    return Err(error);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

fn parse(words: &[String]) -> Result<Arguments, String> {
    let mut arguments = Arguments { options: Options::blank(""), rtt: None, bitbang: None };
    let options = &mut arguments.options;
    options.blank = false;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--machine" => options.machine.clone_from(value()?),
            "--elf" => options.elf = Some(value()?.into()),
            "--blank" => options.blank = true,
            "--port" => options.port = number(word, value()?)?,
            "--rtt" => arguments.rtt = Some(number(word, value()?)?),
            "--bitbang" => arguments.bitbang = Some(number(word, value()?)?),
            "--icount" => options.icount = Some(number(word, value()?)?),
            "--run" => options.held = false,
            _ => return Err(format!("there is no option `{word}`")),
        }
    }
    if options.machine.is_empty() || options.elf.is_none() && !options.blank {
        return Err("name a machine, and a firmware or `--blank`".to_owned());
    }
    Ok(arguments)
}

fn number<N: std::str::FromStr>(option: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("`{option} {text}` is not a number that it takes"))
}
