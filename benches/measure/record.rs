//! What one machine measured, kept as a file: `benches/record/<machine>.md`.

use super::instructions::Count;
use super::timing::Row;
use std::env::consts::{ARCH, OS};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes the record of this machine in the place of an older one.
pub fn write(rows: &[Row], counts: &[Count]) -> std::io::Result<PathBuf> {
    let (cpu, cores) = (cpu(), std::thread::available_parallelism().map_or(1, usize::from));
    let machine = if cpu == UNKNOWN { cpu.clone() } else { slug(&format!("{cpu} {cores} cores")) };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/record");
    let path = folder.join(machine + ".md");
    std::fs::create_dir_all(folder)?;
    std::fs::write(&path, text(&cpu, cores, rows, counts))?;
    Ok(path)
}

const UNKNOWN: &str = "unknown";

fn text(cpu: &str, cores: usize, rows: &[Row], counts: &[Count]) -> String {
    let mut text = format!("# {cpu}, {cores} cores\n\n");
    for (name, value) in [
        ("date", output_of("date", &["-u", "+%Y-%m-%d"])),
        ("gprime", env!("CARGO_PKG_VERSION").into()),
        ("rustc", output_of("rustc", &["--version"])),
        ("target", target()),
    ] {
        line(&mut text, format_args!("* {name}: {value}"));
    }
    text += "\nA time is the median over the rounds. A ratio is the median of the ratios within a round, in which all ways take \
             turns; so it may differ from the ratio of two times.\n\n";
    text += "| workload | ops | way | time | ns/op | × plain | × hand |\n|---|---:|---|---:|---:|---:|---:|\n";
    for Row { workload, ops, way, seconds, nanos_per_op, to_plain, to_hand } in rows {
        let micros = 1e6 * seconds;
        line(
            &mut text,
            format_args!(
                "| {workload} | {ops} | {way} | {micros:.3} µs | {nanos_per_op:.3} | {to_plain:.2} | {to_hand:.2} |"
            ),
        );
    }
    if !counts.is_empty() {
        text += "\nInstructions of one value and gradient on the lean tape, counted by callgrind:\n\n";
        text += "| workload | ops | instructions | instructions/op |\n|---|---:|---:|---:|\n";
        for count in counts {
            let Count { workload, ops, instructions } = count;
            line(&mut text, format_args!("| {workload} | {ops} | {instructions} | {:.2} |", count.per_op()));
        }
    }
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes everything");
}

/// The name that Linux has for the processor.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == "model name");
    model.map_or(UNKNOWN.into(), |(_, name)| name.trim().into())
}

/// What it was compiled for: the extensions decide how many numbers an instruction takes.
fn target() -> String {
    let extensions = [
        ("avx2", cfg!(target_feature = "avx2")),
        ("fma", cfg!(target_feature = "fma")),
        ("avx512f", cfg!(target_feature = "avx512f")),
    ];
    let on: Vec<&str> = extensions.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    format!("{ARCH}-{OS}, {}", if on.is_empty() { "no extensions".into() } else { on.join(" ") })
}

/// The first line that a program prints.
fn output_of(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().ok().filter(|output| output.status.success());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or(UNKNOWN).into()
}

/// Lower case, and a dash for all that is no letter or digit.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
