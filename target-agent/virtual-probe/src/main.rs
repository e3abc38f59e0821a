//! The virtual probe as a program of its own: serves a machine until its standard input is closed
//! or it is ended.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use loopscope_virtual_probe::{Options, VirtualProbe};

const HELP: &str = "\
A debug probe without hardware: a Black Magic Probe over TCP in front of QEMU.

  loopscope-virtual-probe --machine NAME --elf FILE [OPTIONS]
  loopscope-virtual-probe --machine NAME --blank [OPTIONS]

  --machine NAME   QEMU's machine: lm3s6965evb, microbit, mps2-an386, netduinoplus2 ...
  --elf FILE       the firmware
  --blank          the machine's memory is empty, for a debugger that writes a firmware to it
  --port N         the TCP port on 127.0.0.1; 0, the default, takes any that is free
  --run            let the program run at once; without it, it waits for the first client
  --icount N       count instructions instead of time: one takes 2^N ns, runs are repeatable

It prints the selector for probe-rs on its first line, and ends when its standard input is closed.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|word| word == "--help" || word == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let options = match parse(&arguments) {
        Ok(options) => options,
        Err(sentence) => {
            eprintln!("loopscope-virtual-probe: {sentence}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match VirtualProbe::start(&options) {
        Ok(probe) => {
            println!("{}", probe.selector());
            let _ = io::stdout().flush();
            let mut rest = [0; 64];
            while matches!(io::stdin().read(&mut rest), Ok(1..)) {}
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("loopscope-virtual-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options::blank("");
    let mut blank = false;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--machine" => options.machine.clone_from(value()?),
            "--elf" => options.elf = Some(value()?.into()),
            "--blank" => blank = true,
            "--port" => options.port = number(word, value()?)?,
            "--icount" => options.icount = Some(number(word, value()?)?),
            "--run" => options.held = false,
            _ => return Err(format!("there is no option `{word}`")),
        }
    }
    if options.machine.is_empty() || options.elf.is_none() && !blank {
        return Err("name a machine, and a firmware or `--blank`".to_owned());
    }
    options.blank = blank;
    Ok(options)
}

fn number<N: std::str::FromStr>(option: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("`{option} {text}` is not a number that it takes"))
}
