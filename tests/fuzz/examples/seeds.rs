//! Writes the seeds of all targets: `seeds FOLDER` makes `FOLDER/TARGET/seed-N`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "corpus".to_owned());
    for (name, _) in loopscope_fuzz::TARGETS {
        let folder = Path::new(&folder).join(name);
        std::fs::create_dir_all(&folder)?;
        for (n, seed) in loopscope_fuzz::seeds::of(name).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{n:02}")), seed)?;
        }
    }
    Ok(())
}
