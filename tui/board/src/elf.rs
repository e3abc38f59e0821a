//! What a firmware's ELF file tells: where the control blocks are, what the interned names are, and
//! what the board's memory has to hold.

use std::path::Path;

use loopscope_model::whole;
use object::read::elf::ProgramHeader as _;
use object::read::elf::{ElfFile32, FileHeader as _};
use object::{Object, ObjectSection as _, ObjectSymbol as _};

use super::Refusal;
use super::pools::{Pool, pools};

/// The agent's control block.
const OURS: &str = "_LOOPSCOPE_RTT";

/// The control block of the program's own RTT library.
const THEIRS: &str = "_SEGGER_RTT";

/// A hook that the agent defines for embassy-executor.
const HOOK: &str = "_embassy_trace_poll_start";

/// The section that holds interned names: an id is an offset into it, plus one.
const NAMES: &str = "loopscope_names";

/// The most bytes that an ELF file may have; with all debug information a firmware has a few million.
const LARGEST: u64 = 256 << 20;

/// How much of a segment is compared in one place, in bytes.
const SAMPLE: usize = 64;

/// In how many places a segment is compared.
const SAMPLES: usize = 12;

/// A firmware.
#[derive(Clone, Debug)]
pub struct Firmware {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Whether it is for RISC-V, and not for an Arm.
    pub is_riscv: bool,
    /// The address of the agent's control block.
    pub block: Option<u64>,
    /// The address of the program's own RTT control block.
    pub log_block: Option<u64>,
    /// Whether it has hooks for embassy-executor, which calls them only with its feature `trace`.
    pub has_hooks: bool,
    /// Where the tasks of embassy lie.
    pub pools: Vec<Pool>,
    names: Vec<(u32, String)>,
    samples: Vec<Sample>,
}

/// Bytes that the board's memory has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Where.
    pub address: u64,
    /// What.
    pub bytes: Vec<u8>,
}

impl Firmware {
    /// Reads an ELF file.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        let shown = path.display();
        let bytes = whole::read_file(path, LARGEST).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => error.to_string(),
            };
            Refusal::words(format!(
                "`{shown}` cannot be read: {why}; name the ELF file that the board runs"
            ))
        })?;
        Self::parse(bytes).map_err(|why| {
            Refusal::words(format!(
                "`{shown}` is no firmware: {why}; name the ELF file that the build wrote, not a .bin or .hex of it"
            ))
        })
    }

    /// Reads the bytes of an ELF file.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, String> {
        let firmware = {
            let file = ElfFile32::<object::Endianness>::parse(&*bytes)
                .map_err(|error| format!("it is no ELF file for a 32-bit processor ({error})"))?;
            let endian = file.endian();
            let machine = file.elf_header().e_machine(endian);
            if machine != object::elf::EM_ARM && machine != object::elf::EM_RISCV {
                return Err("it is for another processor than Arm or RISC-V".to_owned());
            }
            let address = |name: &str| {
                let mut symbols = file.symbols().filter(object::ObjectSymbol::is_definition);
                symbols.find(|symbol| symbol.name() == Ok(name)).map(|symbol| symbol.address())
            };
            let names = file.section_by_name(NAMES).and_then(|section| section.data().ok());
            let mut samples = Vec::new();
            for header in file.elf_program_headers() {
                let data = header.data(endian, &*bytes).unwrap_or_default();
                let writable = header.p_flags(endian) & object::elf::PF_W != 0;
                if header.p_type(endian) == object::elf::PT_LOAD && !writable {
                    // A boot loader copies from here: this is what the flash holds.
                    sample(header.p_paddr(endian).into(), data, &mut samples);
                }
            }
            let is_riscv = machine == object::elf::EM_RISCV;
            let names = interned(names.unwrap_or_default());
            (is_riscv, [OURS, THEIRS, HOOK].map(address), names, samples, pools(&file))
        };
        let (is_riscv, [block, log_block, hook], names, samples, pools) = firmware;
        let has_hooks = hook.is_some();
        Ok(Self { bytes, is_riscv, block, log_block, has_hooks, pools, names, samples })
    }

    /// The interned names with their ids.
    pub fn names(&self) -> Vec<(u32, &str)> {
        self.names.iter().map(|(id, name)| (*id, name.as_str())).collect()
    }

    /// What the board's memory has to hold, the vector table first.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// The agent's control block, or the sentence about what is to be done to have one.
    pub fn control_block(&self, shown: &str) -> Result<u64, Refusal> {
        self.block.ok_or_else(|| {
            Refusal::mismatch(format!(
                "`{shown}` has no symbol {OURS}, so it was built without the loopscope agent; add the crate loopscope-agent to the firmware and call `loopscope_agent::init`, or name another ELF file"
            ))
        })
    }
}

/// Takes samples of a segment: its beginning, its end, and places in between.
fn sample(address: u64, data: &[u8], samples: &mut Vec<Sample>) {
    if data.is_empty() {
        return;
    }
    let last = data.len().saturating_sub(SAMPLE);
    let step = (last / (SAMPLES - 1)).max(1);
    let places = (0..SAMPLES).map(|n| (n * step).min(last) & !3);
    let mut before = None;
    for at in places.chain([last & !3]) {
        if before.replace(at) == Some(at) {
            continue;
        }
        let bytes = &data[at..data.len().min(at + SAMPLE)];
        samples.push(Sample { address: address + at as u64, bytes: bytes.to_vec() });
    }
}

/// The names of the section: texts that end with a zero byte.
fn interned(section: &[u8]) -> Vec<(u32, String)> {
    let mut names = Vec::new();
    let mut at = 0;
    for text in section.split(|byte| *byte == 0) {
        if !text.is_empty()
            && let Ok(id) = u32::try_from(at + 1)
        {
            names.push((id, String::from_utf8_lossy(text).into_owned()));
        }
        at += text.len() + 1;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_by_their_place() {
        let names = interned(b"blink\0\0sensor\0tail");
        let expected = [(1, "blink"), (8, "sensor"), (15, "tail")];
        let expected: Vec<_> = expected.map(|(id, name)| (id, name.to_owned())).into();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_segment_is_compared_at_its_beginning_and_its_end() {
        let data: Vec<u8> = (0..10_000_u32).map(|n| (n % 251) as u8).collect();
        let mut samples = Vec::new();
        sample(0x800_0000, &data, &mut samples);
        assert_eq!(samples[0], Sample { address: 0x800_0000, bytes: data[..64].to_vec() });
        let last = samples.last().unwrap();
        assert!(last.address + last.bytes.len() as u64 >= 0x800_0000 + 9_996);
        assert!(samples.len() <= SAMPLES + 1);
        let mut small = Vec::new();
        sample(0, b"abc", &mut small);
        assert_eq!(small, [Sample { address: 0, bytes: b"abc".to_vec() }]);
    }

    #[test]
    fn what_is_no_firmware_is_told() {
        assert!(Firmware::parse(b"\x7fELF nonsense".to_vec()).unwrap_err().contains("no ELF"));
        let missing = Firmware::read(Path::new("no-such.elf")).unwrap_err();
        assert!(missing.text.contains("there is no such file"), "{missing}");
        // This test's own program is an ELF file, for another processor.
        if cfg!(target_os = "linux") {
            let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
            assert!(Firmware::parse(own).is_err());
        }
    }
}
