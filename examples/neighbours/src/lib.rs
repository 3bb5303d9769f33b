//! What the programs share: bars that show progress, pictures, tables of data, random numbers, and chains of a sampler.

mod sampling;

pub use sampling::{Draws, quantile};

use indicatif::{ProgressBar, ProgressStyle};
use nuts_rs::rand::SeedableRng;
use nuts_rs::rand::rngs::ChaCha8Rng;
use plotters::prelude::*;
use std::path::{Path, PathBuf};

/// What goes wrong in a program; any error can be one, and a thread can hand it over.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A bar of so many steps, which a terminal shows until it is dropped.
pub fn bar(label: &'static str, steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:16} {bar:40} {pos}/{len}").expect("the template is right");
    ProgressBar::new(steps).with_style(style).with_message(label)
}

/// Random numbers, the same in every run.
pub fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The rows of a table of numbers with commas between them, which lies in the folder of a package; so many lines at its top are skipped.
pub fn table(path: &str, skip: usize) -> Result<Vec<Vec<f64>>, Failure> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))?;
    let row = |line: &str| line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
    Ok(text.lines().skip(skip).map(row).collect::<Result<_, _>>()?)
}

/// What is drawn under a name, each in a colour of its own.
pub enum Series {
    Line(&'static str, Vec<(f64, f64)>),
    Points(&'static str, Vec<(f64, f64)>),
    /// Vertical lines: where, from and to.
    Intervals(&'static str, Vec<(f64, f64, f64)>),
}

impl Series {
    fn corners(&self) -> Vec<(f64, f64)> {
        match self {
            Series::Line(_, points) | Series::Points(_, points) => points.clone(),
            Series::Intervals(_, lines) => lines.iter().flat_map(|&(x, low, high)| [(x, low), (x, high)]).collect(),
        }
    }
}

const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 90, 160),
    RGBColor(214, 96, 10),
    RGBColor(0, 130, 90),
    RGBColor(150, 60, 150),
    RGBColor(200, 30, 60),
    RGBColor(0, 150, 180),
    RGBColor(120, 100, 60),
];

/// Writes a picture, and says where it is.
pub fn picture(name: &str, title: &str, axes: [&str; 2], series: &[Series]) -> Result<(), Failure> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let folder = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target")).join("pictures");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(name).with_extension("svg");

    let corners: Vec<(f64, f64)> = series.iter().flat_map(Series::corners).collect();
    let [x, y] = [corners.iter().map(|c| c.0).collect(), corners.iter().map(|c| c.1).collect()].map(range);
    let root = SVGBackend::new(&path, (900, 500)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(760);
    let number = |x: &f64| format!("{}", (x * 1e6).round() / 1e6 + 0.0);
    let mut chart = ChartBuilder::on(&left)
        .caption(title, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(44)
        .y_label_area_size(62)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.08))
        .axis_style(BLACK.mix(0.5))
        .label_style(("sans-serif", 13))
        .x_label_formatter(&number)
        .y_label_formatter(&number)
        .axis_desc_style(("sans-serif", 14))
        .x_desc(axes[0])
        .y_desc(axes[1])
        .draw()?;
    for (i, (one, &colour)) in series.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let (line, height) = (colour.stroke_width(2), 60 + 22 * i as i32);
        let label = match one {
            Series::Line(label, points) => {
                chart.draw_series([PathElement::new(points.clone(), line)])?;
                right.draw(&PathElement::new([(0, height), (16, height)], line))?;
                label
            }
            Series::Intervals(label, lines) => {
                let lines = lines.iter().map(|&(x, low, high)| PathElement::new([(x, low), (x, high)], line));
                chart.draw_series(lines)?;
                right.draw(&PathElement::new([(8, height - 7), (8, height + 7)], line))?;
                label
            }
            Series::Points(label, points) => {
                chart.draw_series(points.iter().map(|&at| Circle::new(at, 3, colour.filled())))?;
                right.draw(&Circle::new((8, height), 3, colour.filled()))?;
                label
            }
        };
        right.draw(&Text::new(*label, (24, height - 5), ("sans-serif", 14)))?;
    }
    root.present()?;
    println!("the picture is {}", path.display());
    Ok(())
}

/// From the least to the greatest number, and a little more.
fn range(numbers: Vec<f64>) -> std::ops::Range<f64> {
    let (low, high) = numbers.iter().fold((f64::MAX, f64::MIN), |(low, high), &x| (low.min(x), high.max(x)));
    let more = (0.05 * (high - low)).max(1e-9);
    low - more..high + more
}
