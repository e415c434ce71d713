//! The pages of the documentation, and the addresses of their links.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The addresses of the links in a line, those in code left out.
pub(super) fn addresses(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    // Code in a link's text is followed by the link's end, so only whole links in code are left out.
    let outside = |at: usize| line[..at].matches('`').count().is_multiple_of(2);
    for (at, _) in line.match_indices("](").filter(|(at, _)| outside(*at)) {
        let rest = &line[at + 2..];
        found.extend(rest.split_once(')').map(|(address, _)| address));
    }
    for (at, mark) in [" href=\"", " src=\""].into_iter().flat_map(|mark| line.match_indices(mark)) {
        if outside(at) {
            found.extend(line[at + mark.len()..].split_once('"').map(|(address, _)| address));
        }
    }
    found
}

/// The text with other addresses in its links; a link whose address is `None` becomes its text.
pub(super) fn relinked(text: &str, mut address: impl FnMut(&str) -> Option<String>) -> String {
    let mut relinked = String::new();
    let mut in_sample = false;
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        in_sample ^= fence;
        if in_sample || fence {
            relinked.push_str(line);
        } else {
            relinked.push_str(&line_relinked(line, &mut address));
        }
        relinked.push('\n');
    }
    relinked
}

fn line_relinked(line: &str, address: &mut impl FnMut(&str) -> Option<String>) -> String {
    let mut relinked = line.to_owned();
    let links = addresses(line);
    for link in links.into_iter().filter(|link| !link.contains(':')) {
        if let Some(other) = address(link) {
            relinked = relinked.replace(&format!("]({link})"), &format!("]({other})"));
            relinked = relinked.replace(&format!("\"{link}\""), &format!("\"{other}\""));
        } else if let Some((before, after)) = relinked.split_once(&format!("]({link})"))
            && let Some((before, text)) = before.rsplit_once('[')
        {
            relinked = format!("{before}{text}{after}");
        }
    }
    relinked
}

/// The Markdown files of a folder and of those in it, in order.
pub(super) fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(in_folder(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
