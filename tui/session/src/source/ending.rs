//! How a child process ended, in a sentence.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use loopscope_protocol::ExitHow;
use nix::sys::signal::Signal;

/// Its exit code as a shell counts it: 128 plus the signal if one killed it.
pub fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// Whether it was killed, by whomever.
pub fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::SIGKILL as i32)
}

/// Why a child is gone that could not say so itself. `killed` is why we killed it, if we did.
pub fn sentence(status: ExitStatus, killed: Option<ExitHow>, memory_limit: Option<u64>) -> String {
    let by_us = was_killed(status);
    match killed {
        Some(ExitHow::Timeout) if by_us => {
            return "The program ran out of its time and was ended.".to_owned();
        }
        Some(ExitHow::Interrupted) if by_us => {
            return "The program did not react to the interrupt and was ended.".to_owned();
        }
        Some(ExitHow::Lost) if by_us => {
            return "The program closed the pipe that its records come through, so it was ended."
                .to_owned();
        }
        Some(_) if by_us => return "The program was ended because you left it.".to_owned(),
        _ => {}
    }
    let Some(number) = status.signal() else {
        let code = status.code().unwrap_or(0);
        return format!(
            "The program left at once with code {code}, as os._exit({code}) does, without running to its end."
        );
    };
    let name = Signal::try_from(number)
        .map_or_else(|_| format!("signal {number}"), |signal| signal.as_str().to_owned());
    let limit = memory_limit.map(|bytes| format!(" (it may use {})", size(bytes)));
    let limit = limit.unwrap_or_default();
    match Signal::try_from(number) {
        Ok(Signal::SIGSEGV | Signal::SIGBUS | Signal::SIGILL) => format!(
            "The program's process crashed ({name}); very deep recursion is the usual cause, in Python code or in data."
        ),
        Ok(Signal::SIGABRT) => format!(
            "The program's process aborted ({name}); running out of memory{limit} or very deep recursion is the usual cause."
        ),
        Ok(Signal::SIGKILL) => format!(
            "The program was killed ({name}) by another process, or by the system when memory ran out."
        ),
        _ => format!("The program was ended by {name} (signal {number})."),
    }
}

/// A number of bytes, in the unit that suits it.
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) if bytes.is_multiple_of(*unit) => format!("{} {name}", bytes / unit),
        #[allow(clippy::cast_precision_loss, reason = "shown with one digit")]
        Some((name, unit)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_has_its_sentence() {
        let exited = ExitStatus::from_raw(3 << 8);
        assert_eq!(code(exited), 3);
        assert!(sentence(exited, None, None).contains("os._exit(3)"));
        let killed = ExitStatus::from_raw(9);
        assert_eq!(code(killed), 137);
        assert!(sentence(killed, None, None).contains("SIGKILL"));
        assert!(sentence(killed, Some(ExitHow::Timeout), None).contains("out of its time"));
        // It was about to be killed, and went by itself first.
        assert!(sentence(exited, Some(ExitHow::Timeout), None).contains("os._exit(3)"));
        let aborted = ExitStatus::from_raw(6);
        assert!(sentence(aborted, None, Some(4 << 30)).contains("4 GiB"));
        assert_eq!(size(1536 << 20), "1.5 GiB");
    }
}
