//! What one machine measured, kept as a file: `benches/record/<machine>.md`.

use super::instructions::Count;
use super::timing::Row;
use std::env::consts::{ARCH, OS};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes the record of this machine in the place of an older one.
pub fn write(rows: &[Row], counts: &[Count]) -> std::io::Result<PathBuf> {
    let mut text = heading(&[("gprime", env!("CARGO_PKG_VERSION"))]) + &table(rows);
    if !counts.is_empty() {
        text += "\nInstructions of one value and gradient on the tape, counted by callgrind:\n\n";
        text += "| workload | ops | instructions | instructions/op |\n|---|---:|---:|---:|\n";
        for count in counts {
            let Count { workload, ops, instructions } = count;
            line(&mut text, format_args!("| {workload} | {ops} | {instructions} | {:.2} |", count.per_op()));
        }
    }
    save(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/record"), "", &text)
}

/// Writes a text into the file in the folder that is named by this machine, with something after its name.
pub fn save(folder: &Path, suffix: &str, text: &str) -> std::io::Result<PathBuf> {
    let (cpu, cores) = machine();
    let machine = if cpu == UNKNOWN { cpu } else { slug(&format!("{cpu} {cores} cores")) };
    let path = folder.join(format!("{machine}{suffix}.md"));
    std::fs::create_dir_all(folder)?;
    std::fs::write(&path, text)?;
    Ok(path)
}

const UNKNOWN: &str = "unknown";

/// What machine it is, what was measured with which compiler, and how to read the times.
pub fn heading(versions: &[(&str, &str)]) -> String {
    let (cpu, cores) = machine();
    let mut text = format!("# {cpu}, {cores} cores\n\n");
    line(&mut text, format_args!("* date: {}", output_of("date", &["-u", "+%Y-%m-%d"])));
    for (name, version) in versions {
        line(&mut text, format_args!("* {name}: {version}"));
    }
    line(&mut text, format_args!("* rustc: {}", output_of("rustc", &["--version"])));
    line(&mut text, format_args!("* target: {}", target()));
    text += "\nA time is the median over the rounds. A ratio is the median of the ratios within a round, in which all ways take \
             turns; so it may differ from the ratio of two times.\n\n";
    text
}

pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| workload | ops | way | time | ns/op | × plain | × hand |\n");
    text += "|---|---:|---|---:|---:|---:|---:|\n";
    for Row { workload, ops, way, seconds, nanos_per_op, to_plain, to_hand } in rows {
        let micros = 1e6 * seconds;
        line(
            &mut text,
            format_args!(
                "| {workload} | {ops} | {way} | {micros:.3} µs | {nanos_per_op:.3} | {to_plain:.2} | {to_hand:.2} |"
            ),
        );
    }
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes everything");
}

/// The processor, and how many cores may be used.
fn machine() -> (String, usize) {
    (cpu(), std::thread::available_parallelism().map_or(1, usize::from))
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
