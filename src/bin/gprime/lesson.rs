//! `gprime lesson`: the guide on a terminal. Its Markdown is laid out in lines, and its commands are run where they stand.

use crate::failure::Failure;
use crate::table::{BOLD, PLAIN};
use clap::builder::styling::{AnsiColor, Style};
use console::Term;
use gprime::guide::CHAPTERS;
use gprime::registry::nearest;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
use std::io::Write;
use textwrap::WordSplitter;
use textwrap::core::display_width;

const CODE: Style = AnsiColor::Cyan.on_default();
const ITALIC: Style = Style::new().italic();
/// What ends every style.
const RESET: &str = "\x1b[0m";

/// The columns of a pipe, and the most that lines of prose are easy to read with.
const COLUMNS: usize = 80;
const MOST_COLUMNS: usize = 100;
/// The least that a column of a table is made.
const NARROWEST: usize = 12;

/// The chapters: numbers, titles, ideas.
pub fn list() -> String {
    let mut rows = vec![["", "chapter", "idea"].map(str::to_owned).to_vec()];
    rows.extend(CHAPTERS.iter().enumerate().map(|(i, chapter)| {
        vec![format!("{:2}", i + 1), format!("{CODE}{}{CODE:#}", chapter.title()), chapter.idea().to_owned()]
    }));
    format!("{}\ngprime lesson 1 shows the first\n", table(&rows, columns()))
}

/// The width that there is.
fn columns() -> usize {
    Term::stdout().size_checked().map_or(COLUMNS, |(_, columns)| usize::from(columns).min(MOST_COLUMNS))
}

/// Shows a chapter; `gprime` is given the words of each command in it.
pub fn run(
    chapter: &str,
    answers: bool,
    mut gprime: impl FnMut(Vec<String>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let at = find(chapter)?;
    let mut out = anstream::stdout();
    for piece in Page::new(at, answers, columns()).pieces() {
        match piece {
            Piece::Text(text) => write!(out, "{text}")?,
            Piece::Command(command) => {
                writeln!(out, "{BOLD}$ {command}{BOLD:#}")?;
                gprime(words(command.trim_end_matches(" < /dev/null")))?;
            }
        }
        out.flush()?;
    }
    Ok(())
}

/// The index of the chapter of this number or title.
fn find(text: &str) -> Result<usize, Failure> {
    let plain = |title: &str| -> String { title.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect() };
    let titles = CHAPTERS.map(|chapter| plain(chapter.title()));
    let wanted = plain(text);
    let by_number = || text.parse::<usize>().ok()?.checked_sub(1).filter(|&i| i < CHAPTERS.len());
    if let Some(i) = by_number().or_else(|| titles.iter().position(|title| *title == wanted)) {
        return Ok(i);
    }
    let near = nearest(&wanted, titles.iter().map(String::as_str));
    let hint = near.and_then(|near| titles.iter().position(|title| title == near));
    let hint = hint.map_or(String::new(), |i| format!("; did you mean {}, {:?}?", i + 1, CHAPTERS[i].title()));
    let last = CHAPTERS.len();
    Err(Failure::new(format!(
        "there is no chapter {text:?}: they are 1 to {last}, and `gprime lesson` lists them{hint}"
    )))
}

/// The words of a command line, some of them in quotation marks.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("there is one from the start").push(c),
        }
    }
    words
}

/// A part of a chapter.
enum Piece {
    Text(String),
    /// A command line, from `gprime` on.
    Command(String),
}

/// A chapter as it is laid out.
struct Page {
    number: usize,
    columns: usize,
    answers: bool,
    pieces: Vec<Piece>,
    /// The text since the last command.
    text: String,
    /// The words of the paragraph that is being read.
    paragraph: String,
    /// For each list that is open, the number of the next item, if they have numbers.
    lists: Vec<Option<u64>>,
    /// What stands before the next line of an item.
    bullet: Option<String>,
    /// Whether this is left out: the answers.
    hidden: bool,
}

impl Page {
    fn new(at: usize, answers: bool, columns: usize) -> Self {
        let mut page = Page {
            number: at + 1,
            columns,
            answers,
            pieces: vec![],
            text: String::new(),
            paragraph: String::new(),
            lists: vec![],
            bullet: None,
            hidden: false,
        };
        let mut code: Option<(bool, String)> = None;
        let mut rows: Vec<Vec<String>> = vec![];
        for event in Parser::new_ext(CHAPTERS[at].text, Options::ENABLE_TABLES) {
            match event {
                Event::Html(html) => page.answers_begin_or_end(html.trim()),
                _ if page.hidden => {}
                Event::Text(text) => match &mut code {
                    Some((_, code)) => code.push_str(&text),
                    None => page.paragraph.push_str(&text),
                },
                Event::Code(text) => page.paragraph += &format!("{CODE}{text}{CODE:#}"),
                Event::SoftBreak | Event::HardBreak => page.paragraph.push(' '),
                Event::Start(Tag::Emphasis) => page.paragraph += &ITALIC.to_string(),
                Event::End(TagEnd::Emphasis) => page.paragraph += &format!("{ITALIC:#}"),
                Event::Start(Tag::Strong) => page.paragraph += &BOLD.to_string(),
                Event::End(TagEnd::Strong) => page.paragraph += &format!("{BOLD:#}"),
                Event::End(TagEnd::Heading(_)) => page.heading(),
                Event::End(TagEnd::Paragraph) => {
                    page.end_of_lines();
                    page.text.push('\n');
                }
                Event::Start(Tag::List(first)) => {
                    page.end_of_lines();
                    page.lists.push(first);
                }
                Event::End(TagEnd::List(_)) => {
                    page.lists.pop();
                    page.text.push('\n');
                }
                Event::Start(Tag::Item) => page.bullet = page.lists.last_mut().map(next_bullet),
                Event::End(TagEnd::Item) => page.end_of_lines(),
                Event::Start(Tag::CodeBlock(kind)) => {
                    let is_console = matches!(&kind, CodeBlockKind::Fenced(info) if &**info == "console");
                    code = Some((is_console, String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((is_console, code)) = code.take() {
                        if is_console { page.console(&code) } else { page.code(&code) }
                    }
                }
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(vec![]),
                Event::End(TagEnd::TableCell) => {
                    let cell = std::mem::take(&mut page.paragraph);
                    rows.last_mut().expect("a cell stands in a row").push(cell);
                }
                Event::End(TagEnd::Table) => {
                    page.text += &(table(&std::mem::take(&mut rows), columns) + "\n");
                }
                _ => {}
            }
        }
        page
    }

    fn pieces(mut self) -> Vec<Piece> {
        let rest = self.text.trim_end().to_owned();
        self.pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest + "\n")));
        self.pieces
    }

    /// The answers are what a browser folds away.
    fn answers_begin_or_end(&mut self, html: &str) {
        if html.starts_with("<details>") {
            self.hidden = !self.answers;
            if self.hidden {
                self.text += &format!("The answers: {CODE}gprime lesson {} --answers{CODE:#}\n", self.number);
            }
        } else if html.starts_with("</details>") {
            self.hidden = false;
        }
    }

    fn heading(&mut self) {
        let title = std::mem::take(&mut self.paragraph);
        self.text += &match self.text.is_empty() && self.pieces.is_empty() {
            true => format!("{BOLD}{}. {title}{BOLD:#}\n\n", self.number),
            false => format!("{BOLD}{title}{BOLD:#}\n\n"),
        };
    }

    /// Breaks what was read into lines.
    fn end_of_lines(&mut self) {
        let words = std::mem::take(&mut self.paragraph);
        if words.is_empty() {
            return;
        }
        let indent = "  ".repeat(self.lists.len());
        let bullet = self.bullet.take().unwrap_or_default();
        let (first, later) = match self.lists.len() {
            0 => (String::new(), String::new()),
            depth => ("  ".repeat(depth - 1) + &bullet, indent + &" ".repeat(display_width(&bullet).saturating_sub(2))),
        };
        for line in wrap(&words, self.columns, &first, &later) {
            self.text += &(line + "\n");
        }
    }

    /// A program, without the lines that rustdoc hides.
    fn code(&mut self, code: &str) {
        let is_shown = |line: &&str| *line != "#" && !line.starts_with("# ");
        for line in code.lines().filter(is_shown) {
            self.text += &if line.is_empty() { "\n".to_owned() } else { format!("    {CODE}{line}{CODE:#}\n") };
        }
        self.text.push('\n');
    }

    /// Commands, without what they printed once.
    fn console(&mut self, code: &str) {
        for command in code.lines().filter_map(|line| line.strip_prefix("$ ")) {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text)));
            self.pieces.push(Piece::Command(command.to_owned()));
            self.text.push('\n');
        }
    }
}

/// Columns, the first row being their heads; where they do not fit, the cells of the widest are broken into lines.
fn table(rows: &[Vec<String>], columns: usize) -> String {
    let width = |i: usize| rows.iter().map(|row| display_width(&row[i])).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    while widths.iter().map(|width| width + 2).sum::<usize>() > columns + 2 {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    let mut text = String::new();
    for (i, row) in rows.iter().enumerate() {
        let style = if i == 0 { BOLD } else { PLAIN };
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, &width)| wrap(cell, width, "", "")).collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let mut free = 0;
            for (cell, width) in cells.iter().zip(&widths) {
                let part = cell.get(line).map_or("", String::as_str);
                if !part.is_empty() {
                    text += &format!("{:free$}{style}{part}{style:#}", "");
                    free = 0;
                }
                free += (width + 2).saturating_sub(display_width(part));
            }
            text.push('\n');
        }
    }
    text
}

/// The bullet of the next item of a list.
fn next_bullet(next: &mut Option<u64>) -> String {
    match next {
        None => "* ".to_owned(),
        Some(number) => {
            *number += 1;
            format!("{}. ", *number - 1)
        }
    }
}

/// A text in lines; what stands before the first, and before the others. A style ends with its line, and goes on in the next.
fn wrap(text: &str, columns: usize, first: &str, later: &str) -> Vec<String> {
    let options = textwrap::Options::new(columns).word_splitter(WordSplitter::NoHyphenation);
    let options = options.initial_indent(first).subsequent_indent(later).break_words(false);
    let mut open = String::new();
    let close = |line: Cow<'_, str>| {
        let line = std::mem::take(&mut open) + &line;
        match line.rfind('\x1b').map(|start| &line[start..]) {
            Some(code) if !code.starts_with(RESET) => {
                open = code.split_inclusive('m').next().unwrap_or("").to_owned();
                line + RESET
            }
            _ => line,
        }
    };
    textwrap::wrap(text, options).into_iter().map(close).collect()
}
