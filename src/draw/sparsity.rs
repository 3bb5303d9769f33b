//! The pattern of a sparse matrix, with a colour for each of its entries.

use super::markup::{Markup, Px, drawing, shortened};
use crate::error::{Error, Kind};
use crate::teach::Style;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};

/// A matrix of more rows or columns is drawn as blocks of several entries.
const MOST_CELLS: usize = 240;
/// How large a matrix is drawn, and the smallest and the largest side of a cell.
const EXTENT: f64 = 480.0;
const CELL: [f64; 2] = [2.0, 36.0];
/// Numbers stand in cells and blocks of at least this side.
const ROOM_FOR_NUMBERS: f64 = 20.0;
/// After so many colours they come again.
const MOST_COLORS: usize = 64;
/// How many colours are in the legend.
const MOST_LEGEND: usize = 12;

/// A drawing of a sparse pattern: a square for each entry, in the colour of the direction that it is computed by.
///
/// ```
/// use gprime::draw::Sparsity;
///
/// let svg = Sparsity::new(2, 3, &[(0, 0, 0), (0, 1, 1), (1, 2, 0)])?.title("two rows").svg();
/// assert!(svg.starts_with("<svg") && svg.contains("two rows") && svg.contains("2 × 3, 3 entries, 2 colours"));
/// # Ok::<(), gprime::Error>(())
/// ```
pub struct Sparsity<'a> {
    rows: usize,
    columns: usize,
    entries: &'a [(usize, usize, usize)],
    title: String,
    style: Style,
}

impl<'a> Sparsity<'a> {
    /// A matrix of so many rows and columns with these entries, each a row, a column and the number of a colour.
    ///
    /// # Errors
    /// If a row or a column is out of range.
    pub fn new(rows: usize, columns: usize, entries: &'a [(usize, usize, usize)]) -> Result<Self, Error> {
        match entries.iter().find(|entry| entry.0 >= rows || entry.1 >= columns) {
            Some((i, j, _)) => {
                Err(Error::new(Kind::Pattern, format!("a matrix of {rows} × {columns} has no entry ({i}, {j})")))
            }
            None => Ok(Sparsity { rows, columns, entries, title: "Sparsity".to_owned(), style: Style::default() }),
        }
    }

    /// What stands above the drawing.
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// How texts are written; colours do not depend on it.
    pub fn style(mut self, style: &Style) -> Self {
        self.style = *style;
        self
    }

    /// How many rows and columns a cell is: 1, if all can be seen, else 2, 5, 10, 20 and so on.
    fn block(&self) -> usize {
        let needed = self.rows.max(self.columns).div_ceil(MOST_CELLS);
        let powers = (0..).map(|power| 10_usize.saturating_pow(power));
        let blocks = powers.flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)));
        blocks.into_iter().find(|&block| block >= needed).unwrap_or(needed)
    }

    /// The cells that have an entry, by row and column, and their colour; `None` where entries of several colours share a cell.
    fn cells(&self) -> BTreeMap<(usize, usize), Option<usize>> {
        let block = self.block();
        let mut cells = BTreeMap::new();
        for &(i, j, color) in self.entries {
            let cell = cells.entry((i / block, j / block)).or_insert(Some(color));
            *cell = cell.filter(|&other| other == color);
        }
        cells
    }

    /// The drawing, as one that stands alone.
    pub fn svg(&self) -> String {
        let colors: BTreeSet<usize> = self.entries.iter().map(|entry| entry.2).collect();
        let block = self.block();
        let [down, across] = [self.rows, self.columns].map(|size| size.div_ceil(block));
        let side = (EXTENT / down.max(across).max(1) as f64).clamp(CELL[0], CELL[1]);
        let frame = Frame { left: 50.0, top: 108.0, side, down, across, block };
        let title = shortened(&self.title, 60);
        let [width, height] = frame.size();
        let width = width.max(40.0 + 9.0 * title.chars().count() as f64);
        let mut svg = drawing([width, height], &title, &sheet(&colors), &self.style);
        svg.empty("rect", &[("class", &"paper"), ("width", &Px(width)), ("height", &Px(height))]).line();
        svg.leaf("text", &[("class", &"title"), ("x", &20), ("y", &26)], &title).line();
        svg.leaf("text", &[("x", &20), ("y", &46)], &self.summary(colors.len())).line();
        let cells = self.cells();
        legend(&mut svg, &colors, cells.values().any(Option::is_none));
        frame.axes(&mut svg);
        frame.cells(&mut svg, &cells);
        svg.finish()
    }

    fn summary(&self, colors: usize) -> String {
        let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let entries = counted(self.entries.len(), "entry", "entries");
        let colors = counted(colors, "colour", "colours");
        let block = self.block();
        let block = if block > 1 { format!("; squares of {block} × {block}") } else { String::new() };
        format!("{} × {}, {entries}, {colors}{block}", self.rows, self.columns)
    }
}

/// A row of squares with the numbers of their colours, and a grey one if cells are mixed.
fn legend(svg: &mut Markup, colors: &BTreeSet<usize>, mixed: bool) {
    svg.open("g", &[("class", &"small")]);
    let mut x = 20.0;
    let mut square = |class: &str, text: &str| {
        let at = [("x", &Px(x) as &dyn Display), ("y", &59), ("width", &11), ("height", &11), ("rx", &2)];
        svg.empty("rect", &[&[("class", &class as &dyn Display)], &at[..]].concat());
        svg.leaf("text", &[("x", &Px(x + 15.0)), ("y", &69)], text);
        x += 23.0 + 7.0 * text.chars().count() as f64;
    };
    let last = colors.len().min(MOST_LEGEND) - usize::from(!colors.is_empty());
    for (i, &color) in colors.iter().take(MOST_LEGEND).enumerate() {
        let more = if i == last && colors.len() > MOST_LEGEND { " …" } else { "" };
        square(&class(Some(color)), &format!("{color}{more}"));
    }
    if mixed {
        square(&class(None), "several");
    }
    svg.close().line();
}

/// Where the matrix lies in the drawing.
struct Frame {
    left: f64,
    top: f64,
    side: f64,
    /// How many cells there are.
    down: usize,
    across: usize,
    /// How many rows and columns a cell is.
    block: usize,
}

impl Frame {
    fn size(&self) -> [f64; 2] {
        let [right, bottom] = [self.left + self.side * self.across as f64, self.top + self.side * self.down as f64];
        [(right + 20.0).max(400.0), bottom + 20.0]
    }

    /// A frame, a fine grid if the cells are not small, and numbers of rows and columns.
    fn axes(&self, svg: &mut Markup) {
        let [width, height] = [self.across, self.down].map(|cells| cells as f64 * self.side);
        if self.side >= 6.0 {
            let mut lines = String::new();
            for i in 1..self.down {
                let _ = write!(lines, "M{} {}h{}", Px(self.left), Px(self.top + i as f64 * self.side), Px(width));
            }
            for j in 1..self.across {
                let _ = write!(lines, "M{} {}v{}", Px(self.left + j as f64 * self.side), Px(self.top), Px(height));
            }
            svg.empty("path", &[("class", &"grid"), ("d", &lines)]).line();
        }
        let [x, y] = [Px(self.left), Px(self.top)];
        svg.empty("rect", &[("class", &"frame"), ("x", &x), ("y", &y), ("width", &Px(width)), ("height", &Px(height))]);
        svg.line().open("g", &[("class", &"small")]);
        for i in self.ticks(self.down) {
            let y = self.top + (i as f64 + 0.5) * self.side + 4.0;
            let at = [("x", &Px(self.left - 7.0) as &dyn Display), ("y", &Px(y)), ("text-anchor", &"end")];
            svg.leaf("text", &at, &(i * self.block).to_string());
        }
        for j in self.ticks(self.across) {
            let x = self.left + (j as f64 + 0.5) * self.side;
            let at = [("x", &Px(x) as &dyn Display), ("y", &Px(self.top - 7.0)), ("text-anchor", &"middle")];
            svg.leaf("text", &at, &(j * self.block).to_string());
        }
        svg.close().line();
    }

    /// The cells that are numbered: every one, or every second, fifth, tenth and so on, so that the numbers have room.
    fn ticks(&self, cells: usize) -> impl Iterator<Item = usize> + use<> {
        let room = if self.block > 1 { 48.0 } else { ROOM_FOR_NUMBERS };
        let steps = [1, 2, 5, 10, 20, 50, 100, 200];
        let step = steps.into_iter().find(|&step| step as f64 * self.side >= room).unwrap_or(MOST_CELLS);
        (0..cells).step_by(step)
    }

    /// One path for all cells of a colour, and the numbers of the colours in them, if there is room.
    fn cells(&self, svg: &mut Markup, cells: &BTreeMap<(usize, usize), Option<usize>>) {
        let gap = if self.side >= 6.0 { (0.07 * self.side).max(0.7) } else { 0.0 };
        let side = self.side - 2.0 * gap;
        let mut paths: BTreeMap<String, String> = BTreeMap::new();
        for (&(i, j), &color) in cells {
            let [x, y] = [(j, self.left), (i, self.top)].map(|(at, from)| from + at as f64 * self.side + gap);
            let path = paths.entry(class(color)).or_default();
            let _ = write!(path, "M{} {}h{side}v{side}h-{side}z", Px(x), Px(y), side = Px(side));
        }
        for (class, path) in &paths {
            svg.empty("path", &[("class", class), ("d", path)]).line();
        }
        if self.side < ROOM_FOR_NUMBERS {
            return;
        }
        svg.open("g", &[("class", &"number")]);
        for (&(i, j), color) in cells {
            let Some(color) = color.filter(|&color| color < 1000) else { continue };
            let [x, y] = [(j, self.left), (i, self.top)].map(|(at, from)| from + (at as f64 + 0.5) * self.side);
            svg.leaf("text", &[("x", &Px(x)), ("y", &Px(y + 4.0))], &color.to_string());
        }
        svg.close().line();
    }
}

/// The class of the cells of a colour, or of those of several.
fn class(color: Option<usize>) -> String {
    color.map_or("mixed".to_owned(), |color| format!("c{}", color % MOST_COLORS))
}

/// The style sheet: the colours that occur, for light and dark pages.
fn sheet(colors: &BTreeSet<usize>) -> String {
    let mut sheet = STYLE.to_owned();
    let mut dark = DARK.to_owned();
    for number in colors.iter().map(|color| color % MOST_COLORS).collect::<BTreeSet<usize>>() {
        let (hue, light) = hue_and_lightness(number);
        let _ = write!(sheet, ".c{number}{{fill:hsl({hue},68%,{light}%)}}");
        let _ = write!(dark, ".c{number}{{fill:hsl({hue},60%,{}%)}}", light + 8);
    }
    sheet + "\n@media(prefers-color-scheme:dark){" + &dark + "}\n"
}

/// Eight hues that are told apart easily, and then steps of the golden angle, which stay far from those before; each round of eight is a little darker or
/// lighter than the one before. Yellow and green are darker than blue, so that white numbers can be read in them.
fn hue_and_lightness(number: usize) -> (usize, usize) {
    const FIRST: [(usize, usize); 8] =
        [(217, 54), (24, 48), (152, 36), (276, 58), (348, 54), (190, 40), (44, 42), (318, 50)];
    let hue = (number * 1375 / 10 + 20) % 360;
    let bright = if (40..200).contains(&hue) { 16 } else { 0 };
    FIRST.get(number).copied().unwrap_or((hue, [48, 38, 58][number / 8 % 3] - bright))
}

/// The style of everything but the cells.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#444}.title{font-size:14px;font-weight:600;fill:#111}.small text{font-size:11px}
.paper{fill:#fff}.grid{fill:none;stroke:#ececec}.frame{fill:none;stroke:#999}.mixed{fill:#8a8a86}
.number text{font-size:11px;fill:#fff;text-anchor:middle}
";

/// What is different on a dark page.
const DARK: &str = "text{fill:#c4c4c4}.title{fill:#f4f4f4}.paper{fill:#161616}.grid{stroke:#2a2a2a}.frame{stroke:#777}.number text{fill:#fff}";
