//! Which file of `src` uses which: every path of the code, followed through re-exports to the file that defines what it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A path in the code: `crate`, `real`, `Dual`.
type Names = Vec<String>;

/// One file of the crate, which is one module.
#[derive(Default)]
struct Module {
    /// From `src`: `tape/var.rs`.
    file: String,
    /// The module's own path, without `crate`.
    path: Names,
    /// What is brought in or handed on: a name and what it stands for.
    names: BTreeMap<String, Names>,
    /// The paths of which everything is brought in or handed on.
    globs: Vec<Names>,
    /// The paths that the file uses; what it only hands on is not among them.
    uses: Vec<Names>,
    /// What the file defines, as far as it is written `struct Name` and the like.
    defined: BTreeSet<String>,
    /// The macros that stand at the root of the crate.
    exported: BTreeSet<String>,
    /// Every identifier of the file: a macro may define what is named in its call.
    words: BTreeSet<String>,
}

/// The files of a crate and what they use.
pub struct Structure {
    modules: BTreeMap<Names, Module>,
}

/// A use of one file by another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    pub from: String,
    pub to: String,
    /// What is used, as it is written.
    pub name: String,
}

impl Structure {
    /// Reads the files of a folder, without those that begin with one of the given names.
    pub fn read(src: &Path, without: &[&str]) -> Self {
        let texts = rust_files(src).into_iter().map(|path| {
            let file = path.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/");
            (file, std::fs::read_to_string(&path).unwrap())
        });
        Self::of_texts(texts.filter(|(file, _)| !without.iter().any(|name| file.starts_with(name))))
    }

    /// The structure of these files, each with its path and text.
    pub fn of_texts(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let modules = files.into_iter().map(|(file, text)| Module::read(file, &text));
        Structure { modules: modules.map(|module| (module.path.clone(), module)).collect() }
    }

    /// Every use of a file by another; and the paths of this crate that lead to no file.
    pub fn arrows(&self) -> (BTreeSet<Arrow>, Vec<String>) {
        let (mut arrows, mut lost) = (BTreeSet::new(), vec![]);
        for module in self.modules.values() {
            for used in &module.uses {
                let name = used.join("::");
                match self.definition(module, used, 0) {
                    Some(to) if to != module.file => {
                        arrows.insert(Arrow { from: module.file.clone(), to: to.to_owned(), name });
                    }
                    Some(_) => {}
                    None => lost.push(format!("{}: {name}", module.file)),
                }
            }
        }
        (arrows, lost)
    }

    /// The file that defines what a path of a module leads to.
    fn definition(&self, from: &Module, path: &[String], depth: usize) -> Option<&str> {
        if depth > 16 {
            return None;
        }
        let absolute = from_root(&from.path, path);
        // the longest part of the path that is a module, and what of it is asked for
        let at = (0..=absolute.len()).rev().find(|&n| self.modules.contains_key(&absolute[..n]))?;
        let module = &self.modules[&absolute[..at]];
        let Some(name) = absolute.get(at).filter(|name| *name != "*") else { return Some(&module.file) };
        if module.defined.contains(name) {
            return Some(&module.file);
        }
        if at == 0
            && let Some(exporting) = self.modules.values().find(|module| module.exported.contains(name))
        {
            return Some(&exporting.file);
        }
        if let Some(target) = module.names.get(name) {
            let rest = [target, &absolute[at + 1..]].concat();
            return if rest.first().is_some_and(|first| self.is_own(module, first)) {
                self.definition(module, &rest, depth + 1)
            } else {
                Some(&module.file)
            };
        }
        let by_glob = module.globs.iter().filter(|glob| glob.first().is_some_and(|first| self.is_own(module, first)));
        let mut by_glob = by_glob.filter_map(|glob| {
            let target = self.modules.get(&from_root(&module.path, glob))?;
            (target.defined.contains(name) || target.words.contains(name)).then_some(&*target.file)
        });
        // a macro of another file may define it: its body is among the definitions there
        let by_macro = || self.modules.values().any(|other| other.defined.contains(name));
        by_glob.next().or_else(|| (module.words.contains(name) || by_macro()).then_some(&*module.file))
    }

    /// Whether a path that begins so in a module leads into this crate.
    fn is_own(&self, module: &Module, first: &str) -> bool {
        is_marked(first) || self.modules.contains_key(&[&module.path[..], &[first.to_owned()]].concat())
    }

    /// Whether a path from the root of the crate, such as `tape::Var`, names a module or an item.
    pub fn has(&self, path: &str) -> bool {
        let names: Names = path.split("::").map(str::to_owned).collect();
        let (name, parent) = names.split_last().expect("a path has a name");
        self.modules.contains_key(&names)
            || self.modules.get(parent).is_some_and(|m| m.defined.contains(name) || m.names.contains_key(name))
    }

    /// Circles of files of one folder that use each other, each with its files.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let part = |file: &str| file.split('/').next().unwrap().to_owned();
        let arrows = self.arrows().0;
        let inside = |arrow: &&Arrow| part(&arrow.from) == part(&arrow.to);
        let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        arrows.iter().filter(inside).for_each(|arrow| {
            next.entry(&arrow.from).or_default().insert(&arrow.to);
        });
        let reached = |from: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
            while let Some(file) = open.pop() {
                for to in next.get(&*file).into_iter().flatten() {
                    if seen.insert((*to).to_owned()) {
                        open.push((*to).to_owned());
                    }
                }
            }
            seen
        };
        let reach: BTreeMap<&str, BTreeSet<String>> = next.keys().map(|&file| (file, reached(file))).collect();
        let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
        for (file, reached) in &reach {
            if reached.contains(*file) {
                let back = |other: &&String| reach.get(&***other).is_some_and(|back| back.contains(*file));
                circles.insert(reached.iter().filter(back).cloned().collect());
            }
        }
        circles.into_iter().collect()
    }
}

/// A path from the root of the crate, as a module writes it.
fn from_root(own: &[String], path: &[String]) -> Names {
    let mut at = own.to_vec();
    let mut rest = path;
    match path.first().map(String::as_str) {
        Some("crate") => {
            at.clear();
            rest = &path[1..];
        }
        Some("self") => rest = &path[1..],
        _ => {}
    }
    while rest.first().is_some_and(|name| name == "super") {
        at.pop();
        rest = &rest[1..];
    }
    [at, rest.to_vec()].concat()
}

impl Module {
    fn read(file: String, text: &str) -> Self {
        let mut path: Names = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if matches!(path.last().map(String::as_str), Some("mod" | "lib")) {
            path.pop();
        }
        let tokens = tokens(text);
        let tokens = without_tests(&tokens);
        let mut module = Module { file, path, ..Module::default() };
        module.words = tokens.iter().filter(|token| is_word(token)).map(|token| (*token).to_owned()).collect();
        // how many braces are open, and at which of them a module within the file began
        let (mut depth, mut inner, mut children) = (0, vec![], BTreeSet::new());
        let mut i = 0;
        while i < tokens.len() {
            let from_here = |path: Names| within(inner.len(), path);
            let after_word = i > 0 && ["::", "."].contains(&tokens[i - 1]);
            match tokens[i] {
                "use" if !after_word => {
                    let handed_on = i > 0 && (tokens[i - 1] == "pub" || tokens[i - 1] == ")");
                    let end = i + tokens[i..].iter().position(|token| *token == ";").expect("a use ends");
                    let mut found = vec![];
                    tree(&tokens[i + 1..end], &Names::new(), &mut found);
                    for (name, path) in found {
                        let path = from_here(path);
                        if name == "*" {
                            module.globs.push(path.clone());
                        } else if inner.is_empty() {
                            module.names.insert(name, path.clone());
                        } else {
                            // what the file itself brings in under this name goes first
                            module.names.entry(name).or_insert(path.clone());
                        }
                        if !handed_on {
                            module.uses.push(path);
                        }
                    }
                    i = end;
                }
                "struct" | "enum" | "trait" | "fn" | "type" | "const" | "static" | "union" if !after_word => {
                    if let Some(name) = tokens.get(i + 1).filter(|name| is_word(name)) {
                        module.defined.insert((*name).to_owned());
                    }
                }
                "macro_rules" => {
                    module.defined.insert(tokens[i + 2].to_owned());
                    if tokens[..i].ends_with(&["#", "[", "macro_export", "]"]) {
                        module.exported.insert(tokens[i + 2].to_owned());
                    }
                }
                // a path in the code: its names up to the first that is no module
                word if is_word(word) && !after_word && tokens.get(i + 1) == Some(&"::") => {
                    let mut path = vec![word.to_owned()];
                    let mut j = i + 1;
                    while tokens.get(j) == Some(&"::") && tokens.get(j + 1).is_some_and(|next| is_word(next)) {
                        path.push(tokens[j + 1].to_owned());
                        j += 2;
                    }
                    module.uses.push(from_here(path));
                }
                "mod" if tokens.get(i + 2) == Some(&";") => {
                    children.insert(tokens[i + 1].to_owned());
                }
                "mod" if tokens.get(i + 2) == Some(&"{") => {
                    module.defined.insert(tokens[i + 1].to_owned());
                    inner.push(depth);
                }
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    if inner.last() == Some(&depth) {
                        inner.pop();
                    }
                }
                _ => {}
            }
            i += 1;
        }
        // of the paths those that lead into the crate: the others begin with a type, a crate, or a name that was brought in
        let (names, uses) = (module.names.clone(), std::mem::take(&mut module.uses));
        let local = |path: Names| {
            let is_own = |path: &Names| is_marked(&path[0]) || children.contains(&path[0]);
            if is_own(&path) {
                return Some(path);
            }
            let brought = names.get(&path[0]).filter(|target| is_own(target))?;
            Some([&brought[..], &path[1..]].concat())
        };
        module.uses = uses.into_iter().filter_map(local).collect();
        module
    }
}

/// A path that is written in a module within so many others of its file, as the file would write it.
fn within(depth: usize, mut path: Names) -> Names {
    for _ in 0..depth {
        match path.first().map(String::as_str) {
            Some("super") if path.get(1).is_some_and(|next| next == "super") => {
                path.remove(0);
            }
            Some("super") => path[0] = "self".to_owned(),
            _ => {}
        }
    }
    path
}

/// The names that a tree of a `use` brings in, each with its path.
fn tree(tokens: &[&str], before: &[String], found: &mut Vec<(String, Names)>) {
    let mut path = before.to_vec();
    let mut i = 0;
    while i < tokens.len() {
        match tokens[i] {
            "::" => {}
            "{" => {
                // the parts of the braces, divided by the commas that are in no inner ones
                let (mut depth, mut start) = (0, i + 1);
                for (j, token) in tokens.iter().enumerate().skip(i) {
                    match *token {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        _ => {}
                    }
                    if (*token == "," && depth == 1) || (*token == "}" && depth == 0) {
                        if start < j {
                            tree(&tokens[start..j], &path, found);
                        }
                        start = j + 1;
                    }
                }
                return;
            }
            "*" => {
                found.push(("*".to_owned(), path));
                return;
            }
            "as" => {
                found.push((tokens[i + 1].to_owned(), path));
                return;
            }
            "self" if !path.is_empty() && path.last().map(String::as_str) != Some("super") => {}
            name => path.push(name.to_owned()),
        }
        i += 1;
    }
    found.push((path.last().expect("a use names something").clone(), path));
}

/// Whether a path that begins so leads into this crate wherever it is written.
fn is_marked(first: &str) -> bool {
    ["crate", "self", "super"].contains(&first)
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The words and signs of a text, without comments and strings.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = vec![];
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < text.len() {
        let rest = &text[i..];
        let length = if rest.starts_with("//") {
            i += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            i += 3 + raw.find("\"#").expect("a string ends") + 2;
            continue;
        } else if rest.starts_with('"') {
            let mut end = 1;
            while bytes[i + end] != b'"' {
                end += if bytes[i + end] == b'\\' { 2 } else { 1 };
            }
            i += end + 1;
            continue;
        } else if rest.starts_with("'\"'") || rest.starts_with("'{'") || rest.starts_with("'}'") {
            i += 3;
            continue;
        } else if rest.starts_with("'\\''") || rest.starts_with("'\\\\'") {
            i += 4;
            continue;
        } else if rest.starts_with("::") {
            2
        } else {
            let first = rest.chars().next().unwrap();
            if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else {
                if first.is_whitespace() {
                    i += first.len_utf8();
                    continue;
                }
                first.len_utf8()
            }
        };
        tokens.push(&text[i..i + length]);
        i += length;
    }
    tokens
}

/// The tokens without modules of unit tests, which may look at anything.
fn without_tests<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let mut kept = vec![];
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]", "mod"]) {
            // up to the end of its body, or of the name of its file
            let mut depth = 0;
            loop {
                match tokens[i] {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                i += 1;
                if depth == 0 && matches!(tokens[i - 1], "}" | ";") {
                    break;
                }
            }
            continue;
        }
        kept.push(tokens[i]);
        i += 1;
    }
    kept
}

/// The traits that a file declares, each with how many methods it has.
pub fn traits(text: &str) -> Vec<(String, usize)> {
    let tokens = tokens(text);
    let mut found = vec![];
    for (i, pair) in tokens.windows(2).enumerate() {
        if pair[0] != "trait" || !is_word(pair[1]) {
            continue;
        }
        let (mut depth, mut methods) = (0, 0);
        for token in &tokens[i..] {
            match *token {
                "{" => depth += 1,
                "}" => depth -= 1,
                "fn" if depth == 1 => methods += 1,
                _ => {}
            }
            if depth == 0 && *token == "}" {
                break;
            }
        }
        found.push((pair[1].to_owned(), methods));
    }
    found
}

/// The Rust files of a folder and of those in it.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}
